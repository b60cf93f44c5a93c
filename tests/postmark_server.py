"""A strict stand-in for Postmark's sending API, over real HTTP on 127.0.0.1: what isn't right is answered as Postmark would."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

TOKEN = "0a1b2c3d-4711"
# Status, body and, where it matters, further headers.
Answer = tuple[int, Any] | tuple[int, Any, dict[str, str]]


def taken(letter: dict[str, Any], number: int) -> Answer:
    """Answer as Postmark does to a message that it takes."""
    return 200, {
        "To": letter["To"],
        "SubmittedAt": "2026-03-06T11:00:00.0000000Z",
        "MessageID": f"b7bc2f4a-e38e-4336-af7d-{number:012d}",
        "ErrorCode": 0,
        "Message": "OK",
    }


class PostmarkServer:
    """`letters` holds what was taken; `answer(letter, number)` may answer otherwise, or None hangs up without a word."""

    def __init__(self) -> None:
        self.letters: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any], int], Answer | None] = taken
        self.calls = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 20

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                found = outer.take(self.path, dict(self.headers.items()), body)
                if found is None:
                    self.close_connection = True
                    return
                status, answer, *further = found
                raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                for name, value in dict(*further).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *arguments: Any) -> None:
                """Be quiet."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, address: Any) -> None:
                """A client that goes away is no error here."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def relay(self, token: str = TOKEN, **options: object) -> str:
        """Return this server's line of MAIL_RELAYS."""
        given = {"api_url": f"http://127.0.0.1:{self.port}/", "name": "postmark", "connections": 1, "timeout": 5} | options
        return f"anymail+postmark://{token}@127.0.0.1?" + "&".join(f"{key}={value}" for key, value in given.items())

    def take(self, path: str, headers: dict[str, str], body: bytes) -> Answer | None:
        """Check a call and answer it."""
        if headers.get("X-Postmark-Server-Token") != TOKEN:
            return 401, {"ErrorCode": 10, "Message": "Request does not contain a valid Server token."}
        if path != "/email" or headers.get("Content-Type") != "application/json":
            return 404, {"ErrorCode": 404, "Message": "no such address"}
        letter = json.loads(body)
        if not all(letter.get(name) for name in ("From", "To", "Subject")) or not (
            letter.get("TextBody") or letter.get("HtmlBody")
        ):
            return 422, {"ErrorCode": 300, "Message": "Invalid email request"}
        with self._lock:
            self.calls += 1
            number = self.calls
        found = self.answer(letter, number)
        if found is not None and found[0] == 200 and isinstance(found[1], dict):
            self.letters.append(letter)
        return found
