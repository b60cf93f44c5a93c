"""Rate limits of the public forms: how often one caller, and how often one address, may knock at a door.

A knock is a row with a keyed hash, never the address itself. Limits by address count what was typed,
known or not, so they tell nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from cms.callers import caller_of as caller_of
from cms.callers import network_of
from newsletter.models import Knock

HALF_HOUR, HOUR, DAY = timedelta(minutes=30), timedelta(hours=1), timedelta(days=1)
KEEP = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` knocks within `within`."""

    count: int
    within: timedelta


SUBSCRIBE, LINK, PREFERENCES, PERSONAL, LOGIN = "subscribe", "link", "preferences", "personal", "login"
VISIT, NEW_ADDRESS, MEMBERSHIP = "visit", "new address", "membership"
# A municipality may be one address on the net, so these are generous.
BY_CALLER = {
    SUBSCRIBE: Limit(60, HOUR),
    LINK: Limit(30, HOUR),
    PREFERENCES: Limit(120, HOUR),
    PERSONAL: Limit(60, HOUR),
    LOGIN: Limit(60, HOUR),
    MEMBERSHIP: Limit(30, HOUR),
    VISIT: Limit(1_200, HOUR),
}
BY_ADDRESS = {
    SUBSCRIBE: Limit(6, DAY),
    LINK: Limit(4, DAY),
    # As long as a link works: whoever is refused because others asked too has a link to use, so nobody is locked out.
    LOGIN: Limit(3, HALF_HOUR),
    NEW_ADDRESS: Limit(4, DAY),
    MEMBERSHIP: Limit(2, DAY),
}


class TooMany(Exception):
    """The caller knocks too often; `wait` says how long to rest."""

    def __init__(self, wait: timedelta) -> None:
        """Keep the time to wait."""
        super().__init__("too many requests")
        self.wait = wait


def let_in(door: str, caller: str, now: datetime) -> None:
    """Count a knock of `caller` (an IP address); raises TooMany."""
    limit = BY_CALLER[door]
    if not _counted(door, f"from {network_of(caller)}", limit, now):
        raise TooMany(limit.within)


def has_room(door: str, address: str, now: datetime) -> bool:
    """Count a knock for the mail address `address`, and tell whether it may still be answered with a mail."""
    return _counted(door, f"for {address.strip().lower()}", BY_ADDRESS[door], now)


def _counted(door: str, who: str, limit: Limit, now: datetime) -> bool:
    hashed = salted_hmac("newsletter.knock", who, algorithm="sha256").hexdigest()
    # The row comes first, so that of many at once none is overlooked; a refused one doesn't prolong the wait.
    row = Knock.objects.create(door=door, who=hashed, at=now)
    if Knock.objects.filter(door=door, who=hashed, at__gt=now - limit.within).count() <= limit.count:
        return True
    row.delete()
    return False


def forget_old(now: datetime) -> int:
    """Remove knocks that no limit counts any more; return how many."""
    return Knock.objects.filter(at__lt=now - KEEP).delete()[0]
