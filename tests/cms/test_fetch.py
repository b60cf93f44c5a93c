"""The guarded HTTP call: what it refuses, and what it says of an outcome."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from cms import fetch


@pytest.fixture
def server() -> Iterator[Callable[[bytes], str]]:
    """Make servers that answer one connection with given raw bytes, once the request's head has come."""
    listening: list[socket.socket] = []

    def answer(door: socket.socket, reply: bytes) -> None:
        connection, _ = door.accept()
        with connection:
            received = b""
            while b"\r\n\r\n" not in received:
                received += connection.recv(65536)
            connection.sendall(reply)

    def start(reply: bytes) -> str:
        door = socket.create_server(("127.0.0.1", 0))
        listening.append(door)
        threading.Thread(target=answer, args=(door, reply), daemon=True).start()
        return f"http://127.0.0.1:{door.getsockname()[1]}/path?secret=hemligt"

    yield start
    for door in listening:
        door.close()


def test_an_answer_comes_back_whole(server):
    answer = fetch.fetch("GET", server(b"HTTP/1.1 201 Created\r\nX-Id: 7\r\nContent-Length: 2\r\n\r\nok"))
    assert (answer.status, answer.headers["x-id"], answer.body) == (201, "7", b"ok")


def test_a_redirect_is_an_answer_and_not_followed(server):
    answer = fetch.fetch("GET", server(b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n"))
    assert answer.status == 302


def test_a_torn_answer_is_an_unknown_outcome_without_secrets(server):
    with pytest.raises(fetch.NoAnswer) as caught:
        fetch.fetch("POST", server(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), body=b"x")
    assert caught.value.unknown
    assert "hemligt" not in str(caught.value)


def test_silence_is_an_unknown_outcome(server):
    with pytest.raises(fetch.NoAnswer):
        fetch.fetch("POST", server(b""), body=b"x", timeout=2)


def test_a_flood_is_cut(server):
    with pytest.raises(fetch.NoAnswer, match="larger"):
        fetch.fetch("GET", server(b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300_000), max_bytes=1000)


def test_a_closed_port_means_that_nothing_was_sent():
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    with pytest.raises(fetch.NotSent) as caught:
        fetch.fetch("POST", f"http://127.0.0.1:{port}/", body=b"x")
    assert not caught.value.unknown


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://192.168.1.1:8080/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://localhost/",
        "ftp://example.se/",
        "http://user:pass@example.se/",
        "http://",
        "http://127.0.0.1:99999/",
        "file:///etc/passwd",
    ],
)
def test_what_may_not_be_called_is_refused(url, settings):
    settings.FETCH_ALLOW_NETWORKS = []
    with pytest.raises(fetch.Forbidden):
        fetch.fetch("GET", url)
