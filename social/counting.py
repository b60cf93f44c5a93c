"""When the figures of a published post are fetched: often while they grow, then ever more rarely, for twelve months."""

from datetime import UTC, datetime, timedelta

from cms.keydates import STOCKHOLM
from social.channels import Channel, Counting

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Networks tell nothing of what is older (LinkedIn: twelve months back).
YEAR = 365 * DAY
# Until which age of the post, how often.
PACES = ((2 * DAY, HOUR), (7 * DAY, 6 * HOUR), (90 * DAY, DAY), (YEAR, 7 * DAY))


def first_count(channel: Channel, remote_id: str, published_at: datetime) -> datetime | None:
    """Return when a post that has just been published is counted first, None where the channel can't count it."""
    counts = channel.capabilities.figures and (not isinstance(channel, Counting) or channel.countable(remote_id))
    return next_count(published_at, published_at) if counts and remote_id else None


def next_count(published_at: datetime, now: datetime) -> datetime | None:
    """Return the first moment after `now` at which a post's figures are due, None when they no longer are.

    The moments are fixed by the publication, so a late worker shifts none of them. Hours are counted as
    they pass; days keep Stockholm's clock time, so that none is left out or counted twice when it changes.
    """
    # Paces of days end by the clock on the wall, as their moments do.
    age, on_the_wall = now - published_at, _wall(now) - _wall(published_at)
    for until, pace in PACES:
        if (age if pace < DAY else on_the_wall) < until:
            at = _hours(published_at, now, pace) if pace < DAY else _days(published_at, now, pace.days)
            return at if at - published_at <= YEAR else None
    return None


def _wall(at: datetime) -> datetime:
    return at.astimezone(STOCKHOLM).replace(tzinfo=None)


def _hours(published_at: datetime, now: datetime, pace: timedelta) -> datetime:
    return published_at + ((now - published_at) // pace + 1) * pace


def _days(published_at: datetime, now: datetime, pace: int) -> datetime:
    local = published_at.astimezone(STOCKHOLM)
    passed = (now.astimezone(STOCKHOLM).date() - local.date()).days // pace * pace
    # Arithmetic within one zone keeps the clock time.
    at = local + timedelta(days=passed)
    if at.astimezone(UTC) <= now:
        at += timedelta(days=pace)
    return at.astimezone(UTC)
