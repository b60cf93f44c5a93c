"""Taking in a report: found its delivery, kept as it came, settled once however often it comes."""

import hashlib
import re
from datetime import datetime

from django.conf import settings
from django.db import transaction

from newsletter import members
from newsletter.bounces.addresses import same
from newsletter.bounces.found import COMPLAINT, DELIVERED, HARD, NONE, SOFT, Bounce
from newsletter.bounces.pieces import MOST_BYTES
from newsletter.bounces.reading import read_bounce
from newsletter.identity import is_message_of
from newsletter.models import BounceReport, Delivery, Mailing
from newsletter.settling import ELSEWHERE, settle

LEAVES = "leaves"
HASH_SHOWN = 12
_OUR_MESSAGE = re.compile(r"^<(\d{1,18})\.(\d{1,18})\.([0-9a-f]{12})(?:\.([0-9a-f]{20}))?@([^<>\s]{1,200})>$")


def take_bounce(raw: bytes, now: datetime, *, source: str = "command", keep: bool = False) -> Bounce:
    """Read one raw message and settle the delivery and the member that it is about; a repetition changes nothing.

    `keep`: keep it as a report even when it is about nothing of ours. Returns what it says, with the
    delivery's address where it names nobody. Raises what the database raises.
    """
    bounce = read_bounce(raw)
    row = _row(bounce)
    if row is not None or keep:
        with transaction.atomic():
            if _keep(raw, bounce, row, now, source) and row is not None:
                _act(row, bounce, now)
    if bounce.recipients or row is None or bounce.kind == NONE:
        return bounce
    return Bounce((row.address,), bounce.kind, bounce.reason, bounce.about)


def _row(bounce: Bounce) -> Delivery | None:
    if bounce.about is not None:
        return Delivery.objects.filter(mailing_id=bounce.about[0], member_id=bounce.about[1]).first()
    return _by_message_id(bounce)


def _by_message_id(bounce: Bounce) -> Delivery | None:
    """Return the delivery that the returned message's Message-ID names, if the report names its address too.

    Without its signature it is no proof, because every receiver sees one and could guess at others': such an
    identifier, which earlier versions wrote, speaks only of what is uncertain (see `_act`).
    """
    found = _OUR_MESSAGE.match(bounce.message_id)
    if found is None or found[5].lower() != settings.MAIL_LIST_DOMAIN.lower() or not bounce.recipients:
        return None
    row = Delivery.objects.filter(mailing_id=int(found[1]), member_id=int(found[2])).first()
    if row is None or not any(same(row.address, address) for address in bounce.recipients):
        return None
    if not _proven(bounce) and row.state != Delivery.UNCERTAIN:
        return None
    ours = Mailing.objects.filter(pk=row.mailing_id, content_hash__startswith=found[3]).exists()
    return row if ours else None


def _proven(bounce: Bounce) -> bool:
    """Tell whether the report carries a signature of ours."""
    found = _OUR_MESSAGE.match(bounce.message_id)
    signed = found is not None and found[4] and is_message_of(int(found[1]), int(found[2]), found[4])
    return bounce.about is not None or bool(signed)


def _keep(raw: bytes, bounce: Bounce, row: Delivery | None, now: datetime, source: str) -> bool:
    """Keep the report; False when it was taken in before."""
    recipient = row.address if row is not None else (*bounce.recipients, "")[0]
    kind = LEAVES if bounce.asks_to_leave else DELIVERED if bounce.delivered else bounce.kind
    _report, fresh = BounceReport.objects.get_or_create(
        digest=hashlib.sha256(raw).hexdigest(),
        defaults={
            "received_at": now,
            "source": source[:60],
            "kind": kind,
            "reason": _storable(bounce.reason)[:500],
            "recipient": _storable(recipient)[:254],
            "mailing_id": row.mailing_id if row else None,
            "member_id": row.member_id if row else None,
            "raw": raw[:MOST_BYTES],
        },
    )
    return fresh


def _storable(text: str) -> str:
    """PostgreSQL takes neither NUL nor lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _act(row: Delivery, bounce: Bounce, now: datetime) -> None:
    if bounce.asks_to_leave:
        list_id = Mailing.objects.values_list("list_id", flat=True).get(pk=row.mailing_id)
        source = "mail to the unsubscribe address"
        members.unsubscribe(row.member_id, list_id, now, source=source, mailing_id=row.mailing_id)
    elif bounce.delivered:
        settle(row, DELIVERED, bounce.reason, now)
    elif bounce.kind == COMPLAINT:
        if _proven(bounce):
            settle(row, COMPLAINT, _storable(bounce.reason), now)
    elif bounce.kind in {HARD, SOFT}:
        kind, reason = _said_of(row, bounce)
        if kind in {HARD, SOFT, ELSEWHERE}:
            settle(row, kind if _proven(bounce) else ELSEWHERE, _storable(reason), now)


def _said_of(row: Delivery, bounce: Bounce) -> tuple[str, str]:
    """Return what the report says of this delivery's address, where it tells of several.

    A report on others alone is about where a forward or a distribution list led: the member's own mailbox took it.
    """
    for found in bounce.findings:
        if any(same(row.address, address) for address in (found.recipient, *found.also)):
            return found.kind, found.reason
    others = row.address and any(found.recipient for found in bounce.findings)
    return ELSEWHERE if others else bounce.kind, bounce.reason
