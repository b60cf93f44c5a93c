"""A small strict IMAP server (RFC 3501) for tests: one folder, its UIDs, flags; what isn't allowed is answered BAD."""

import base64
import re
import socketserver
import ssl
import threading
from collections.abc import Callable
from typing import Any, Self

NOT_LOGGED_IN = ("CAPABILITY", "NOOP", "LOGOUT", "LOGIN", "AUTHENTICATE", "STARTTLS")


class ImapServer:
    """Serves `messages` (uid → bytes) to `user` with `password`; `before(command)` may raise ConnectionError to hang up."""

    def __init__(self, *, plain: bool = True, context: ssl.SSLContext | None = None) -> None:
        self.user, self.password, self.folder = "studs", 'hemligt ö"\\', "INBOX"
        self.messages: dict[int, bytes] = {}
        self.seen: set[int] = set()
        self.fetched: list[int] = []
        self.commands: list[str] = []
        self.validity, self.next_uid = 7, 1
        self.plain, self.context = plain, context
        self.before: Callable[[str], None] = lambda command: None
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            timeout = 120

            def setup(self) -> None:
                if outer.context is not None:
                    self.request = outer.context.wrap_socket(self.request, server_side=True)
                super().setup()

            def finish(self) -> None:
                super().finish()
                self.request.close()

            def handle(self) -> None:
                Talk(outer, self.rfile, self.wfile).run()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

            def handle_error(self, request: Any, address: Any) -> None:
                """A client that goes away is no error here."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def put(self, raw: bytes) -> int:
        """Deliver a message; returns its UID."""
        uid, self.next_uid = self.next_uid, self.next_uid + 1
        self.messages[uid] = raw
        return uid

    def renumber(self) -> None:
        """Do what a restored server does: new UIDs for the same messages."""
        old = list(self.messages.values())
        self.messages, self.seen, self.validity, self.next_uid = {}, set(), self.validity + 1, 1
        for raw in old:
            self.put(raw)


class Talk:
    """One connection."""

    def __init__(self, server: ImapServer, rfile: Any, wfile: Any) -> None:
        self.server, self.rfile, self.wfile = server, rfile, wfile
        self.logged_in = self.selected = False
        self.tag = "*"

    def say(self, text: str | bytes) -> None:
        self.wfile.write((text.encode() if isinstance(text, str) else text) + b"\r\n")

    def run(self) -> None:
        """Answer until LOGOUT."""
        self.say("* OK ready")
        try:
            while line := self.rfile.readline(9_000):
                self.tag, _, rest = line.decode().rstrip("\r\n").partition(" ")
                name, _, arguments = rest.partition(" ")
                self.server.commands.append(rest if name not in {"LOGIN", "AUTHENTICATE"} else name)
                self.server.before(rest)
                self.answer(name.upper(), arguments)
                if name.upper() == "LOGOUT":
                    return
        except (ConnectionError, OSError):
            return

    def answer(self, name: str, arguments: str) -> None:
        """Answer one command, if its state allows it."""
        if not self.logged_in and name not in NOT_LOGGED_IN:
            self.say(f"{self.tag} BAD log in first")
            return
        act = getattr(self, f"do_{name.lower()}", None)
        ok = act(arguments) if act else "BAD unknown command"
        self.say(f"{self.tag} {ok or 'OK done'}")

    def do_capability(self, arguments: str) -> None:
        self.say("* CAPABILITY IMAP4rev1" + (" AUTH=PLAIN" if self.server.plain else ""))

    def do_noop(self, arguments: str) -> None: ...

    def do_logout(self, arguments: str) -> None:
        self.say("* BYE")

    def do_authenticate(self, arguments: str) -> str | None:
        if arguments != "PLAIN" or not self.server.plain:
            return "NO not offered"
        self.say("+ ")
        given = base64.b64decode(self.rfile.readline(9_000)).decode().split("\0")
        return self.let_in(given[1:])

    def do_login(self, arguments: str) -> str | None:
        found = re.fullmatch(r'"((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"', arguments)
        return self.let_in([re.sub(r"\\(.)", r"\1", part) for part in found.groups()] if found else [])

    def let_in(self, given: list[str]) -> str | None:
        self.logged_in = given == [self.server.user, self.server.password]
        return None if self.logged_in else "NO [AUTHENTICATIONFAILED] wrong user or password"

    def do_select(self, arguments: str) -> str | None:
        if arguments != f'"{self.server.folder}"':
            return "NO no such folder"
        self.selected = True
        self.say(f"* {len(self.server.messages)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.server.validity}] valid")
        return "OK [READ-WRITE] selected"

    def do_uid(self, arguments: str) -> str | None:
        name, _, rest = arguments.partition(" ")
        if not self.selected:
            return "BAD select first"
        return {"SEARCH": self.search, "FETCH": self.fetch, "STORE": self.store}[name](rest)

    def search(self, rest: str) -> str | None:
        found = re.fullmatch(r"UID (\d+):\*", rest)
        if not found:
            return "BAD search"
        uids = sorted(self.server.messages)
        named = [uid for uid in uids if uid >= int(found[1])] or uids[-1:]
        self.say("* SEARCH" + "".join(f" {uid}" for uid in named))
        return None

    def fetch(self, rest: str) -> str | None:
        found = re.fullmatch(r"(\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", rest)
        if not found:
            return "BAD fetch"
        uid = int(found[1])
        if uid in self.server.messages:
            body = self.server.messages[uid][: int(found[2])]
            self.server.fetched.append(uid)
            self.wfile.write(f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(body)}}}\r\n".encode() + body + b")\r\n")
        return None

    def store(self, rest: str) -> str | None:
        found = re.fullmatch(r"(\d+) \+FLAGS\.SILENT \(\\Seen\)", rest)
        if not found:
            return "BAD store"
        self.server.seen.add(int(found[1]))
        return None
