"""A socket that speaks in SMTP replies: long lines, odd bytes and slow dribbles are endured, within limits."""

import socket
import struct
import time
from collections.abc import Callable
from functools import lru_cache

from django.utils.translation import gettext as _

from newsletter.relays.replies import Reply

KEEP = 1_000
LINES = 200
READ = 8_192
# So many timeouts may pass before a message has left: a peer that takes a byte a minute is as good as silent.
SLOWEST = 3


class Garbled(OSError):
    """The other side doesn't speak SMTP."""


@lru_cache(maxsize=512)
def _parsed(line: bytes) -> tuple[Reply, bool]:
    """Return what a line says and whether more lines follow; most lines are the same again and again."""
    code, more = line[:3], line[3:4]
    if not code.isdigit() or more not in {b" ", b"-", b""}:
        raise Garbled(f"not an SMTP reply: {line[:60]!r}")
    text = "".join(c if c.isprintable() else "?" for c in line[4:].decode("utf-8", "replace"))
    return Reply(int(code), text), more == b"-"


class Wire:
    """Reads whole replies; what the other side sends beyond a line's first part is read and dropped."""

    def __init__(self, sock: socket.socket, timeout: float) -> None:
        """Take over `sock`, whose timeout is `timeout` seconds."""
        self.sock = sock
        self._timeout = timeout
        self._buffer = b""
        self._at_once = False

    @property
    def empty(self) -> bool:
        """Whether everything that came was read; else somebody slipped in words before STARTTLS."""
        return not self._buffer

    def hand_timeouts_to_the_kernel(self) -> None:
        """Save the question "ready?" before each call, where no TLS is in between."""
        if type(self.sock) is socket.socket:
            whole, part = divmod(self._timeout, 1)
            limit = struct.pack("ll", int(whole), int(part * 1_000_000))
            self.sock.settimeout(None)
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
            self._at_once = True

    def send(self, data: bytes) -> None:
        """Send all of `data`; raises OSError, or TimeoutError when the other side takes it too slowly."""
        sent = self._send_part(data)
        if sent < len(data):
            until = time.monotonic() + self._timeout * SLOWEST
            while sent < len(data):
                if time.monotonic() >= until:
                    raise TimeoutError(_("no answer in time"))
                sent += self._send_part(data[sent:])

    def _send_part(self, data: bytes) -> int:
        try:
            return self.sock.send(data)
        except BlockingIOError:
            raise TimeoutError(_("no answer in time")) from None

    def send_last(self, body: bytes, ending: bytes, leaves: Callable[[], None]) -> None:
        """Send `body`, then `ending`, in one call where possible; `leaves()` is called before more of the ending can follow.

        When it raises OSError without having called `leaves`, not a byte of the ending has left.
        """
        sent = self._send_some(body, ending) if self._at_once else 0
        if sent < len(body):
            self.send(body[sent:])
            sent = len(body)
        leaves()
        if sent < len(body) + len(ending):
            self.send(ending[sent - len(body) :])

    def _send_some(self, *parts: bytes) -> int:
        try:
            return self.sock.sendmsg(parts)
        except BlockingIOError:
            raise TimeoutError(_("no answer in time")) from None

    def reply(self, patience: float = 1) -> Reply:
        """Return the next reply, however many lines it has. Raises OSError, or TimeoutError after `patience` timeouts."""
        until = time.monotonic() + self._timeout * patience
        found, more = _parsed(self._line(until))
        if not more:
            return found
        texts = [found.text]
        while len(texts) < LINES:
            found, more = _parsed(self._line(until))
            texts.append(found.text)
            if not more:
                return Reply(found.code, " ".join(texts))
        raise Garbled("a reply without end")

    def lines(self) -> tuple[int, bytes]:
        """Return code and lines as smtplib wants them. Raises OSError."""
        until = time.monotonic() + self._timeout
        texts: list[bytes] = []
        while len(texts) < LINES:
            line = self._line(until)
            if not line[:3].isdigit():
                raise Garbled(f"not an SMTP reply: {line[:60]!r}")
            texts.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(texts)
        raise Garbled("a reply without end")

    def _line(self, until: float) -> bytes:
        begun = b""
        while (end := self._buffer.find(b"\n")) < 0:
            begun = (begun + self._buffer)[:KEEP]
            self._buffer = self._more(until)
        line, self._buffer = self._buffer[:end], self._buffer[end + 1 :]
        return (begun + line).rstrip(b"\r")[:KEEP]

    def _more(self, until: float) -> bytes:
        while True:
            try:
                data = self.sock.recv(READ)
            except (TimeoutError, BlockingIOError):
                if time.monotonic() >= until:
                    raise TimeoutError(_("no answer in time")) from None
                continue
            if not data:
                raise ConnectionError(_("the connection was closed"))
            if time.monotonic() >= until:
                raise TimeoutError(_("the answer came too slowly"))
            return data
