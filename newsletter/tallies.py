"""What the tally says of mailings, and its upkeep: old changes folded together, and counted anew when in doubt."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Sum

from newsletter.models import Delivery, Mailing, Tally
from newsletter.models.tally import kind, note

logger = logging.getLogger(__name__)

# The pace is read from changes of the last half minute, so they stay as they are.
FRESH = timedelta(minutes=2)
MANY = 40
# What the daily clean-up counts anew.
STILL = (Mailing.PAUSED, Mailing.SENT, Mailing.CANCELLED)
LATELY = timedelta(days=2)
AT_ONCE = 20


def states(mailings: Iterable[int]) -> dict[int, dict[str, int]]:
    """Return how many rows stand in which state, per mailing; states without rows are left out."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    sums = Tally.objects.filter(mailing_id__in=list(mailings)).order_by().values_list("mailing_id", "state")
    for mailing, state, count in sums.annotate(n=Sum("count")):
        if count:
            found[mailing][state] = count
    return found


def reasons(mailing: int) -> list[tuple[str, str, int]]:
    """Return (state, reason, how many), the commonest first."""
    sums = Tally.objects.filter(mailing_id=mailing).order_by().values_list("state", "reason").annotate(n=Sum("count"))
    return sorted(((state, reason, count) for state, reason, count in sums if count), key=lambda row: (-row[2], row[:2]))


def relays(mailing: int, since: datetime | None = None) -> list[tuple[str, int]]:
    """Return how many letters each relay has taken (since then), the busiest first."""
    rows = Tally.objects.filter(mailing_id=mailing, state=Delivery.ACCEPTED)
    if since is not None:
        rows = rows.filter(at__gte=since, count__gt=0)
    sums = rows.order_by().values_list("relay").annotate(n=Sum("count"))
    return sorted(((relay, count) for relay, count in sums if count), key=lambda row: (-row[1], row[0]))


def note_frozen(mailing: Mailing, added: Counter[tuple[str, str]], now: datetime) -> None:
    """Count a slice that was just written into the ledger: how many rows stand in which (state, reason)."""
    note(((kind(mailing.pk, *so), count) for so, count in sorted(added.items())), now)


def fold_due(now: datetime) -> None:
    """Fold every mailing that has many old changes."""
    old = Tally.objects.filter(at__lt=now - FRESH).order_by().values_list("mailing_id").annotate(n=Count("pk"))
    for mailing, _count in old.filter(n__gt=MANY):
        fold(mailing, now)


def fold(mailing: int, now: datetime) -> None:
    """Put old changes together; readers see the same sums before and after."""
    old = Tally.objects.filter(mailing_id=mailing, at__lt=now - FRESH)
    with transaction.atomic():
        found = list(old.select_for_update(skip_locked=True))
        sums: dict[tuple[int, str, str, str], int] = defaultdict(int)
        for row in found:
            sums[row.mailing_id, row.state, row.reason, row.relay] += row.count
        Tally.objects.filter(pk__in=[row.pk for row in found]).delete()
        note(sorted(sums.items()), now - FRESH - timedelta(seconds=1))


def recount(mailing: int, now: datetime) -> bool:
    """Count a mailing's rows themselves and set the tally to it; return whether it was true. For what was written past it.

    For mailings that stand still: whoever moves a row of it waits meanwhile.
    """
    with transaction.atomic():
        held = Tally.objects.filter(mailing_id=mailing)
        # What is folded is held before the mailing, as `fold` does it. The mailing is locked in full, since every
        # change of the tally refers to it: none is added between the two counts.
        list(held.order_by("pk").select_for_update().values_list("pk"))
        list(Mailing.objects.filter(pk=mailing).select_for_update().values_list("pk"))
        real = Delivery.objects.filter(mailing_id=mailing).counted()
        sums = held.order_by().values_list("mailing_id", "state", "reason", "relay").annotate(n=Sum("count"))
        said = sorted((tuple(row[:4]), row[4]) for row in sums if row[4])
        if said == real:
            return True
        held.delete()
        note(real, now)
    return False


def recount_still(now: datetime) -> int:
    """Count anew some mailings that stand still and moved in the last days; return for how many the tally was wrong."""
    moved = Tally.objects.filter(mailing_id=OuterRef("pk"), at__gte=now - LATELY)
    in_hand = Delivery.objects.filter(mailing_id=OuterRef("pk"), state=Delivery.SENDING)
    still = Mailing.objects.filter(Exists(moved), ~Exists(in_hand), state__in=STILL).order_by("-pk")
    wrong = [mailing for mailing in still.values_list("pk", flat=True)[:AT_ONCE] if not recount(mailing, now)]
    if wrong:
        logger.warning("The tally of the mailings %s was wrong, and is counted anew.", ", ".join(map(str, wrong)))
    return len(wrong)
