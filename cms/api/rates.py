"""How often a key, or an address without one, may ask: counted per minute in the cache, never in the database.

The headers are those of draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy` and `RateLimit` as structured fields
(draft 08 and later), and the three plain numbers of the drafts before, which most clients read.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import caches

from cms.callers import is_ours, network_of

WINDOW = 60
# A municipality may be one address on the net.
ANONYMOUS_PER_MINUTE = 1200
# The machine itself: a front end that renders beside us, without a proxy between.
OWN_PER_MINUTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Rate:
    """Where a caller stands: `quota` requests a minute, how many are `left`, and `reset` seconds until it begins anew."""

    quota: int
    left: int
    reset: int
    refused: bool

    def headers(self) -> dict[str, str]:
        """Return what tells a client of it."""
        told = {
            "RateLimit-Policy": f'"minute";q={self.quota};w={WINDOW}',
            "RateLimit": f'"minute";r={self.left};t={self.reset}',
            "RateLimit-Limit": str(self.quota),
            "RateLimit-Remaining": str(self.left),
            "RateLimit-Reset": str(self.reset),
        }
        return told | {"Retry-After": str(self.reset)} if self.refused else told


def of_key(key: int, quota: int, now: datetime) -> Rate:
    """Count a request with the API key number `key`."""
    return _count(f"key {key}", quota, now)


def of_caller(caller: str, now: datetime) -> Rate:
    """Count a request without a key from the address `caller`."""
    quota = OWN_PER_MINUTE if is_ours(caller) else ANONYMOUS_PER_MINUTE
    return _count(f"from {network_of(caller)}", quota, now)


def note_wrong_key(caller: str, now: datetime) -> None:
    """Count a key that opens nothing, from the address `caller`."""
    _count(f"wrong keys from {network_of(caller)}", 0, now)


def of_wrong_keys(caller: str, now: datetime) -> Rate:
    """Return where `caller` stands with keys that open nothing: as many as requests without a key. Counts nothing."""
    quota = OWN_PER_MINUTE if is_ours(caller) else ANONYMOUS_PER_MINUTE
    used = caches["limits"].get(_name(f"wrong keys from {network_of(caller)}", now), 0)
    return Rate(quota, max(0, quota - used), _reset(now), refused=used >= quota)


def _name(who: str, now: datetime) -> str:
    return f"rate:{int(now.timestamp()) // WINDOW}:{who}".replace(" ", "-")


def _reset(now: datetime) -> int:
    return WINDOW - int(now.timestamp()) % WINDOW


def _count(who: str, quota: int, now: datetime) -> Rate:
    """Count by fixed minutes of the clock: of two requests at once none is overlooked, and no minute outlives its key."""
    cache, name = caches["limits"], _name(who, now)
    try:
        used = cache.incr(name)
    except ValueError:
        # Somebody else's first request may come in between; then this one counts on theirs.
        used = 1 if cache.add(name, 1, 2 * WINDOW) else _more(name)
    return Rate(quota, max(0, quota - used), _reset(now), refused=used > quota)


def _more(name: str) -> int:
    try:
        return int(caches["limits"].incr(name))
    # Pushed out of a full cache meanwhile.
    except ValueError:
        return 1
