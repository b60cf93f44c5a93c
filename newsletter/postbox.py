"""Single mails: Django's mail backend writes a row, and a worker sends it.

Nothing is sent inside a request. A single mail whose answer was lost is sent again (the same
Message-ID): a password mail twice is better than none. Mailings never are; they go through the ledger.
"""

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from email.message import EmailMessage as Mime
from email.policy import SMTP
from email.utils import make_msgid, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from cms import stopping
from cms.outbox import LeaseLost, new_owner
from newsletter import health
from newsletter.addresses import accept
from newsletter.clock import Clock
from newsletter.models import SingleMail
from newsletter.relays import ACCEPTED, REFUSED, Outcome, Parcel, Relay, RelayDown, Session, SessionLost, configured

BATCH = 20
SLICE_SECONDS = 20.0
BACKOFF = (timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
GIVE_UP = timedelta(days=3)
# Folding at 75 characters would encode an unsubscribe address and so break it.
POLICY = SMTP.clone(cte_type="7bit", max_line_length=998)


class Postbox(BaseEmailBackend):
    """Django's mail backend; `MAILERS["default"]` names it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write a row per address; return how many messages that were. Raises ValidationError for a bad address."""
        with transaction.atomic():
            for message in email_messages:
                self._write(message)
        return len(email_messages)

    def _write(self, message: EmailMessage) -> None:
        message.extra_headers.setdefault("Message-ID", make_msgid(domain=settings.MAIL_LIST_DOMAIN))
        message.extra_headers.setdefault("Auto-Submitted", "auto-generated")
        raw = _serialised(message)
        sender = accept(parseaddr(message.from_email)[1]).ascii
        for recipient in dict.fromkeys(message.recipients()):
            SingleMail.objects.create(
                recipient=accept(parseaddr(recipient)[1] or recipient).ascii,
                sender=sender,
                subject=" ".join(str(message.subject).split())[:250],
                message=raw,
            )


def _serialised(message: EmailMessage) -> bytes:
    made = message.message(policy=POLICY)
    assert isinstance(made, Mime)  # noqa: S101 - for the type checker
    _fold_words(made)
    raw = re.sub(rb"\r\n|\r|\n", b"\r\n", made.as_bytes())
    return re.sub(rb"(?m)^\.", b"..", raw if raw.endswith(b"\r\n") else raw + b"\r\n")


def _fold_words(made: Mime) -> None:
    # No encoded word may be longer than 75 characters (RFC 2047, 2), whatever the other headers need.
    folding = POLICY.clone(max_line_length=76)
    for name in ("Subject", "From"):
        if made[name] is not None and not str(made[name]).isascii():
            lines = folding.fold(name, made[name]).rstrip("\r\n")
            made._headers = [  # type: ignore[attr-defined]
                (key, lines.partition(": ")[2] if key.lower() == name.lower() else value)
                for key, value in made._headers  # type: ignore[attr-defined]
            ]


class Desk:
    """Gives one claimed mail after another and settles its row."""

    def __init__(self, mails: list[SingleMail], clock: Clock, tally: Counter[str]) -> None:
        """`mails` are claimed by us."""
        self._mails = {mail.pk: mail for mail in mails}
        self._left = list(mails)
        self._clock = clock
        self._tally = tally

    def take(self) -> Parcel | None:
        """Return the next mail."""
        if not self._left or stopping.asked():
            return None
        mail = self._left.pop(0)
        return Parcel(0, mail.pk, 0, mail.sender, mail.recipient, lambda: bytes(mail.message))

    def begin(self, parcel: Parcel) -> bool:
        """Prolong the lease; False when somebody else has the mail by now."""
        try:
            self._mails[parcel.member].renew(self._clock.now())
        except LeaseLost:
            return False
        return True

    def done(self, parcel: Parcel, outcome: Outcome) -> None:
        """Settle the mail or put it back."""
        mail = self._mails.pop(parcel.member)
        with suppress(LeaseLost):
            self._tally[_settle(mail, outcome, self._clock.now())] += 1

    def give_back(self) -> None:
        """Put back what was not taken, as if it had never been claimed."""
        for mail in self._mails.values():
            with suppress(LeaseLost):
                mail.postpone(mail.next_attempt_at, mail.last_error, attempts=mail.attempts - 1)


def _settle(mail: SingleMail, outcome: Outcome, now: datetime) -> str:
    words: dict[str, Any] = {"message": b"", "last_error": outcome.reply}
    if outcome.state == ACCEPTED:
        mail.settle(SingleMail.SENT, now, **words | {"last_error": ""})
        return SingleMail.SENT
    later = now + BACKOFF[min(mail.attempts, len(BACKOFF)) - 1]
    if outcome.state == REFUSED or later - mail.created_at > GIVE_UP:
        mail.settle(SingleMail.REFUSED, now, **words)
        return SingleMail.REFUSED
    mail.postpone(later, outcome.reply)
    return SingleMail.WAITING


def postbox_due(now: datetime, *, seconds: float = SLICE_SECONDS) -> dict[str, int]:
    """Send the single mails that are due, through the first relay that is well; return counts per outcome."""
    clock, owner = Clock(now), new_owner()
    tally: Counter[str] = Counter()
    due = SingleMail.objects.filter(next_attempt_at__lte=now, state__in=(SingleMail.WAITING, SingleMail.SENDING))
    if not due.exists():
        return {}
    for relay in configured():
        if relay.options.name in health.resting(now):
            continue
        try:
            _send_through(relay, clock, owner, seconds, tally)
            break
        except RelayDown as error:
            health.note_down(relay.options.name, error, clock.now())
    return dict(tally)


def _send_through(relay: Relay, clock: Clock, owner: str, seconds: float, tally: Counter[str]) -> None:
    session: Session | None = relay.connect()
    if relay.options.name in health.troubled():
        health.note_up(relay.options.name, clock.now())
    while clock.elapsed() < seconds and not stopping.asked():
        # Rows that a dead worker left behind are taken over when its lease has run out.
        mails = SingleMail.claim(clock.now(), owner, BATCH, states=(SingleMail.WAITING, SingleMail.SENDING))
        if not mails:
            break
        session = _send_some(relay, session, Desk(mails, clock, tally))
    if session is not None:
        session.close()


def _send_some(relay: Relay, session: Session | None, desk: Desk) -> Session | None:
    try:
        session = session or relay.connect()
        session.work(desk)
    except SessionLost:
        return None
    finally:
        desk.give_back()
    return session
