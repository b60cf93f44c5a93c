"""Single mails: Django's mail backend writes a row, and a worker sends it.

Nothing is sent inside a request. A single mail whose answer was lost is sent again (the same
Message-ID): a password mail twice is better than none. Mailings never are; they go through the ledger.
"""

import os
import re
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from email.message import EmailMessage as Mime
from email.policy import SMTP
from email.utils import make_msgid, parseaddr
from functools import cache
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from cms import stopping
from cms.outbox import LeaseLost, new_owner
from newsletter import budgets, dkim, health
from newsletter.addresses import accept
from newsletter.clock import Clock
from newsletter.models import SingleMail
from newsletter.pace import Paces
from newsletter.relays import ACCEPTED, REFUSED, Outcome, Parcel, Relay, RelayDown, Session, SessionLost, configured

BATCH = 20
SLICE_SECONDS = 20.0
BACKOFF = (timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
GIVE_UP = timedelta(days=3)
KEEP = timedelta(days=90)
NAP = 0.05
# A share is written anew after this part of its lease.
SHARE_RENEWAL = 0.5
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
        sender = accept(parseaddr(message.from_email)[1]).ascii
        raw = _ready(_signed(_serialised(message), sender))
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
    return raw if raw.endswith(b"\r\n") else raw + b"\r\n"


def _signed(raw: bytes, sender: str) -> bytes:
    # Our key vouches for our own domain alone.
    signer = dkim.signer()
    ours = signer is not None and sender.rpartition("@")[2].lower() == signer.domain
    return signer.signed(raw, timezone.now()) if signer is not None and ours else raw


def _ready(raw: bytes) -> bytes:
    """Return `raw` as DATA wants it: a dot at a line's beginning is doubled (RFC 5321, 4.5.2)."""
    return re.sub(rb"(?m)^\.", b"..", raw)


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


def forget_old(now: datetime) -> int:
    """Remove single mails that were settled long ago; return how many."""
    settled = SingleMail.objects.filter(state__in=(SingleMail.SENT, SingleMail.REFUSED), created_at__lt=now - KEEP)
    return settled.delete()[0]


class Desk:
    """Gives one claimed mail after another and settles its row."""

    def __init__(self, mails: list[SingleMail], clock: Clock, tally: Counter[str], paces: Paces, until: float) -> None:
        """`mails` are claimed by us; `until` (seconds of the clock) `take` may wait for the paces."""
        self._paces, self._until = paces, until
        self.policy_refusals = 0
        self._mails = {mail.pk: mail for mail in mails}
        self._left = list(mails)
        self._clock = clock
        self._tally = tally

    def take(self) -> Parcel | None:
        """Return the next mail that the paces allow, waiting for it."""
        while (mail := self._next()) is None:
            if not self._left or stopping.asked() or self._clock.elapsed() > self._until:
                return None
            stopping.wait(NAP)
        return Parcel(0, mail.pk, 0, mail.sender, mail.recipient, lambda: bytes(mail.message))

    def prepare(self) -> None:
        """Nothing: these letters are written already."""

    def _next(self) -> SingleMail | None:
        at = time.monotonic()
        for mail in [] if stopping.asked() else self._left:
            domain = mail.recipient.rpartition("@")[2].lower()
            if self._paces.ready(domain, at):
                self._paces.use(domain, at)
                self._left.remove(mail)
                return mail
        return None

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
        self.policy_refusals += outcome.policy
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
    clock, tally = Clock(now), Counter[str]()
    due = SingleMail.objects.filter(next_attempt_at__lte=now, state__in=(SingleMail.WAITING, SingleMail.SENDING))
    if not due.exists():
        return {}
    owner = _share_owner(os.getpid())
    wishing = False
    for relay in configured():
        if not health.may_try(relay.options.name, owner, now):
            continue
        # Where a mailing has every connection, the row that `hold` leaves makes the worker spare one within a second.
        wishing = not budgets.hold(relay.options.name, relay.options.connections, owner, 1, now, urgent=True)
        if wishing or _sent(relay, clock, seconds, tally):
            break
    if not wishing:
        budgets.release(owner)
    return dict(tally)


@cache
def _share_owner(process: int) -> str:
    """Return the name under which this process holds a connection for single mails; a wish is kept from round to round."""
    return f"{new_owner()}:post"


def _sent(relay: Relay, clock: Clock, seconds: float, tally: Counter[str]) -> bool:
    try:
        _send_through(relay, clock, seconds, tally)
    except RelayDown as error:
        health.note_down(relay.options.name, error, clock.now())
        return False
    return True


def _send_through(relay: Relay, clock: Clock, seconds: float, tally: Counter[str]) -> None:
    options, owner = relay.options, new_owner()
    session: Session | None = relay.connect()
    paces = Paces(options.per_second, options.per_domain, 1 / options.connections)
    renew_at = SHARE_RENEWAL
    while clock.elapsed() < seconds and not stopping.asked():
        # Rows that a dead worker left behind are taken over when its lease has run out.
        mails = SingleMail.claim(clock.now(), owner, BATCH, states=(SingleMail.WAITING, SingleMail.SENDING))
        if not mails:
            break
        if clock.elapsed() > renew_at * settings.LEASE_SECONDS:
            budgets.hold(options.name, options.connections, _share_owner(os.getpid()), 1, clock.now(), urgent=True)
            renew_at += SHARE_RENEWAL
        desk = Desk(mails, clock, tally, paces, seconds)
        session = _send_some(relay, session, desk)
        if desk.policy_refusals:
            health.note_refusals({options.name: desk.policy_refusals}, clock.now())
        if session is not None:
            health.note_up(options.name, clock.now())
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
