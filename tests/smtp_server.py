"""A strict, hostile SMTP server as a real process on 127.0.0.1.

It takes SMTP at its word (CRLF, order of commands, no pipelining unless offered), counts per address
what it has taken responsibility for, and answers at each stage as a script says.

    with SmtpServer(pipelining=True) as server:
        server.script({"at": "rcpt", "match": "otto@", "say": "450 4.2.1 later", "times": 1})
        … MAIL_RELAYS=[server.relay()]
        assert server.counts() == {"mia@exempel.se": 1}

A rule: `at` connect, ehlo, auth, mail, rcpt, data, rset or dot; `match` a part of the line (for data
and dot: of the recipient); `say` the answer (a list of lines is sent raw); `act` close (instead of
answering), close_after, hang, or lose (take the message and close without a word); `times` how often.
"""

import asyncio
import contextlib
import json
import socket
import ssl
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
KEPT = 3_000


class Hangup(Exception):
    """Ends the connection."""


class World:
    """All that connections share."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.rules: list[dict[str, Any]] = []
        self.counts: Counter[str] = Counter()
        self.messages: list[dict[str, str]] = []
        self.violations: list[str] = []
        # What was said before TLS began, and how often TLS began.
        self.clear: Counter[str] = Counter()
        self.logged_in = self.secured = self.connections = self.open = self.waiting = 0
        self.go = asyncio.Event()
        self.go.set()
        self.tls: ssl.SSLContext | None = None

    def rule(self, at: str, text: str) -> dict[str, Any] | None:
        for rule in self.rules:
            if rule["at"] == at and rule.get("match", "") in text and rule.get("times", 1) != 0:
                if "times" in rule:
                    rule["times"] -= 1
                return rule
        return None

    def peek(self, at: str, text: str) -> dict[str, Any]:
        """The rule that would hold, without using it up."""
        return next((rule for rule in self.rules if rule["at"] == at and rule.get("match", "") in text), {})

    def answer(self, asked: dict[str, Any]) -> Any:
        if "rules" in asked:
            self.rules = asked["rules"]
        if "hold" in asked:
            (self.go.clear if asked["hold"] else self.go.set)()
        if asked.get("forget"):
            self.counts.clear()
            self.messages.clear()
        known = {"counts": dict(self.counts), "violations": self.violations, "connections": self.connections}
        known |= {"open": self.open, "waiting": self.waiting, "clear": dict(self.clear), "secured": self.secured}
        known |= {"logged_in": self.logged_in}
        return known | ({"messages": self.messages} if asked.get("messages") else {})


class Connection:
    """One client."""

    def __init__(self, world: World, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.world, self.reader, self.writer = world, reader, writer
        self.buffer = b""
        self.secure = bool(world.options["smtps"])
        world.secured += self.secure
        self.sender: str | None = None
        self.recipients: list[str] = []
        self.greeted = False

    async def line(self) -> bytes:
        while b"\n" not in self.buffer:
            more = await self.reader.read(65_536)
            if not more:
                raise Hangup
            self.buffer += more
        line, _, self.buffer = self.buffer.partition(b"\n")
        if not line.endswith(b"\r"):
            self.world.violations.append(f"bare LF: {line[:60]!r}")
        return line.rstrip(b"\r")

    async def say(self, text: str | list[str]) -> None:
        raw = "".join(text) if isinstance(text, list) else text + "\r\n"
        self.writer.write(raw.encode("utf-8", "surrogateescape"))
        await self.writer.drain()

    async def scripted(self, at: str, text: str) -> bool:
        rule = self.world.rule(at, text)
        if rule is None:
            return False
        act = rule.get("act", "")
        if act == "close":
            raise Hangup
        if act == "hang":
            await asyncio.sleep(3_600)
        if rule.get("slow"):
            for character in rule["say"] + "\r\n":
                self.writer.write(character.encode())
                await asyncio.sleep(rule["slow"])
        else:
            await self.say(rule["say"])
        if act == "close_after":
            raise Hangup
        return True

    async def serve(self) -> None:
        if await self.scripted("connect", ""):
            return
        await self.say("220 hostile.example.se ESMTP")
        while True:
            line = (await self.line()).decode("utf-8", "replace")
            verb = line.split(" ")[0].split(":")[0].upper()
            if self.buffer and not self.world.options["pipelining"]:
                self.world.violations.append(f"pipelined without leave after {line!r}")
            if len(line) > 510:
                self.world.violations.append(f"long command: {line[:60]}")
            handler = getattr(self, f"on_{verb.lower()}", None)
            if handler and not self.secure:
                self.world.clear[verb] += 1
            await (handler(line) if handler else self.say("502 5.5.1 unknown"))

    async def on_ehlo(self, line: str) -> None:
        self.greeted = True
        if await self.scripted("ehlo", line):
            return
        offers = ["hostile.example.se", "8BITMIME", "SIZE 10240000", "ENHANCEDSTATUSCODES"]
        options = self.world.options
        offers += ["PIPELINING"] if options["pipelining"] else []
        offers += ["STARTTLS"] if options["starttls"] and not self.secure else []
        offers += ["AUTH PLAIN LOGIN"] if options["user"] else []
        await self.say("\r\n".join(f"250{'-' if i + 1 < len(offers) else ' '}{offer}" for i, offer in enumerate(offers)))

    async def on_helo(self, line: str) -> None:
        await self.say("250 hello")

    async def on_starttls(self, line: str) -> None:
        if await self.scripted("starttls", line):
            return
        if self.buffer:
            self.world.violations.append("words after STARTTLS")
        # Somebody on the way may slip in an answer of their own.
        await self.say(["220 go ahead\r\n", self.world.options["slipped_in"]])
        await self.writer.start_tls(self.world.tls)
        self.secure = True
        self.world.secured += 1

    async def on_auth(self, line: str) -> None:
        if not await self.scripted("auth", line):
            self.world.logged_in += 1
            await self.say("235 2.7.0 welcome")

    async def on_noop(self, line: str) -> None:
        await self.say("250 2.0.0 ok")

    async def on_rset(self, line: str) -> None:
        if await self.scripted("rset", line):
            return
        self.sender, self.recipients = None, []
        await self.say("250 2.0.0 flushed")

    async def on_quit(self, line: str) -> None:
        await self.say("221 2.0.0 bye")
        raise Hangup

    async def on_mail(self, line: str) -> None:
        if self.sender is not None:
            self.world.violations.append("nested MAIL")
            await self.say("503 5.5.1 nested MAIL")
            return
        rule = self.world.peek("mail", line)
        scripted = await self.scripted("mail", line)
        if scripted and not "".join(rule.get("say", "")).startswith("2"):
            return
        self.sender = line.partition("<")[2].partition(">")[0]
        if not scripted:
            await self.say("250 2.1.0 ok")

    async def on_rcpt(self, line: str) -> None:
        if self.sender is None:
            await self.say("503 5.5.1 MAIL first")
            return
        rule = self.world.peek("rcpt", line)
        scripted = await self.scripted("rcpt", line)
        if scripted and not "".join(rule.get("say", "")).startswith("2"):
            return
        if scripted:
            self.recipients.append(line.partition("<")[2].partition(">")[0])
            return
        self.recipients.append(line.partition("<")[2].partition(">")[0])
        await self.say("250 2.1.5 ok")

    async def on_data(self, line: str) -> None:
        if not self.recipients and not self.world.options["lax"]:
            await self.say("503 5.5.1 no valid recipients")
            return
        to = self.recipients[0] if self.recipients else ""
        if await self.scripted("data", to):
            return
        await self.say("354 go ahead")
        body = await self.body()
        sender, recipients = self.sender, self.recipients
        self.sender, self.recipients = None, []
        await self.end(sender or "", recipients, body)

    async def end(self, sender: str, recipients: list[str], body: bytes) -> None:
        if not recipients:
            await self.say("554 5.5.1 no valid recipients")
            return
        rule = self.world.rule("dot", recipients[0])
        taken = rule is None or rule.get("act") in {"lose", "take"}
        if taken:
            self.world.counts.update(recipients)
            if len(self.world.messages) < KEPT:
                self.world.messages.append({"sender": sender, "to": recipients[0], "raw": body.decode("latin-1")})
        self.world.waiting += 1
        await self.world.go.wait()
        self.world.waiting -= 1
        if rule is not None and rule.get("act") in {"lose", "close"}:
            raise Hangup
        if rule is not None and rule.get("act") == "hang":
            await asyncio.sleep(3_600)
        await self.say(rule["say"] if rule else "250 2.0.0 ok queued")
        if rule is not None and rule.get("act") == "close_after":
            raise Hangup

    async def body(self) -> bytes:
        if delay := self.world.options["delay"]:
            await asyncio.sleep(delay)
        # The end may stand at the very beginning: an empty message.
        data = b"\r\n" + self.buffer
        while (end := data.find(b"\r\n.\r\n")) < 0:
            more = await self.reader.read(262_144)
            if not more:
                raise Hangup
            data += more
        self.buffer, data = data[end + 5 :], data[2 : end + 2]
        lines = data.split(b"\r\n")
        if any(b"\n" in line or b"\r" in line for line in lines):
            self.world.violations.append("bare CR or LF in a message")
        if max(map(len, lines)) > 998:
            self.world.violations.append("a line of a message is too long")
        return b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines)


async def run(options: dict[str, Any]) -> None:
    world = World(options)
    if options["cert"]:
        world.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        world.tls.load_cert_chain(options["cert"], options["key"])

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        world.connections += 1
        world.open += 1
        with contextlib.suppress(Hangup, OSError, asyncio.IncompleteReadError):
            await Connection(world, reader, writer).serve()
        world.open -= 1
        writer.close()

    async def control(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(json.dumps(world.answer(json.loads(line))).encode() + b"\n")
            await writer.drain()
        writer.close()

    smtp = await asyncio.start_server(client, "127.0.0.1", options["port"], ssl=world.tls if options["smtps"] else None)
    ctl = await asyncio.start_server(control, "127.0.0.1", 0, limit=1 << 26)
    print(json.dumps({"port": smtp.sockets[0].getsockname()[1], "control": ctl.sockets[0].getsockname()[1]}), flush=True)
    await asyncio.Event().wait()


class SmtpServer:
    """The server, seen from a test."""

    def __init__(self, **options: Any) -> None:
        defaults = {"pipelining": True, "starttls": False, "smtps": False, "user": "", "cert": "", "key": "", "lax": False}
        self.options = defaults | {"delay": 0, "port": 0, "slipped_in": ""} | options

    def __enter__(self) -> "SmtpServer":
        command = [sys.executable, "-m", "tests.smtp_server", json.dumps(self.options)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        ports = json.loads(self.process.stdout.readline())
        self.port = ports["port"]
        self._control = socket.create_connection(("127.0.0.1", ports["control"]))
        self._answers = self._control.makefile("rb")
        return self

    def __exit__(self, *exc: object) -> None:
        self._answers.close()
        self._control.close()
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def ask(self, **asked: Any) -> dict[str, Any]:
        self._control.sendall(json.dumps(asked).encode() + b"\n")
        return json.loads(self._answers.readline())

    def relay(self, **options: Any) -> str:
        """Return the line for MAIL_RELAYS."""
        query = "&".join(f"{key}={value}" for key, value in {"timeout": 5, **options}.items())
        return f"{'smtps' if self.options['smtps'] else 'smtp'}://127.0.0.1:{self.port}?{query}"

    def script(self, *rules: dict[str, Any]) -> None:
        self.ask(rules=list(rules))

    def hold(self, on: bool = True) -> None:
        """Take messages, but keep the last answers back."""
        self.ask(hold=on)

    def counts(self) -> dict[str, int]:
        return self.ask()["counts"]

    def messages(self) -> list[dict[str, str]]:
        return self.ask(messages=True)["messages"]

    def wait_for(self, condition: Any, seconds: float = 30) -> dict[str, Any]:
        """Poll until `condition(what the server knows)` holds."""
        until = time.monotonic() + seconds
        while not condition(known := self.ask()):
            assert time.monotonic() < until, known
            time.sleep(0.02)
        return known


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(json.loads(sys.argv[1])))
