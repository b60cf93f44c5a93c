"""The duty that counts: figures of published posts are fetched ever more rarely as the posts age, and kept as history."""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from random import SystemRandom

from cms import stopping
from social import connection
from social.channels import Channel, ChannelError, Figures, NotSent, Refused, Throttled, aliases, get_channel
from social.clock import Clock
from social.counting import YEAR, next_count
from social.models import Announcement, Figure

logger = logging.getLogger(__name__)

AT_ONCE = 20
SOON = timedelta(hours=1)
SPREAD = timedelta(minutes=10)


def figures_due(now: datetime) -> dict[str, int]:
    """Duty: ask each channel about up to 20 due posts; returns how many were asked about and how many counts were kept.

    No more in one round, so that what is to be sent comes between.
    """
    clock, counts = Clock(now), Counter[str]()
    for channel in _ready(now):
        if stopping.asked() or not clock.running:
            break
        if rows := _claim(channel.alias, clock()):
            counts["asked"] += len(rows)
            counts["kept"] += _count(channel, rows, clock)
    return dict(counts)


def _ready(now: datetime) -> Iterator[Channel]:
    held = connection.held(now)
    for alias in aliases():
        channel = get_channel(alias)
        if channel.capabilities.figures and alias not in held and channel.connected():
            yield channel


def _claim(alias: str, now: datetime) -> list[Announcement]:
    """Take due rows by setting their next moment: whoever dies now leaves one point of a curve out, and asks nothing twice."""
    due = Announcement.objects.filter(channel=alias, state=Announcement.PUBLISHED, figures_due_at__lte=now)
    rows = due.exclude(remote_id="").order_by("figures_due_at", "pk")[:AT_ONCE]
    return [row for row in rows if _take(row, now)]


def _take(row: Announcement, now: datetime) -> bool:
    published = row.settled_at or row.created_at
    mine = Announcement.objects.filter(pk=row.pk, figures_due_at=row.figures_due_at)
    return mine.update(figures_due_at=next_count(published, now)) == 1 and now - published <= YEAR


def _count(channel: Channel, rows: list[Announcement], clock: Clock) -> int:
    try:
        found = _told(channel, [row.remote_id for row in rows], clock)
    except ChannelError as error:
        logger.warning("Figures of %s: %s (%s)", channel.alias, error, error.request or "-")
        if at := _due_again(channel, error, clock):
            mine = Announcement.objects.filter(pk__in=[row.pk for row in rows])
            mine.filter(figures_due_at__gt=at).update(figures_due_at=at)
        return 0
    except Exception:
        logger.exception("Figures of %s failed unexpectedly.", channel.alias)
        return 0
    return _keep(rows, found, clock())


def _told(channel: Channel, remote_ids: list[str], clock: Clock) -> dict[str, Figures]:
    try:
        return channel.figures(remote_ids)
    except Refused:
        if len(remote_ids) == 1:
            raise
    # One post that isn't ours, behind a pasted address, must not keep the others from being counted.
    found: dict[str, Figures] = {}
    for remote_id in remote_ids:
        if clock.running:
            try:
                found |= channel.figures([remote_id])
            except Refused as error:
                logger.warning("Figures of %s: %s (%s)", remote_id, error, error.request or "-")
    return found


def _rest(channel: Channel, error: Throttled, now: datetime) -> datetime:
    """Count nothing of this channel until it may be asked again, and return when; publishing doesn't wait for that."""
    at = error.retry_at or connection.after_midnight(now) + SPREAD * SystemRandom().random()
    counted = Announcement.objects.filter(channel=channel.alias, state=Announcement.PUBLISHED)
    counted.filter(figures_due_at__lt=at).update(figures_due_at=at)
    return at


def _due_again(channel: Channel, error: ChannelError, clock: Clock) -> datetime | None:
    """Return when the posts are due again, None for the moment that is set already."""
    if error.pause:
        if channel.connected():
            connection.pause(channel.alias, str(error))
        return clock()
    if isinstance(error, Throttled):
        return _rest(channel, error, clock())
    if isinstance(error, NotSent):
        return error.retry_at or clock() + SOON
    return None


def _keep(rows: list[Announcement], found: dict[str, Figures], at: datetime) -> int:
    told = [row for row in rows if row.remote_id in found]
    figures = [Figure(announcement=row, taken_at=at, **asdict(found[row.remote_id])) for row in told]
    return len(Figure.objects.bulk_create(figures, ignore_conflicts=True))
