"""What passes through the stand-in: calls, replies, and the stage directions that make it misbehave."""

import json
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from deploy.demo.linkedin_rules import Refusal

HOLD_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: status, body and further headers."""

    status: int
    body: bytes = b""
    kind: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


class Dropped(Exception):
    """The script says: close the connection without an answer."""


def as_json(found: Any, status: int = 200) -> Reply:
    """Return `found` as an answer."""
    return Reply(status, json.dumps(found, ensure_ascii=False).encode())


def as_page(text: str) -> Reply:
    """Return HTML as an answer."""
    return Reply(200, text.encode(), "text/html; charset=utf-8")


class Stage:
    """What the controls have ordered: scripts to play, calls that were seen, calls that are held."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.scripts: list[dict[str, Any]] = []
        self.calls: list[dict[str, Any]] = []
        self.held = 0
        self.go = threading.Event()

    def take(self, route: str) -> dict[str, Any]:
        """Return the next script for `route`, {} where there is none."""
        with self.lock:
            for script in self.scripts:
                if script["on"] in (route, "any"):
                    script["times"] = script.get("times", 1) - 1
                    if script["times"] <= 0:
                        self.scripts.remove(script)
                    return dict(script)
        return {}

    def hold(self) -> None:
        """Keep a call waiting until it is released."""
        with self.lock:
            self.held += 1
            self.go.clear()
        self.go.wait(HOLD_SECONDS)
        with self.lock:
            self.held -= 1


@dataclass(frozen=True, slots=True)
class Call:
    """A request, taken apart."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def params(self) -> dict[str, str]:
        """The query's values, the last of each name."""
        return {name: values[-1] for name, values in parse_qs(self.query, keep_blank_values=True).items()}

    @property
    def rest_method(self) -> str:
        """What X-RestLi-Method says."""
        return self.headers.get("x-restli-method", "").upper()

    def json(self) -> Any:
        """The body's JSON; raises Refusal."""
        if self.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json")
        try:
            return json.loads(self.body)
        except ValueError:
            raise Refusal(400, "ILLEGAL_ARGUMENT", "The body is no JSON") from None
