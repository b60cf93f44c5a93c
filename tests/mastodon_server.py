"""A strict local Mastodon over real HTTP on 127.0.0.1: it refuses what Mastodon refuses, and misbehaves when told to.

Written after docs.joinmastodon.org and Mastodon's own sources; see `mastodon_text` for the texts.
"""

import json
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import HTTP
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from tests import mastodon_text

TOKEN = "mstdn-S3CRET-0a1b2c3d4e5f"
SCOPES = frozenset({"read:accounts", "read:statuses", "write:statuses", "write:media"})
FIELDS = {"status", "media_ids", "visibility", "language", "sensitive", "spoiler_text", "media_attributes"}
HELD_SECONDS = 60


class Refusal(Exception):
    """An error answer."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status


class MastodonServer:
    """One account, @ordet, and a few whom a text could name. `statuses` holds what was posted, also what was deleted."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.go = threading.Event()
        self.number = 110_000_000_000_000_000
        self.reset()
        self._server = Listener(("127.0.0.1", 0), Handler)
        self._server.network = self
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def reset(self) -> None:
        """Be as new; no id is given out twice."""
        self.tokens = {TOKEN: ("7", SCOPES), "another-account": ("8", SCOPES)}
        self.accounts = {"ordet": "7", "annan": "8", "anna": "9", "bo@borta.se": "10"}
        self.statuses: list[dict[str, Any]] = []
        self.media: dict[str, dict[str, Any]] = {}
        self.keys: dict[tuple[str, str], tuple[str, datetime]] = {}
        self.scripts: list[dict[str, Any]] = []
        self.calls: list[dict[str, Any]] = []
        # Seconds: how far lists lag behind, how far its clock is ahead; looks until a picture is ready.
        self.lag, self.ahead, self.processing, self.failing = 0.0, 0.0, 1, False
        # Whether keys are known, and whether a repeat ends in the error that some versions have (issue 40399).
        self.idempotent, self.stumbling = True, False
        self.held = 0
        self.go.set()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.go.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def options(self) -> dict[str, Any]:
        """The channel's entry in SOCIAL_CHANNELS."""
        return {"BACKEND": "social.channels.mastodon.Mastodon", "url": self.address, "token": TOKEN}

    @property
    def posts(self) -> list[dict[str, Any]]:
        """The live statuses of @ordet, oldest first."""
        return [one for one in self.statuses if not one["deleted"] and one["account"] == "7"]

    def react(self, remote_id: str, times: int) -> None:
        """Let followers favour a status."""
        next(one for one in self.statuses if remote_id.endswith(f"/{one['id']}"))["favourites"] = times

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    def count(self, route: str) -> int:
        return sum(call["route"] == route for call in self.calls)

    def script(self, on: str, do: str, when: str = "before", times: int = 1, **more: Any) -> None:
        """Let the next calls of a route fail, before or after acting: drop, torn, hold, answer (status, body, headers)."""
        self.scripts += [{"on": on, "do": do, "when": when, **more} for _ in range(times)]
        if do == "hold":
            self.go.clear()

    def scripted(self, route: str) -> dict[str, Any]:
        with self.lock:
            found = next((one for one in self.scripts if one["on"] == route), None)
            if found:
                self.scripts.remove(found)
            return found or {}

    def hold(self) -> None:
        self.held += 1
        self.go.wait(HELD_SECONDS)
        self.held -= 1

    # --- what the calls do; each returns status and body

    def authorized(self, header: str, scope: str) -> str:
        """Return the account behind a token that has `scope`."""
        kind, _, token = header.partition(" ")
        if kind != "Bearer" or token not in self.tokens:
            raise Refusal(401, "The access token is invalid")
        account, scopes = self.tokens[token]
        if not {scope, scope.partition(":")[0]} & scopes:
            raise Refusal(403, "This action is outside the authorized scopes")
        return account

    def credentials(self, account: str, call: "Call") -> tuple[int, Any]:
        return 200, self.person(account) | {"source": {"privacy": "public"}}

    def person(self, account: str) -> dict[str, Any]:
        name = next(name for name, number in self.accounts.items() if number == account)
        return {"id": account, "username": name.split("@")[0], "acct": name, "url": f"{self.address}/@{name}"}

    def upload(self, account: str, call: "Call") -> tuple[int, Any]:
        parts = call.parts()
        kind, picture = parts.get("file", ("", b""))
        if not picture.startswith(b"\xff\xd8") or kind != "image/jpeg":
            raise Refusal(422, "Validation failed: File content type is invalid, File is invalid")
        description = parts.get("description", ("", b""))[1].decode()
        if len(description) > 1500:
            raise Refusal(422, "Validation failed: Description is too long (maximum is 1500 characters)")
        made = {"id": self.next(), "account": account, "description": description, "looks": self.processing, "status": None}
        self.media[made["id"]] = made
        return (202 if self.processing else 200), self.attachment(made)

    def attachment(self, made: dict[str, Any]) -> dict[str, Any]:
        url = None if made["looks"] else f"{self.address}/media/{made['id']}.jpg"
        return {"id": made["id"], "type": "image", "url": url, "description": made["description"]}

    def look(self, account: str, call: "Call") -> tuple[int, Any]:
        made = self.media.get(call.found[0])
        if not made or made["account"] != account or made["status"]:
            raise Refusal(404, "Record not found")
        if self.failing:
            raise Refusal(422, "Error processing thumbnail for uploaded media")
        made["looks"] = max(made["looks"] - 1, 0)
        return (206 if made["looks"] else 200), self.attachment(made)

    def create(self, account: str, call: "Call") -> tuple[int, Any]:
        key, body = call.headers.get("idempotency-key", ""), call.json()
        before = self.keys.get((account, key)) if key and self.idempotent else None
        if before and self.now() - before[1] < timedelta(hours=1):
            if self.stumbling:
                return 500, {"error": "Internal Server Error"}
            return 200, self.shown(self.own(account, before[0]))
        made = {"id": self.next(), "account": account, "created_at": self.now(), "deleted": False, "edited_at": None}
        made |= {"replies": 0, "reblogs": 0, "favourites": 0, "key": key, "media": [], "language": "en", "sensitive": False}
        self.write(made | {"spoiler_text": "", "visibility": "public"}, body, account)
        if key:
            self.keys[account, key] = (made["id"], self.now())
        return 200, self.shown(self.statuses[-1])

    def write(self, made: dict[str, Any], body: dict[str, Any], account: str) -> None:
        text, pictures = str(body.get("status") or "").strip(), body.get("media_ids") or []
        if not text and not pictures:
            raise Refusal(422, "Validation failed: Text can't be blank")
        if mastodon_text.length(text + made["spoiler_text"]) > 500:
            raise Refusal(422, "Validation failed: Text character limit of 500 exceeded")
        named = {one.text.lower() for one in mastodon_text.mentions(text)} & set(self.accounts)
        made |= {"text": text, "media": self.pictures(pictures, account, made["id"]), "mentions": sorted(named)}
        made |= {name: body[name] for name in ("language", "sensitive", "spoiler_text", "visibility") if name in body}
        self.statuses[:] = [one for one in self.statuses if one["id"] != made["id"]] + [made]

    def pictures(self, ids: list[str], account: str, status: str) -> list[str]:
        if len(ids) > 4:
            raise Refusal(422, "Validation failed: Cannot attach more than 4 files")
        found = [self.media.get(number) for number in ids]
        if not all(one and one["account"] == account and one["status"] in (None, status) for one in found):
            raise Refusal(422, "Validation failed: Media attachments could not be found")
        if any(one["looks"] for one in found):
            raise Refusal(422, "Cannot attach files that have not finished processing. Try again in a moment!")
        for one in found:
            one["status"] = status
        return list(ids)

    def own(self, account: str, number: str) -> dict[str, Any]:
        found = next((one for one in self.statuses if one["id"] == number and not one["deleted"]), None)
        if not found or found["account"] != account:
            raise Refusal(404, "Record not found")
        return found

    def show(self, account: str, call: "Call") -> tuple[int, Any]:
        found = next((one for one in self.statuses if one["id"] == call.found[0] and not one["deleted"]), None)
        if not found:
            raise Refusal(404, "Record not found")
        return 200, self.shown(found)

    def edit(self, account: str, call: "Call") -> tuple[int, Any]:
        found = self.own(account, call.found[0])
        # What isn't named is taken away, as there.
        changed = found | {"edited_at": self.now(), "spoiler_text": "", "sensitive": False}
        self.write(changed, call.json(), account)
        return 200, self.shown(self.own(account, found["id"]))

    def remove(self, account: str, call: "Call") -> tuple[int, Any]:
        found = self.own(account, call.found[0])
        found["deleted"] = True
        return 200, self.shown(found) | {"text": found["text"]}

    def list(self, account: str, call: "Call") -> tuple[int, Any]:
        until, most = self.now() - timedelta(seconds=self.lag), int(call.query.get("max_id", "9" * 20))
        found = [one for one in self.statuses if one["account"] == call.found[0] and not one["deleted"]]
        found = [one for one in found if one["created_at"] <= until and int(one["id"]) < most]
        found.sort(key=lambda one: -int(one["id"]))
        return 200, [self.shown(one) for one in found[: min(int(call.query.get("limit", "20")), 40)]]

    def shown(self, one: dict[str, Any]) -> dict[str, Any]:
        person = self.person(one["account"])
        pages = {name: f"{self.address}/@{name}" for name in self.accounts}
        return {
            "id": one["id"],
            "created_at": one["created_at"].isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "url": f"{self.address}/@{person['username']}/{one['id']}",
            "content": mastodon_text.render(one["text"], pages),
            "account": person,
            "media_attachments": [self.attachment(self.media[number]) for number in one["media"]],
            "mentions": [{"acct": name} for name in one["mentions"]],
            "replies_count": one["replies"],
            "reblogs_count": one["reblogs"],
            "favourites_count": one["favourites"],
            **{name: one[name] for name in ("visibility", "language", "sensitive", "spoiler_text")},
        }

    def next(self) -> str:
        with self.lock:
            self.number += 1
            return str(self.number)


Act = Callable[[MastodonServer, str, "Call"], tuple[int, Any]]
ROUTES: list[tuple[str, str, str, str, Act]] = [
    ("GET", r"/api/v1/accounts/verify_credentials", "credentials", "read:accounts", MastodonServer.credentials),
    ("GET", r"/api/v1/accounts/(\d+)/statuses", "list", "read:statuses", MastodonServer.list),
    ("POST", r"/api/v2/media", "upload", "write:media", MastodonServer.upload),
    ("GET", r"/api/v1/media/(\d+)", "look", "write:media", MastodonServer.look),
    ("POST", r"/api/v1/statuses", "create", "write:statuses", MastodonServer.create),
    ("GET", r"/api/v1/statuses/(\d+)", "show", "read:statuses", MastodonServer.show),
    ("PUT", r"/api/v1/statuses/(\d+)", "edit", "write:statuses", MastodonServer.edit),
    ("DELETE", r"/api/v1/statuses/(\d+)", "remove", "write:statuses", MastodonServer.remove),
]


class Call:
    """A request, taken apart; `found` are the parts of its path that a route names."""

    def __init__(self, headers: dict[str, str], query: str, body: bytes, found: tuple[str, ...]) -> None:
        self.headers, self.body, self.found = headers, body, found
        self.query = {name: values[-1] for name, values in parse_qs(query).items()}

    def json(self) -> dict[str, Any]:
        if self.headers.get("content-type") != "application/json":
            raise Refusal(422, "Validation failed: Text can't be blank")
        found = json.loads(self.body)
        if not isinstance(found, dict) or set(found) - FIELDS:
            raise Refusal(422, f"unknown parameters: {sorted(set(found) - FIELDS)}")
        return found

    def parts(self) -> dict[str, tuple[str, bytes]]:
        kind = self.headers.get("content-type", "")
        if not kind.startswith("multipart/form-data; boundary="):
            raise Refusal(422, "Validation failed: File can't be blank")
        message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + self.body)
        found = {}
        for part in message.iter_parts():
            name = part.get_param("name", header="content-disposition")
            # The parser takes a part without a type for text; a file must have one.
            found[name] = (part.get("content-type", ""), part.get_payload(decode=True))
        return found


class Listener(ThreadingHTTPServer):
    daemon_threads = True
    network: MastodonServer

    def handle_error(self, request: Any, address: Any) -> None:
        """A client that goes away is no error here."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20

    def _any(self) -> None:
        network, parts = self.server.network, urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        for method, pattern, name, scope, act in ROUTES:
            match = re.fullmatch(pattern, unquote(parts.path))
            if match and method == self.command:
                network.calls.append({"route": name, "headers": headers, "body": body})
                call = Call(headers, parts.query, body, match.groups())
                self._play(network.scripted(name), partial(self._act, act, scope, call))
                return
        self._send(404, {"error": "Not Found"}, {})

    do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815  (the library's own names)

    def _act(self, act: Act, scope: str, call: Call) -> tuple[int, Any]:
        network = self.server.network
        try:
            with network.lock:
                return act(network, network.authorized(call.headers.get("authorization", ""), scope), call)
        except Refusal as refusal:
            return refusal.status, {"error": str(refusal)}

    def _play(self, script: dict[str, Any], act: Callable[[], tuple[int, Any]]) -> None:
        what, after = script.get("do"), script.get("when") == "after"
        if what == "hold" and not after:
            self.server.network.hold()
        answer = act() if not what or after or what == "hold" else None
        if what == "hold" and after:
            self.server.network.hold()
        if what in ("drop", "torn"):
            self._break(what)
        elif what == "answer":
            self._send(script["status"], script.get("body", {}), script.get("headers", {}))
        else:
            self._send(*answer, {})

    def _break(self, what: str) -> None:
        if what == "torn":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{\"id\":\"1")
        self.close_connection = True

    def _send(self, status: int, found: Any, headers: dict[str, str]) -> None:
        raw = found.encode() if isinstance(found, str) else json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        for name, value in {"X-Request-Id": "5e1f0a3c", "Content-Length": str(len(raw)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *arguments: Any) -> None:
        """Be quiet."""
