"""Bounces and complaints: what a returned mail says (RFC 3464, RFC 5965), and whom it is about.

Whom, is told by our own signed return address anywhere in it; nothing that a stranger could write marks
anybody. Bytes come from anywhere, so reading never raises.
"""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message

from django.db import transaction

from cms.secrets import BadLink
from newsletter import identity, members
from newsletter.addresses import suppression_hash
from newsletter.identity import read_return_address
from newsletter.models import Delivery, Mailing
from newsletter.outcomes import note_soft, silence
from newsletter.relays.replies import is_dead

HARD, SOFT, COMPLAINT, NONE = "hard", "soft", "complaint", "none"
_OURS = re.compile(rb"\b([bu]-[a-z2-7]{16,40})@", re.IGNORECASE)
_ADDRESSED = ("To", "Delivered-To", "X-Original-To", "Envelope-To")


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a raw message says. `about`: (mailing, member) where it carries our signed address."""

    recipients: tuple[str, ...] = ()
    kind: str = NONE
    reason: str = ""
    about: tuple[int, int] | None = None
    asks_to_leave: bool = False


def read_bounce(raw: bytes) -> Bounce:
    """Read one raw message; never raises. What is neither bounce nor complaint is of kind "none"."""
    about = _about(raw)
    try:
        message = email.message_from_bytes(raw)
        found = _complaint(message) or _failure(message) or _request(message)
    except Exception as error:  # the mail package itself trips over some malformed messages
        return Bounce(kind=NONE, reason=f"unreadable: {type(error).__name__}", about=about)
    if found is None:
        return Bounce(reason="not a bounce", about=about)
    return Bounce(found.recipients, found.kind, found.reason, about, found.asks_to_leave)


def _about(raw: bytes) -> tuple[int, int] | None:
    # Soft breaks may cut the address where the original is quoted.
    for match in _OURS.finditer(raw.replace(b"=\r\n", b"").replace(b"=\n", b"")):
        try:
            _kind, mailing, member = read_return_address(match.group(1).decode() + "@")
        except BadLink:
            continue
        return mailing, member
    return None


def _text(value: object) -> str:
    return " ".join(str(value or "").split())


def _addresses(value: object) -> str:
    return _text(value).rpartition(";")[2].strip().strip("<>")


def _blocks(message: Message, kind: str) -> Iterator[Message]:
    for part in message.walk():
        if part.get_content_type() == kind:
            payload = part.get_payload()
            if isinstance(payload, list):
                yield from (block for block in payload if isinstance(block, Message))
            else:
                decoded = part.get_payload(decode=True)
                yield email.message_from_bytes(decoded if isinstance(decoded, bytes) else b"")


def _complaint(message: Message) -> Bounce | None:
    for block in _blocks(message, "message/feedback-report"):
        # Some put the fields into a nested message, some into the payload.
        kind = _text(block.get("Feedback-Type")).lower() or "abuse"
        if kind in {"abuse", "fraud", "virus", "other"}:
            recipients = [_addresses(value) for value in block.get_all("Original-Rcpt-To", [])]
            return Bounce(tuple(filter(None, recipients)), COMPLAINT, kind)
    return None


def _failure(message: Message) -> Bounce | None:
    recipients, kinds, reasons = [], [], []
    for block in _blocks(message, "message/delivery-status"):
        if _text(block.get("Action")).lower() != "failed":
            continue
        status, said = _text(block.get("Status")), _text(block.get("Diagnostic-Code"))
        recipients.append(_addresses(block.get("Original-Recipient") or block.get("Final-Recipient")))
        kinds.append(HARD if status.startswith("5") and is_dead(status.split(" ")[0], said) else SOFT)
        reasons.append(" ".join(filter(None, (status, said)))[:480])
    if not kinds:
        return None
    return Bounce(tuple(filter(None, recipients)), HARD if all(kind == HARD for kind in kinds) else SOFT, reasons[0])


def _request(message: Message) -> Bounce | None:
    for name in _ADDRESSED:
        for value in message.get_all(name, []):
            if any(match.group(1)[:1].lower() == identity.LEAVE.encode() for match in _OURS.finditer(str(value).encode())):
                return Bounce(reason="asks to be unsubscribed", asks_to_leave=True)
    return None


def take_bounce(raw: bytes, now: datetime) -> Bounce:
    """Read one raw message and mark the delivery and the member that it is about; may be repeated."""
    bounce = read_bounce(raw)
    row = _row(bounce)
    if row is None:
        return bounce
    if bounce.asks_to_leave:
        members.unsubscribe(row.member_id, _list_of(row), now, source="mail to the unsubscribe address")
    elif bounce.kind != NONE:
        _mark(row, bounce, now)
    return bounce if bounce.recipients else Bounce((row.address,), bounce.kind, bounce.reason, bounce.about, bounce.asks_to_leave)


def _row(bounce: Bounce) -> Delivery | None:
    if bounce.about is None:
        return None
    return Delivery.objects.filter(mailing_id=bounce.about[0], member_id=bounce.about[1]).first()


def _list_of(row: Delivery) -> int:
    return Mailing.objects.values_list("list_id", flat=True).get(pk=row.mailing_id)


def _mark(row: Delivery, bounce: Bounce, now: datetime) -> None:
    state = Delivery.COMPLAINED if bounce.kind == COMPLAINT else Delivery.BOUNCED
    # It came back, so it had left: an uncertain row is settled by it too.
    before = [Delivery.ACCEPTED, Delivery.UNCERTAIN, Delivery.LEFT]
    with transaction.atomic():
        rows = Delivery.objects.filter(mailing_id=row.mailing_id, member_id=row.member_id, state__in=before)
        fresh = rows.update(state=state, reason=bounce.kind, last_reply=bounce.reason[:500], settled_at=now, batch=None)
        if not fresh or not row.address:
            return
        if bounce.kind == COMPLAINT:
            members.suppress(suppression_hash(row.address), "complaint", now)
        elif bounce.kind == HARD:
            silence(row.member_id, row.address)
        else:
            note_soft(row.member_id, row.address, now)
