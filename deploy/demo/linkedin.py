"""A stand-in for LinkedIn: a strict HTTP server with a page that shows the posts as cards.

`python -m deploy.demo.linkedin --port 0 --state DIR` prints one JSON line (`address`, `client_id`, …) and
serves until it is stopped. It refuses what LinkedIn refuses; `/_control/…` makes it misbehave on demand:

- `POST /_control/script` `{"on": route, "when": "before|after", "do": "drop|torn|half|hold|answer", "status": …,
  "headers": {…}, "body": "…", "times": 1}`: the next calls of a route fail, before or after acting. `torn` ends
  within the body of an answer, `half` within the id in its head.
- `POST /_control/release` lets held calls go on; `GET /_control/held` counts them.
- `GET /_control/posts`; `GET /_control/calls`: each with the `status` that was answered (0: nothing whole) and
  the one it was `acted` upon with (0: not at all); `POST /_control/settings {…}` (`ahead` puts its clock on, in
  seconds), `/_control/counts {"id": urn, "impressions": 3, "clicks": …}` (adds to what it counted of a post, as
  everybody who opens its page does), `/_control/token`, `/_control/end {"how": "expired|revoked"}`, `/_control/reset`.
"""

import argparse
import json
import re
import socket
import sys
from dataclasses import asdict
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from deploy.demo import linkedin_page, linkedin_roles, linkedin_statistics
from deploy.demo.linkedin_rules import Network, Refusal
from deploy.demo.linkedin_stage import Call, Dropped, Reply, Stage, as_json, as_page

ROUTES = [
    ("GET", r"/oauth/v2/authorization", "consent"),
    ("POST", r"/oauth/v2/accessToken", "token"),
    ("GET", r"/rest/organizationAcls", "acls"),
    ("GET", r"/rest/organizationalEntityShareStatistics", "statistics"),
    ("GET", r"/rest/organizations/(\d+)", "organization"),
    ("POST", r"/rest/images", "initialize"),
    ("PUT", r"/dms-uploads/(\w+)/0", "upload"),
    ("GET", r"/rest/images/([^/]+)", "image"),
    ("POST", r"/rest/posts", "create"),
    ("GET", r"/rest/posts", "finder"),
    ("GET", r"/rest/posts/([^/]+)", "get"),
    ("POST", r"/rest/posts/([^/]+)", "patch"),
    ("DELETE", r"/rest/posts/([^/]+)", "delete"),
]

# Kinds of answers that end before their end.
BROKEN = ("torn", "half")


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP; the rules stand in Network."""

    server: "Server"
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the library's own name)
        """Say nothing: addresses and headers stay out of the demo's log."""

    def _any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(self.command, parts.path, parts.query, headers, self.rfile.read(length))
        try:
            self._send(self.server.answer(call))
        except Dropped:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815  (the library's own names)

    def _send(self, reply: Reply) -> None:
        if reply.kind == "half":
            self.wfile.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nx-restli-id: urn:li:share:7")
            self.wfile.flush()
            raise Dropped
        torn = reply.kind == "torn"
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.body) + (100 if torn else 0)))
        self.send_header("x-li-uuid", f"AAY{self.server.network.state.number:x}")
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
        if torn:
            self.wfile.flush()
            raise Dropped


class Server(ThreadingHTTPServer):
    """The stand-in's process: network, stage and address."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, folder: Path) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.network = Network(folder)
        self.stage = Stage()
        self.address = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of callers that went away; everything else is a fault of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def answer(self, call: Call) -> Reply:
        """Answer one call, as the rules or the script say. Raises Dropped."""
        if call.path.startswith("/_control/"):
            return self._control(call)
        for method, pattern, route in ROUTES:
            match = re.fullmatch(pattern, call.path)
            if match and method == call.method:
                return self._scripted(call, route, match.groups())
        return self._page(call)

    def _scripted(self, call: Call, route: str, found: tuple[str, ...]) -> Reply:
        script = self.stage.take(route)
        entry: dict[str, Any] = {"route": route, "method": call.method, "path": call.path, "query": call.query}
        entry |= {"body": sha256(call.body).hexdigest(), "played": script.get("do", ""), "status": 0, "acted": 0}
        self.stage.calls.append(entry)
        before = script and script.get("when", "before") == "before"
        reply = self._played(script) if before else None
        if reply is None:
            reply = self._acted(call, route, found)
            entry["acted"] = reply.status
        if script and not before:
            reply = self._played(script) or reply
        entry["status"] = 0 if reply.kind in BROKEN else reply.status
        return reply

    def _played(self, script: dict[str, Any]) -> Reply | None:
        what = script["do"]
        if what == "drop":
            raise Dropped
        if what == "hold":
            self.stage.hold()
            return None
        headers = tuple((name, str(value)) for name, value in script.get("headers", {}).items())
        if what in BROKEN:
            return Reply(201, b"{", what)
        return Reply(script["status"], str(script.get("body", "")).encode(), script.get("kind", "application/json"), headers)

    def _acted(self, call: Call, route: str, found: tuple[str, ...]) -> Reply:
        try:
            with self.network.lock:
                return getattr(self, f"_{route}")(call, *found)  # type: ignore[no-any-return]
        except Refusal as refusal:
            if route == "token":
                return as_json({"error": refusal.code, "error_description": str(refusal)}, refusal.status)
            return as_json(refusal.body(), refusal.status)

    # --- the API

    def _rest(self, call: Call, scope: str) -> None:
        self.network.protocol(call.headers)
        if "urn:li:" in call.path or "urn:li:" in call.query or "oauth2_access_token" in call.query:
            raise Refusal(400, "ILLEGAL_ARGUMENT", "URNs must be percent-encoded, and tokens belong in a header")
        self.network.authorize(call.headers, scope)

    def _consent(self, call: Call) -> Reply:
        params = call.params
        if params.get("client_id") != self.network.settings.client_id or params.get("response_type") != "code":
            return Reply(400, b"The client_id or response_type is wrong.", "text/plain")
        back, state = params.get("redirect_uri", ""), params.get("state", "")
        answers = [
            f"{back}?{urlencode({'code': self.network.code(back), 'state': state})}",
            f"{back}?{urlencode({'error': 'user_cancelled_authorize', 'error_description': 'Cancelled', 'state': state})}",
        ]
        return as_page(linkedin_page.consent(self.network.settings.name, params.get("scope", ""), *answers))

    def _token(self, call: Call) -> Reply:
        return as_json(self.network.exchange(dict(parse_qsl(call.body.decode()))))

    def _acls(self, call: Call) -> Reply:
        self._rest(call, "rw_organization_admin")
        if call.params.get("q") != "roleAssignee":
            raise Refusal(400, "ILLEGAL_ARGUMENT", "q=roleAssignee is needed")
        params = call.params
        return as_json(linkedin_roles.listed(self.network.settings, int(params.get("start", 0)), int(params.get("count", 10))))

    def _organization(self, call: Call, number: str) -> Reply:
        self._rest(call, "rw_organization_admin")
        found = linkedin_roles.told(self.network.settings, number)
        if found is None:
            raise Refusal(403, "ACCESS_DENIED", f"Viewer is not an administrator of organization {number}", 100)
        return as_json(found)

    def _statistics(self, call: Call) -> Reply:
        self._rest(call, "rw_organization_admin")
        return as_json(linkedin_statistics.statistics(self.network, call.query))

    def _initialize(self, call: Call) -> Reply:
        self._rest(call, "w_organization_social")
        if call.params.get("action") != "initializeUpload":
            raise Refusal(400, "ILLEGAL_ARGUMENT", "action must be initializeUpload")
        return as_json(self.network.initialize(call.json(), self.address))

    def _upload(self, call: Call, key: str) -> Reply:
        self.network.authorize(call.headers)
        self.network.upload(key, call.body)
        return Reply(201)

    def _image(self, call: Call, urn: str) -> Reply:
        self._rest(call, "w_organization_social")
        return as_json(self.network.image(unquote(urn)))

    def _create(self, call: Call) -> Reply:
        self._rest(call, "w_organization_social")
        urn = self.network.create(call.json())
        return Reply(201, headers=(("x-restli-id", urn), ("Location", f"/posts/{quote(urn, safe='')}")))

    def _finder(self, call: Call) -> Reply:
        self._rest(call, "r_organization_social")
        params = call.params
        if params.get("q") != "author" or call.rest_method != "FINDER" or not params.get("author"):
            raise Refusal(400, "ILLEGAL_ARGUMENT", "q=author, author and X-RestLi-Method: FINDER are needed")
        return as_json(self.network.find(params["author"], int(params.get("start", 0)), int(params.get("count", 10))))

    def _get(self, call: Call, urn: str) -> Reply:
        self._rest(call, "r_organization_social")
        return as_json(self.network.shown(self.network.post(unquote(urn))))

    def _patch(self, call: Call, urn: str) -> Reply:
        self._rest(call, "w_organization_social")
        if call.rest_method != "PARTIAL_UPDATE":
            raise Refusal(400, "ILLEGAL_ARGUMENT", "X-RestLi-Method: PARTIAL_UPDATE is needed")
        self.network.patch(unquote(urn), call.json())
        return Reply(204)

    def _delete(self, call: Call, urn: str) -> Reply:
        self._rest(call, "w_organization_social")
        if call.rest_method != "DELETE":
            raise Refusal(400, "ILLEGAL_ARGUMENT", "X-RestLi-Method: DELETE is needed")
        self.network.delete(unquote(urn))
        return Reply(204)

    # --- the page and the controls

    def _page(self, call: Call) -> Reply:
        if call.method != "GET":
            return as_json({"status": 404, "message": "No such resource"}, 404)
        if match := re.fullmatch(r"/_images/(\w+)", call.path):
            path = self.network.folder / "images" / match[1]
            return Reply(200, path.read_bytes(), "image/jpeg") if path.exists() else Reply(404)
        if call.path == "/" or call.path.startswith("/feed/update/"):
            with self.network.lock:
                wanted = unquote(call.path.removeprefix("/feed/update/")).strip("/")
                posts = [post for post in self.network.live() if not wanted or post["id"] == wanted]
                linkedin_statistics.seen(self.network, posts)
            return as_page(linkedin_page.feed(self.network.settings.name, posts))
        return as_json({"status": 404, "message": "No such resource"}, 404)

    def _control(self, call: Call) -> Reply:
        what = call.path.removeprefix("/_control/")
        order = json.loads(call.body) if call.body else {}
        if call.method == "GET":
            return self._report(what)
        if what == "script":
            self.stage.scripts.append(order)
        elif what == "release":
            self.stage.go.set()
        elif what == "token":
            with self.network.lock:
                return as_json(self.network.mint(order.get("scopes")))
        else:
            self._order(what, order)
        return as_json({"done": what})

    def _report(self, what: str) -> Reply:
        with self.network.lock:
            found = {
                "posts": [{**post, "live": not post["deleted"]} for post in self.network.state.posts],
                "calls": self.stage.calls,
                "held": self.stage.held,
                "settings": asdict(self.network.settings),
            }
        return as_json(found.get(what), 200 if what in found else 404)

    def _order(self, what: str, order: dict[str, Any]) -> None:
        with self.network.lock:
            if what == "settings":
                for name, value in order.items():
                    setattr(self.network.settings, name, value)
            elif what == "counts":
                linkedin_statistics.add(self.network, order)
            elif what == "end":
                self.network.end(order["how"])
            elif what == "reset":
                self.network.reset()
                self.stage.scripts.clear()
                self.stage.calls.clear()


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state", type=Path, required=True, help="folder that remembers posts, pictures and tokens")
    options = parser.parse_args()
    server = Server(options.port, options.state)
    settings = server.network.settings
    hello = {"address": server.address, "organization": settings.organization, "name": settings.name}
    hello |= {"client_id": settings.client_id, "client_secret": settings.client_secret}
    print(json.dumps(hello), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
