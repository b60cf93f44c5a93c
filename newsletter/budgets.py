"""A relay's budget, shared by all workers through rows: each holds some of its connections, and the same part of its paces.

MAIL_RELAYS says how much there is; the rows say who has how much of it. A share is written down before
a connection is opened, and given up after one is closed, so that at no moment more is in use than there is. A
share runs out with its lease: whoever was killed or frozen loses it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from cms.outbox import lease_end
from newsletter import journal
from newsletter.models import RelayShare, RelayState

# Clocks may differ a little.
MARGIN = 0.1


def fair(total: int, shares: Iterable[RelayShare], owner: str) -> int:
    """Return how many of `total` connections are `owner`'s by right; a worker that is waiting for its first one counts too.

    Single mails come first: one connection for each process that has some, of at most half of all.
    """
    others = [share for share in shares if share.owner != owner]
    urgent = min(sum(share.urgent for share in others), max(1, total // 2))
    offices = sorted({share.owner for share in others if not share.urgent} | {owner})
    each, rest = divmod(total - urgent, len(offices))
    return each + (offices.index(owner) < rest)


def shares() -> dict[str, list[RelayShare]]:
    """Return all shares by relay."""
    found: dict[str, list[RelayShare]] = {}
    for share in RelayShare.objects.order_by("relay", "owner"):
        found.setdefault(share.relay, []).append(share)
    return found


def hold(relay: str, total: int, owner: str, wanted: int, now: datetime, *, urgent: bool = False) -> int:
    """Take or keep up to `wanted` of the relay's `total` connections until the lease ends; return how many that are.

    None left: the row stays as a wish, for which the others make room.
    """
    drop_of_the_dead()
    with transaction.atomic():
        # One at a time for each relay.
        RelayState.objects.select_for_update().get_or_create(name=relay)
        expired = now - timedelta(seconds=settings.LEASE_SECONDS * MARGIN)
        RelayShare.objects.filter(relay=relay, lease_until__lte=expired).delete()
        others = RelayShare.objects.filter(relay=relay).exclude(owner=owner)
        free = max(0, total - (others.aggregate(sum=Sum("connections"))["sum"] or 0))
        got = min(wanted, free)
        fields = {"connections": got, "urgent": urgent, "lease_until": lease_end(now)}
        RelayShare.objects.update_or_create(relay=relay, owner=owner, defaults=fields)
    return got


def drop_of_the_dead() -> None:
    """Take back at once what processes of this machine hold that are dead; their journals, which tell it, must still be there."""
    for owner in set(RelayShare.objects.values_list("owner", flat=True)):
        if journal.known(owner) and not journal.lives(owner):
            release(owner)


def release(owner: str, relays: Iterable[str] | None = None) -> None:
    """Give back all that `owner` holds (of `relays`)."""
    rows = RelayShare.objects.filter(owner=owner)
    (rows if relays is None else rows.filter(relay__in=list(relays))).delete()
