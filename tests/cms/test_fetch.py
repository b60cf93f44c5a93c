"""The guarded HTTP call: what it refuses, and what it says of an outcome."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

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


@pytest.mark.parametrize("end", [b"", b"\r\n", b"12\r\n", b"12\r\nX-More: 1\r\nX-"])
def test_an_answer_whose_head_is_cut_off_is_an_unknown_outcome(server, end):
    with pytest.raises(fetch.NoAnswer):
        fetch.fetch("POST", server(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nX-Id: 7" + end), body=b"x")


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
        "http://[::127.0.0.1]/",
        "http://[::]/",
        "http://[64:ff9b::10.0.0.1]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[fec0::1]/",
        "http://[fd00::1]/",
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


def test_what_is_public_or_allowed_may_be_called(settings):
    settings.FETCH_ALLOW_NETWORKS = ["10.0.0.0/8", "::1/128", "fec0::/10"]
    good = "8.8.8.8", "2001:4860:4860::8888", "64:ff9b::808:808", "64:ff9b::a00:1", "::ffff:10.0.0.1", "::1", "fec0::1"
    assert [address for address in good if fetch.resolve(address, 80) != address] == []


@pytest.fixture
def dribbler() -> Iterator[str]:
    """A server that sends a byte now and then and never comes to an end."""
    door = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def dribble() -> None:
        connection, _ = door.accept()
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while not over.wait(0.05):
                connection.sendall(b"x")

    thread = threading.Thread(target=dribble, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{door.getsockname()[1]}/"
    over.set()
    thread.join()
    door.close()


def test_an_answer_that_never_ends_is_cut_at_the_time_and_never_taken_for_whole(dribbler):
    begun = time.monotonic()
    with pytest.raises(fetch.NoAnswer):
        fetch.fetch("POST", dribbler, body=b"x", timeout=0.5)
    assert time.monotonic() - begun < 3


@pytest.fixture
def certificate(tmp_path):
    """A certificate for `localhost` that nobody has reason to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path / "certificate.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@pytest.fixture
def tls_server(certificate) -> Iterator[tuple[int, list[bytes]]]:
    """A TLS server that reads a request, breaks TLS and closes; gives its port and what it received."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    door, received = socket.create_server(("127.0.0.1", 0)), []

    def answer() -> None:
        plain, _ = door.accept()
        with suppress(OSError), context.wrap_socket(plain, server_side=True) as connection:
            received.append(connection.recv(65536))
            with socket.socket(fileno=connection.detach()) as bare:
                bare.sendall(b"this is no TLS record")

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield door.getsockname()[1], received
    door.close()
    thread.join(5)


def test_tls_that_breaks_after_the_request_left_is_an_unknown_outcome(tls_server, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    port, received = tls_server
    with pytest.raises(fetch.NoAnswer):
        fetch.fetch("POST", f"https://localhost:{port}/", body=b"post")
    assert received


def test_a_certificate_that_nobody_vouches_for_means_that_nothing_was_sent(tls_server):
    port, received = tls_server
    with pytest.raises(fetch.NotSent):
        fetch.fetch("POST", f"https://localhost:{port}/", body=b"post")
    assert received == []


def test_a_certificate_for_another_name_means_that_nothing_was_sent(tls_server, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with pytest.raises(fetch.NotSent):
        fetch.fetch("POST", f"https://127.0.0.1:{tls_server[0]}/", body=b"post")
