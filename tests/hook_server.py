"""A strict front end over real HTTP on 127.0.0.1: it takes only what the specification's own library verifies.

It misbehaves when told to.
"""

import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from standardwebhooks import webhooks

HELD_SECONDS = 60
JSON = "application/json"


class LateClock(datetime):
    """The library's clock, which goes along with the test's."""

    ahead = timedelta(0)

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return datetime.now(tz) + cls.ahead


@dataclass
class Call:
    """One request: its headers, what stood in it, and how it was answered."""

    path: str
    headers: dict[str, str]
    raw: bytes
    said: str
    faults: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.headers.get("webhook-id", "")

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


class HookServer:
    """`script` is what it does with the next calls, one each, then `usual`: "ok", a status, or the name of a fault."""

    def __init__(self) -> None:
        self.go, self.lock = threading.Event(), threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.house = self  # type: ignore[attr-defined]
        self.root = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.address = f"{self.root}/hook"
        self.reset()

    def reset(self) -> None:
        self.secret = ""
        self.script: list[Any] = []
        self.usual: Any = "ok"
        # By post id: what it does with events of that post.
        self.of_post: dict[str, Any] = {}
        self.calls: list[Call] = []
        self.held = 0
        self.go.set()
        LateClock.ahead = timedelta(0)

    def __enter__(self) -> Self:
        self._clock, webhooks.datetime = webhooks.datetime, LateClock  # type: ignore[attr-defined,assignment]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go.set()
        self._server.shutdown()
        self._server.server_close()
        webhooks.datetime = self._clock  # type: ignore[attr-defined]

    @property
    def faults(self) -> list[str]:
        return [fault for call in self.calls for fault in call.faults]

    @property
    def taken(self) -> list[Any]:
        """What was taken, in order, each id once: as a front end that knows ids does."""
        found = {call.id: call.body for call in self.calls if call.said in ("ok", "drop", "die")}
        return list(found.values())

    def told(self) -> list[str]:
        """Return the types of what was taken."""
        return [body["type"] for body in self.taken]

    def next(self, call: Call) -> Any:
        with self.lock:
            self.calls.append(call)
            post = call.body.get("data", {}).get("id") if not call.faults else None
            return self.script.pop(0) if self.script else self.of_post.get(post, self.usual)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._strange()

    def do_POST(self) -> None:
        house: HookServer = self.server.house  # type: ignore[attr-defined]
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        call = Call(self.path, {name.lower(): value for name, value in self.headers.items()}, raw, "")
        call.faults = list(self._look(house, call))
        does = house.next(call)
        call.said = str(does) if not call.faults else "refused"
        if call.faults:
            self._answer(400, "; ".join(call.faults))
        elif isinstance(does, int):
            self._answer(does, f"<h1>{does}\0</h1>")
        else:
            getattr(self, f"_{does}")(house)

    def _strange(self) -> None:
        house: HookServer = self.server.house  # type: ignore[attr-defined]
        house.calls.append(Call(self.path, {}, b"{}", "strange", [f"{self.command} {self.path}"]))
        self._answer(405, "")

    def _look(self, house: HookServer, call: Call) -> Any:
        if call.path != "/hook":
            yield f"came to {call.path}"
        if call.headers.get("content-type") != JSON:
            yield "not JSON"
        try:
            body = webhooks.Webhook(house.secret).verify(call.raw, call.headers)
        except Exception as error:
            yield f"{type(error).__name__}: {error}"
            return
        if list(body) != ["type", "timestamp", "data"] or not call.id.startswith("msg_"):
            yield "not of the specification's shape"
        if datetime.fromisoformat(body["timestamp"]).utcoffset() != timedelta(0):
            yield "not in UTC"

    def _answer(self, status: int, words: str, **headers: str) -> None:
        body = words.encode()
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _ok(self, house: HookServer) -> None:
        self._answer(200, "taken")

    def _long(self, house: HookServer) -> None:
        self._answer(200, "x" * 300_000)

    def _redirect(self, house: HookServer) -> None:
        self._answer(307, "", location=f"{house.root}/elsewhere")

    def _drop(self, house: HookServer) -> None:
        self.close_connection = True
        self.connection.close()

    def _half(self, house: HookServer) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
        self._drop(house)

    def _busy(self, house: HookServer) -> None:
        self._answer(429, "slowly", retry_after="120")

    def _later(self, house: HookServer) -> None:
        at = LateClock.now(UTC) + timedelta(hours=3)
        self._answer(503, "", retry_after=f"{at:%a, %d %b %Y %H:%M:%S GMT}")

    def _hold(self, house: HookServer) -> None:
        house.go.clear()
        house.held += 1
        house.go.wait(HELD_SECONDS)
        self._answer(200, "taken at last")
