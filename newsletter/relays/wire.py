"""A socket that speaks in SMTP replies: long lines, odd bytes and slow dribbles are endured, within limits."""

import socket
import time

from django.utils.translation import gettext as _

from newsletter.relays.replies import Reply

KEEP = 1_000
LINES = 200


class Garbled(OSError):
    """The other side doesn't speak SMTP."""


class Wire:
    """Reads whole replies; what the other side sends beyond a line's first part is read and dropped."""

    def __init__(self, sock: socket.socket, timeout: float) -> None:
        """Take over `sock`, whose timeout is `timeout` seconds."""
        self.sock = sock
        self._timeout = timeout
        self._buffer = b""

    @property
    def empty(self) -> bool:
        """Whether everything that came was read; else somebody slipped in words before STARTTLS."""
        return not self._buffer

    def send(self, data: bytes) -> None:
        """Send all of `data`; raises OSError."""
        self.sock.sendall(data)

    def reply(self, patience: float = 1) -> Reply:
        """Return the next reply, however many lines it has. Raises OSError, or TimeoutError after `patience` timeouts."""
        until = time.monotonic() + self._timeout * patience
        texts: list[str] = []
        while len(texts) < LINES:
            line = self._line(until)
            code, more = line[:3], line[3:4]
            if not code.isdigit() or more not in {b" ", b"-", b""}:
                raise Garbled(f"not an SMTP reply: {line[:60]!r}")
            texts.append("".join(c if c.isprintable() else "?" for c in line[4:].decode("utf-8", "replace")))
            if more != b"-":
                return Reply(int(code), " ".join(texts))
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
                data = self.sock.recv(65_536)
            except TimeoutError:
                if time.monotonic() >= until:
                    raise TimeoutError(_("no answer in time")) from None
                continue
            if not data:
                raise ConnectionError(_("the connection was closed"))
            if time.monotonic() >= until:
                raise TimeoutError(_("the answer came too slowly"))
            return data
