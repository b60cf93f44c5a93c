"""Batches whose holder is gone: settled by the journal, which says of each row what is known."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from cms.outbox import new_owner
from newsletter import budgets, journal
from newsletter.ledger import mark
from newsletter.models import Batch, Delivery
from newsletter.outcomes import follow_up
from newsletter.relays import UNCERTAIN, UNSENT, Outcome, Parcel

logger = logging.getLogger(__name__)

# Clocks may differ a little; a holder stops sending at 90 % of its lease, and we wait for 110 %.
MARGIN = 0.1
# How many leases a journal on another machine gets to come back with its worker.
FAR_AWAY = 10


def settle_expired(now: datetime) -> int:
    """Settle the batches of dead processes and those whose lease ran out; return how many rows that were.

    A dead process on this machine is known by its journal's lock, so a restart needn't wait for its lease.
    """
    expired = now - timedelta(seconds=settings.LEASE_SECONDS * MARGIN)
    count = 0
    for owner in sorted(set(Batch.objects.values_list("owner", flat=True))):
        batches = Batch.objects.filter(owner=owner)
        if journal.lives(owner) or not journal.known(owner):
            batches = batches.filter(lease_until__lte=expired)
        count += _settle(owner, list(batches), now)
    budgets.drop_of_the_dead()
    _clean_up()
    return count


def _settle(owner: str, batches: list[Batch], now: datetime) -> int:
    if not batches:
        return 0
    notes = journal.read(owner, {batch.pk for batch in batches})
    if notes is None and owner.partition(":")[0] != new_owner().partition(":")[0]:
        patience = now - timedelta(seconds=FAR_AWAY * settings.LEASE_SECONDS)
        batches = [batch for batch in batches if batch.lease_until < patience]
    return sum(_settle_one(batch, notes, now) for batch in batches)


def _settle_one(batch: Batch, notes: journal.Notes | None, now: datetime) -> int:
    with durable():
        # Whoever deletes the batch settles it; a renewal in between keeps it.
        if not Batch.objects.filter(pk=batch.pk, lease_until=batch.lease_until).delete()[0]:
            return 0
        rows = Delivery.objects.filter(mailing_id=batch.mailing_id, batch=batch.pk, state=Delivery.SENDING)
        held = [
            Parcel(batch.mailing_id, member, batch.pk, "", address, bytes, relay=batch.relay)
            for member, address in rows.values_list("member_id", "address")
        ]
        results = [(parcel, _evidence(notes, parcel)) for parcel in held]
        mark(results, now)
        follow_up([result for result in results if result[1].state not in {UNSENT, UNCERTAIN}], now)
    logger.warning("Settled batch %s of %s: %s rows.", batch.pk, batch.owner, len(results))
    return len(results)


def _evidence(notes: journal.Notes | None, parcel: Parcel) -> Outcome:
    if notes is None:
        return Outcome(UNCERTAIN, _("the process died and its journal is lost"))
    if (parcel.batch, parcel.member) not in notes:
        return Outcome(UNSENT)
    return notes[parcel.batch, parcel.member] or Outcome(UNCERTAIN, _("the process died while it waited for the answer"))


def _clean_up() -> None:
    """Remove the journals of dead processes that hold no batch: all they held was committed durably."""
    needed = {journal.name(owner) for owner in Batch.objects.values_list("owner", flat=True).distinct()}
    for owner in journal.dead():
        if owner not in needed:
            journal.forget(owner)


@contextmanager
def durable() -> Iterator[None]:
    """A transaction that, with all before it, survives a power cut once it is committed; costs a sync of the disk."""
    lax = connection.vendor == "sqlite" and not connection.in_atomic_block
    if lax:
        _pragma("FULL")
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL synchronous_commit = on")
            yield
    finally:
        if lax:
            _pragma("NORMAL")


def _pragma(level: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA synchronous={level}")
