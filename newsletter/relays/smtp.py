"""SMTP: smtplib connects, greets, secures and logs in; then pipelined groups go over its socket (RFC 2920).

With PIPELINING the next message's MAIL, RCPT and DATA leave together with the end of the current one:
one round trip per message instead of four. At most one body per connection is ever unanswered.
"""

import contextlib
import smtplib
import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from newsletter.relays import (
    REFUSED,
    UNCERTAIN,
    UNSENT,
    Desk,
    Options,
    Outcome,
    Parcel,
    RelayBroken,
    RelayDown,
    SessionLost,
)
from newsletter.relays.replies import BODY, CLOSING, DATA, MAIL, RCPT, Reply, judge
from newsletter.relays.wire import Garbled, Wire

READY, GO_AHEAD = 220, 354
# The last answer may take its time: an impatient sender makes uncertain rows (RFC 5321, 4.5.3.2.6).
PATIENCE = 5


class _Replies:
    """Lets smtplib read replies with a Wire, which endures more than smtplib does."""

    sock: Any
    timeout: Any
    wire: Wire | None = None

    def getreply(self) -> tuple[int, bytes]:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected(_("the connection was closed"))
        if self.wire is None or self.wire.sock is not self.sock:
            if self.wire is not None and not self.wire.empty:
                raise ssl.SSLError("unexpected words before TLS began")
            self.wire = Wire(self.sock, self.timeout)
        return self.wire.lines()


class _Plain(_Replies, smtplib.SMTP):
    pass


class _Secure(_Replies, smtplib.SMTP_SSL):
    pass


class Smtp:
    """An SMTP relay of MAIL_RELAYS."""

    def __init__(self, options: Options) -> None:
        """Nothing is connected yet."""
        self.options = options

    def connect(self) -> "SmtpSession":
        """Open, secure and log in. Raises RelayDown or RelayBroken, never with the password in its words."""
        client = self._client()
        try:
            self._greet(client)
            if self.options.starttls:
                self._secure(client)
            if self.options.user:
                self._log_in(client)
        except BaseException:
            client.close()
            raise
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.wire.hand_timeouts_to_the_kernel()
        return SmtpSession(client, client.has_extn("pipelining"))

    def _client(self) -> Any:
        common: dict[str, Any] = {
            "timeout": self.options.timeout,
            "local_hostname": urlsplit(settings.SITE_URL).hostname or "localhost",
        }
        secure = self.options.scheme == "smtps"
        client: Any = _Secure(context=ssl.create_default_context(), **common) if secure else _Plain(**common)
        # The name that the certificate must bear; smtplib keeps only a host that it connected to when it was made.
        client._host = self.options.host
        return client

    def _greet(self, client: Any) -> None:
        try:
            code, text = client.connect(self.options.host, self.options.port)
            if code != READY:
                raise RelayDown(self._words(f"greeted with {code} {text.decode('latin-1')}"))
            client.ehlo_or_helo_if_needed()
        except ssl.SSLError as error:
            raise RelayBroken(self._words(f"no secure connection: {error}")) from None
        except OSError as error:
            raise RelayDown(self._words(str(error) or type(error).__name__)) from None

    def _secure(self, client: Any) -> None:
        if not client.has_extn("starttls"):
            raise RelayBroken(self._words("offers no STARTTLS, and nothing is sent in clear"))
        try:
            client.starttls(context=ssl.create_default_context())
            client.ehlo()
        except (ssl.SSLError, smtplib.SMTPException) as error:
            raise RelayBroken(self._words(f"STARTTLS failed: {error}")) from None
        except OSError as error:
            raise RelayDown(self._words(str(error))) from None

    def _log_in(self, client: Any) -> None:
        try:
            client.login(self.options.user, self.options.password)
        except smtplib.SMTPException as error:
            raise RelayBroken(self._words(f"log-in failed: {error}")) from None
        except OSError as error:
            raise RelayDown(self._words(str(error))) from None

    def _words(self, said: str) -> str:
        if self.options.password:
            said = said.replace(self.options.password, "…")
        return f"{self.options.name}: {said}"[:480]


def _goes_on(data: bool, reply: Reply) -> bool:
    """Tell whether `reply` asks for the next command, or, to DATA, for the message (RFC 5321, 4.3.2)."""
    return reply.code == GO_AHEAD if data else 200 <= reply.code < 300  # noqa: PLR2004


class SmtpSession:
    """An open connection, in one thread's hands.

    A parcel is `_next` while its commands are out, `_opened` when its body is awaited, `_ended` when
    its final dot may have left. What a broken connection means for it follows from that alone.
    """

    def __init__(self, client: Any, pipelining: bool) -> None:
        """Take over smtplib's socket after the log-in."""
        self._client = client
        self._wire: Wire = client.wire
        self._pipelining = pipelining
        self._reset_first = False
        self._next: Parcel | None = None
        self._opened: Parcel | None = None
        self._ended: Parcel | None = None
        self._body = b""

    def work(self, desk: Desk) -> None:
        """Send what the desk gives until it gives nothing.

        After reporting all in hand it raises SessionLost, or RelayDown where the other side doesn't speak SMTP.
        """
        try:
            while self._round(desk):
                pass
        except Exception as error:
            self._give_up(desk, str(error) or type(error).__name__)
            self._client.close()
            if isinstance(error, Garbled):
                raise RelayDown(str(error)) from None
            raise SessionLost(str(error)) from (None if isinstance(error, OSError) else error)

    def _give_up(self, desk: Desk, why: str) -> None:
        if self._ended is not None:
            desk.done(self._ended, Outcome(UNCERTAIN, f"the answer was lost: {why}"[:490]))
        for parcel in (self._opened, self._next):
            if parcel is not None:
                desk.done(parcel, Outcome(UNSENT, why[:490]))
        self._next = self._opened = self._ended = None

    def _round(self, desk: Desk) -> bool:
        self._next = desk.take()
        if self._opened is None and self._next is None:
            return False
        body, self._body = self._body, self._filled(desk) if self._next else b""
        commands = self._commands(self._next) if self._next else []
        ahead = commands if self._pipelining else []
        if self._opened is not None:
            self._deliver(desk, body, b"".join(ahead))
        elif ahead:
            self._wire.send(b"".join(ahead))
        if self._next is not None:
            self._open(desk, commands)
        return True

    def _filled(self, desk: Desk) -> bytes:
        assert self._next is not None  # noqa: S101 - for the type checker
        try:
            return self._next.body()
        except ValueError as error:
            # Nothing about this person can be sent, and the others go on.
            desk.done(self._next, Outcome(REFUSED, (_("not sent: %s") % error)[:490], soft=True))
            self._next = None
            return b""

    def _commands(self, parcel: Parcel) -> list[bytes]:
        reset = [b"RSET\r\n"] if self._reset_first else []
        return [
            *reset,
            f"MAIL FROM:<{parcel.sender}>\r\n".encode("ascii"),
            f"RCPT TO:<{parcel.address}>\r\n".encode("ascii"),
            b"DATA\r\n",
        ]

    def _deliver(self, desk: Desk, body: bytes, ahead: bytes) -> None:
        parcel = self._opened
        assert parcel is not None  # noqa: S101 - for the type checker
        if not desk.begin(parcel):
            # After 354 hanging up is the only way not to send.
            raise SessionLost("the right to send was lost")
        self._wire.send_last(body, b".\r\n" + ahead, self._end)
        desk.prepare()
        reply = self._wire.reply(PATIENCE)
        if not 200 <= reply.code < 600 or 300 <= reply.code < 400:  # noqa: PLR2004
            raise Garbled(f"a strange answer to the message: {reply}")
        self._ended = None
        desk.done(parcel, judge(BODY, reply))
        if reply.code == CLOSING:
            raise SessionLost(str(reply))

    def _end(self) -> None:
        # From here on the message may arrive whatever we learn of it.
        self._ended, self._opened = self._opened, None

    def _open(self, desk: Desk, commands: list[bytes]) -> None:
        parcel, replies = self._next, self._replies(commands)
        assert parcel is not None  # noqa: S101 - for the type checker
        if self._reset_first:
            self._heed_reset(replies.pop(0))
        for stage, reply in zip((MAIL, RCPT, DATA), replies, strict=False):
            if not _goes_on(stage == DATA, reply):
                self._refused(desk, parcel, stage, reply, replies[-1])
                return
        if len(replies) < len((MAIL, RCPT, DATA)):
            raise Garbled("fewer answers than commands")
        self._next, self._opened = None, parcel

    def _heed_reset(self, reply: Reply) -> None:
        self._reset_first = False
        if not _goes_on(False, reply):
            # Nothing is known of what the server would take the next commands for; a new session is clean.
            raise SessionLost(f"RSET: {reply}")

    def _replies(self, commands: list[bytes]) -> list[Reply]:
        found: list[Reply] = []
        for command in commands:
            if not self._pipelining:
                self._wire.send(command)
            found.append(reply := self._wire.reply())
            if reply.code == CLOSING or not (self._pipelining or _goes_on(command.startswith(b"DATA"), reply)):
                break
        return found

    def _refused(self, desk: Desk, parcel: Parcel, stage: str, reply: Reply, last: Reply) -> None:
        if not 400 <= reply.code < 600:  # noqa: PLR2004
            # Nobody's fault but the server's: it can't be followed any further.
            raise Garbled(f"a strange answer to {stage}: {reply}")
        self._next = None
        desk.done(parcel, judge(stage, reply))
        if last.code == CLOSING:
            raise SessionLost(str(last))
        self._reset_first = stage != MAIL
        if last.code == GO_AHEAD:
            # A server may say "go ahead" though it refused everybody: an empty message ends it (RFC 2920, 3.1).
            self._wire.send(b".\r\n")
            self._wire.reply()

    def alive(self) -> bool:
        """Ask with NOOP whether the other side is still there."""
        try:
            self._wire.send(b"NOOP\r\n")
            return 200 <= self._wire.reply().code < 300  # noqa: PLR2004
        except OSError:
            return False

    def close(self) -> None:
        """Say QUIT and hang up without waiting for the answer."""
        with contextlib.suppress(OSError):
            self._wire.send(b"QUIT\r\n")
        self._client.close()
