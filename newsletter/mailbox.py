"""The mailbox that reports come back to, read over IMAP (RFC 9051, RFC 3501): each message is taken in once.

A message is taken in and committed first, then the place that was reached, then it is marked as read; killed
anywhere in between, the next round finds the report known and goes on. No transaction is open while the
network is waited for.
"""

import imaplib
import logging
import re
import ssl
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import DataError, IntegrityError
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from cms import stopping
from newsletter.bounces import take_bounce
from newsletter.bounces.pieces import MOST_BYTES
from newsletter.models import MailboxState

logger = logging.getLogger(__name__)

PORTS = {"imap": 143, "imaps": 993}
TIMEOUT_SECONDS = 30.0
SLICE_SECONDS = 20.0
AT_ONCE = 500
_SPECIAL = re.compile(r'[\r\n"\\\x00-\x1f\x7f]')


class BadMailbox(ValueError):
    """A line of BOUNCE_MAILBOX that can't be understood; its text never holds the password."""


class MailboxError(Exception):
    """The mailbox could not be read. `permanent`: it will stay so until an operator looks (log-in, folder, certificate)."""

    def __init__(self, words: str, *, permanent: bool = False) -> None:
        super().__init__(words)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Options:
    """One line of BOUNCE_MAILBOX."""

    scheme: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    starttls: bool = False

    @property
    def name(self) -> str:
        """What it is called in rows, logs and letters: no password in it."""
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"[:200]

    @property
    def in_clear(self) -> bool:
        """Whether the password would travel unencrypted."""
        return self.scheme == "imap" and not self.starttls


def parse(line: str) -> Options:
    """Read `imaps://user:password@host:port/FOLDER`; raises BadMailbox."""
    try:
        url = urlsplit(line)
        port = url.port
    except ValueError:
        raise BadMailbox("its address can't be read (is a character in the password not %-encoded?)") from None
    if url.scheme not in PORTS or not url.hostname:
        raise BadMailbox("it begins with imaps:// (or imap://) and names a host")
    if not url.username or not url.password:
        raise BadMailbox("user and password are missing: imaps://user:password@host/INBOX")
    given = {key: values[-1] for key, values in parse_qs(url.query, keep_blank_values=True).items()}
    starttls = given.pop("starttls", "0")
    if given or starttls not in {"0", "1"}:
        raise BadMailbox("the only option is starttls=1")
    folder = unquote(url.path.strip("/")) or "INBOX"
    if _SPECIAL.search(folder) or not folder.isascii():
        raise BadMailbox("the folder's name may hold only plain letters, digits, spaces and signs")
    user, password = unquote(url.username), unquote(url.password)
    return Options(url.scheme, url.hostname, port or PORTS[url.scheme], user, password, folder, starttls == "1")


def configured() -> list[Options]:
    """Return the mailboxes of BOUNCE_MAILBOX, one per line; raises BadMailbox."""
    return [parse(line.strip()) for line in settings.BOUNCE_MAILBOX.splitlines() if line.strip()]


@dataclass(slots=True)
class Report:
    """What one round did: messages per kind, and which mailboxes failed, in words."""

    counts: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)


def mailbox_due(now: datetime, *, seconds: float = SLICE_SECONDS) -> Report:
    """Read what is new in every mailbox for at most about `seconds`; an operator is told once of one that fails."""
    report, until = Report(), time.monotonic() + seconds
    for options in configured():
        try:
            read(options, now, report.counts, until)
        except MailboxError as error:
            report.failed.append(str(error))
            _note_failure(options, error, now)
        else:
            MailboxState.objects.filter(name=options.name).update(read_at=now, last_error="")
    return report


def read(options: Options, now: datetime, counts: Counter[str], until: float) -> None:
    """Take in what came since last time, until the monotonic time `until`. Raises MailboxError."""
    state, _made = MailboxState.objects.get_or_create(name=options.name)
    with _opened(options) as client:
        validity = _select(client, options)
        if validity != state.uid_validity:
            # The server has renumbered: what was read before is known by its own bytes.
            MailboxState.objects.filter(pk=state.pk).update(uid_validity=validity, last_uid=0)
            state.uid_validity, state.last_uid = validity, 0
        for uid in _new(client, state.last_uid)[:AT_ONCE]:
            if time.monotonic() > until or stopping.asked():
                break
            counts[_take(client, options, uid, now)] += 1
            MailboxState.objects.filter(pk=state.pk, uid_validity=validity, last_uid__lt=uid).update(last_uid=uid)
            _ask(client, "STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")


def _take(client: imaplib.IMAP4, options: Options, uid: int, now: datetime) -> str:
    raw = _fetch(client, uid)
    if raw is None:
        return "gone"
    try:
        return take_bounce(raw, now, source=options.name, keep=True).kind
    except (DataError, IntegrityError):
        # One message that the database won't take may not stop all that come after it.
        logger.exception("Message %s of mailbox %s could not be kept.", uid, options.name)
        return "failed"


@sensitive_variables("options")
@contextmanager
def _opened(options: Options) -> Iterator[imaplib.IMAP4]:
    """Connect, secure, log in; translate whatever goes wrong until the end. Raises MailboxError."""
    client: imaplib.IMAP4 | None = None
    try:
        client = _connected(options)
        _log_in(client, options)
        yield client
    except ssl.SSLError as error:
        raise MailboxError(_words(options, f"no secure connection: {error}"), permanent=True) from None
    except imaplib.IMAP4.abort as error:
        raise MailboxError(_words(options, str(error))) from None
    except imaplib.IMAP4.error as error:
        raise MailboxError(_words(options, str(error)), permanent=True) from None
    except UnicodeError:
        raise MailboxError(_words(options, "the server takes no such user name or password"), permanent=True) from None
    except OSError as error:
        raise MailboxError(_words(options, str(error) or type(error).__name__)) from None
    finally:
        if client is not None:
            for farewell in (client.logout, client.shutdown):
                with suppress(OSError, imaplib.IMAP4.error):
                    farewell()


def _connected(options: Options) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if options.scheme == "imaps":
        return imaplib.IMAP4_SSL(options.host, options.port, ssl_context=context, timeout=TIMEOUT_SECONDS)
    client = imaplib.IMAP4(options.host, options.port, timeout=TIMEOUT_SECONDS)
    if options.starttls:
        try:
            client.starttls(context)
        except BaseException:
            client.shutdown()
            raise
    return client


@sensitive_variables("options", "secret")
def _log_in(client: imaplib.IMAP4, options: Options) -> None:
    """Log in by PLAIN where offered (it takes any characters, RFC 4616), else by LOGIN. Raises imaplib's errors."""
    if "AUTH=PLAIN" in client.capabilities:
        secret = f"\0{options.user}\0{options.password}".encode()
        client.authenticate("PLAIN", lambda challenge: secret)
    else:
        client.login(f'"{_escaped(options.user)}"', options.password)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _words(options: Options, said: str) -> str:
    return f"{options.name}: {said.replace(options.password, '…')}"[:480]


def _select(client: imaplib.IMAP4, options: Options) -> int:
    kind, said = client.select(f'"{_escaped(options.folder)}"')
    if kind != "OK":
        raise MailboxError(_words(options, f"the folder can't be opened: {_said(said)}"), permanent=True)
    _kind, values = client.response("UIDVALIDITY")
    found = values[-1] if values else None
    return int(found) if isinstance(found, bytes) and found.isdigit() else 0


def _said(answer: list[Any]) -> str:
    return " ".join(part.decode("utf-8", "replace") for part in answer if isinstance(part, bytes))[:200]


def _ask(client: imaplib.IMAP4, command: str, *arguments: str) -> list[Any]:
    kind, data = client.uid(command, *arguments)
    if kind != "OK":
        raise imaplib.IMAP4.abort(f"{command}: {_said(data)}")
    return list(data)


def _new(client: imaplib.IMAP4, last: int) -> list[int]:
    found = b" ".join(part for part in _ask(client, "SEARCH", "UID", f"{last + 1}:*") if isinstance(part, bytes))
    # "n:*" always names the last message, even one that lies before n.
    return sorted({int(number) for number in found.split() if number.isdigit() and int(number) > last})


def _fetch(client: imaplib.IMAP4, uid: int) -> bytes | None:
    """Return the message's bytes, so many as are looked at; None when it has been removed meanwhile."""
    for part in _ask(client, "FETCH", str(uid), f"(BODY.PEEK[]<0.{MOST_BYTES}>)"):
        if isinstance(part, tuple):
            return bytes(part[1])
    return None


def _note_failure(options: Options, error: MailboxError, now: datetime) -> None:
    """Keep the words; tell the operator when it begins, not every minute."""
    state, _made = MailboxState.objects.get_or_create(name=options.name)
    begins = MailboxState.objects.filter(pk=state.pk, last_error="").update(last_error=str(error)[:500])
    if not begins:
        MailboxState.objects.filter(pk=state.pk).update(last_error=str(error)[:500])
    logger.warning("Mailbox %s can't be read: %s", options.name, error)
    if begins and error.permanent and settings.OPERATOR_MAIL:
        words = _("Bounces are not read, because the mailbox can't be opened:\n\n%(error)s") % {"error": error}
        EmailMessage(_("The mailbox of bounces can't be read"), words, to=[settings.OPERATOR_MAIL]).send()
