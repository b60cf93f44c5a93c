"""What a report or a provider's event means for one delivery and its member: the only way a sent row changes afterwards.

Everything here may be repeated: the ledger's states and the members' standing decide what is still new.
"""

from datetime import datetime

from django.db import transaction

from newsletter import members
from newsletter.addresses import suppression_hash
from newsletter.models import Delivery, Subscription
from newsletter.outcomes import note_soft, silence

HARD, SOFT, COMPLAINT, DELIVERED = "hard", "soft", "complaint", "delivered"
# A failure that nobody can pin on the member's own address.
ELSEWHERE = "elsewhere"
# It came back, so it had left, whatever we knew of it. Rows in a worker's hands count too: the answer
# that the worker writes afterwards finds the row no longer its own.
# A row that waits for another attempt counts as well: its relay took the letter that it answered with a failure.
OPEN = (Delivery.SENDING, Delivery.DEFERRED, Delivery.UNCERTAIN)
LEFT_US = (*OPEN, Delivery.ACCEPTED, Delivery.LEFT)


def settle(row: Delivery, kind: str, reason: str, now: datetime) -> None:
    """Mark a delivery by evidence of `kind`, and silence, count or suppress its member as that demands."""
    act = {HARD: _bounced_hard, SOFT: _bounced_soft, COMPLAINT: _complained, DELIVERED: _arrived, ELSEWHERE: _came_back}[kind]
    with transaction.atomic():
        act(row, reason, now)


def _move(row: Delivery, before: tuple[str, ...], state: str, kind: str, reason: str, now: datetime) -> bool:
    rows = Delivery.objects.filter(mailing_id=row.mailing_id, member_id=row.member_id, state__in=before)
    changes = {"state": state, "reason": kind, "last_reply": reason[:500], "settled_at": now}
    return bool(rows.update(**changes, batch=None, next_attempt_at=None))


def _arrived(row: Delivery, reason: str, now: datetime) -> None:
    """Evidence of arrival settles what is open, so that no doubt that comes after it and no further attempt changes it."""
    rows = Delivery.objects.filter(mailing_id=row.mailing_id, member_id=row.member_id, state__in=OPEN)
    rows.update(state=Delivery.ACCEPTED, settled_at=now, batch=None, next_attempt_at=None)


def _came_back(row: Delivery, reason: str, now: datetime) -> None:
    """What was open came back, and the member is none the worse for it; what was settled stays."""
    _move(row, OPEN, Delivery.BOUNCED, SOFT, reason, now)


def _bounced_hard(row: Delivery, reason: str, now: datetime) -> None:
    # A second report may tell that the address is dead where the first was milder.
    _move(row, (*LEFT_US, Delivery.BOUNCED), Delivery.BOUNCED, HARD, reason, now)
    if row.address:
        silence(row.member_id, row.address)


def _bounced_soft(row: Delivery, reason: str, now: datetime) -> None:
    if _move(row, LEFT_US, Delivery.BOUNCED, SOFT, reason, now) and row.address:
        note_soft(row.member_id, row.address, now)


def _complained(row: Delivery, reason: str, now: datetime) -> None:
    """Whoever calls it spam gets nothing more: suppressed, and off every list, with the evidence."""
    _move(row, (*LEFT_US, Delivery.BOUNCED), Delivery.COMPLAINED, COMPLAINT, reason, now)
    if row.address:
        members.suppress(suppression_hash(row.address), COMPLAINT, now)
    chosen = Subscription.objects.filter(member_id=row.member_id, state=Subscription.SUBSCRIBED)
    for list_id in list(chosen.values_list("list_id", flat=True)):
        members.unsubscribe(row.member_id, list_id, now, source=COMPLAINT, mailing_id=row.mailing_id)
