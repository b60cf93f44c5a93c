"""The duty that sends: claim a row, look at its post once more, picture, body, create, outcome."""

import logging
from collections import Counter
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from cms import stopping
from cms.media import NoPicture, rendition
from cms.outbox import LeaseLost, lease_end, new_owner
from social import connection
from social.channels import Channel, ChannelError, Draft, Duplicate, Receipt, Refused, Throttled, get_channel
from social.clock import Clock
from social.compose import with_picture
from social.counting import first_count
from social.models import Announcement
from social.posts import draft_of, why_not_now

logger = logging.getLogger(__name__)

RENDITION = "fill-1200x627|format-jpeg"
PICTURE_LOOKS = 20
LONGEST_WAIT = 3600.0
BROKEN_AFTER = 5


class PictureNotReady(Exception):
    """The network is still working on the picture; the row waits without a worker."""


def announce_due(now: datetime) -> dict[str, int]:
    """Duty: send what is due until 20 seconds are up; returns how many rows went to which state."""
    clock, owner, counts = Clock(now), new_owner(), Counter[str]()
    while clock.running and not stopping.asked():
        rows = Announcement.claim(clock(), owner, 1, only=Q(channel__in=connection.free(clock())))
        if not rows:
            break
        counts[attempt(rows[0], clock)] += 1
    return dict(counts)


def attempt(row: Announcement, clock: Clock) -> str:
    """Make one attempt at a claimed row; returns its new state, "lost" when someone else took it over."""
    try:
        _attempt(row, clock)
    except LeaseLost:
        logger.warning("Announcement %s was taken over by another worker.", row.pk)
        return "lost"
    return row.state


def _attempt(row: Announcement, clock: Clock) -> None:
    try:
        _send(row, get_channel(row.channel), clock)
    except PictureNotReady:
        wait = min(2.0**row.picture_looks, 60)
        row.postpone(clock() + timedelta(seconds=wait), "", picture_looks=row.picture_looks + 1, attempts=row.attempts - 1)
    except ChannelError as error:
        fail(row, error, clock)
    except LeaseLost:
        raise
    except Exception:
        broken(row, clock)


def _send(row: Announcement, channel: Channel, clock: Clock) -> None:
    if reason := why_not_now(row, clock()):
        row.settle(Announcement.SKIPPED, clock(), last_error=reason)
        return
    made, picture = draft_of(row, clock())
    row.write(**words_of(made), post_title=made.title[:255])
    if not channel.connected():
        row.settle(Announcement.MANUAL, clock(), picture_id=picture, last_error="")
        return
    channel.validate(made)
    _create(row, channel, with_picture(made, _picture(row, channel, picture, clock), row.key), clock)


def words_of(made: Draft) -> dict[str, str]:
    """Return the draft's words by the row's columns."""
    return {name: getattr(made, name) for name in ("text", "title", "description", "link", "alt")}


def _create(row: Announcement, channel: Channel, made: Draft, clock: Clock) -> None:
    # Committed before the outside hears of it: a row in `sending` with a body is looked up, never sent again.
    begun = clock()
    row.write(wire=channel.wire(made), sending_since=begun, creates=1, looks=0, duplicate_of="", lease_until=lease_end(begun))
    adopt(row, channel.publish(row.wire), clock)
    connection.calm(row.channel)


def adopt(row: Announcement, receipt: Receipt, clock: Clock) -> None:
    """Settle a row as published at `receipt`; raises LeaseLost."""
    if Announcement.objects.filter(channel=row.channel, remote_id=receipt.remote_id).exclude(pk=row.pk).exists():
        row.settle(Announcement.REFUSED, clock(), last_error=_("The same post is there already: %(url)s") % {"url": receipt.url})
        return
    at = clock()
    counted_at = first_count(get_channel(row.channel), receipt.remote_id, at)
    found = {"remote_id": receipt.remote_id, "remote_url": receipt.url, "figures_due_at": counted_at}
    row.settle(Announcement.PUBLISHED, at, last_error="", **found)


def fail(row: Announcement, error: ChannelError, clock: Clock) -> None:
    """Put a row where its failed attempt leads: refused, unknown, or waiting until later."""
    answer: dict[str, Any] = {"last_status": error.status, "last_request": error.request}
    logger.warning("Announcement %s: %s (%s)", row.pk, error, error.request or "-")
    if error.permanent:
        row.settle(Announcement.REFUSED, clock(), last_error=str(error), wire="", **answer)
    elif error.unknown and row.wire:
        _look_later(row, error, clock, answer)
    else:
        _wait(row, error, clock, answer)


def _look_later(row: Announcement, error: ChannelError, clock: Clock, answer: dict[str, Any]) -> None:
    if isinstance(error, Duplicate):
        # It says where the post is, so there is nothing to wait for.
        row.postpone(clock(), str(error), Announcement.UNKNOWN, duplicate_of=error.remote_id, **answer)
    else:
        row.postpone(clock() + first_wait(), str(error), Announcement.UNKNOWN, **answer)


def first_wait() -> timedelta:
    """Return how long to wait before the first look for a post; never less than a second."""
    return timedelta(seconds=max(settings.RECONCILE_WAIT_SECONDS, 1.0))


def _wait(row: Announcement, error: ChannelError, clock: Clock, answer: dict[str, Any]) -> None:
    unburned: dict[str, Any] = {"attempts": row.attempts - 1, "wire": "", **answer}
    if error.pause:
        row.postpone(clock(), str(error), **unburned)
        # Disconnected meanwhile, it has nothing to mend: its rows are prepared for the hand.
        if get_channel(row.channel).connected():
            connection.pause(row.channel, str(error))
    elif isinstance(error, Throttled):
        at = connection.hold(row.channel, error, clock(), SystemRandom().random())
        row.postpone(at, str(error), **unburned)
    else:
        row.postpone(error.retry_at or clock() + backoff(row.attempts), str(error), wire="", **answer)


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: 5 seconds, doubling, at most an hour."""
    return timedelta(seconds=min(5.0 * 2 ** min(attempts - 1, 12), LONGEST_WAIT))


def broken(row: Announcement, clock: Clock) -> None:
    """Log the present exception, a fault of ours, and let the row be tried or looked for again; raises LeaseLost."""
    logger.exception("Announcement %s failed unexpectedly.", row.pk)
    words = _("An error within Ordet stopped the announcement. Its details stand in the log, under announcement %(number)s.")
    words = words % {"number": row.pk}
    if row.wire:
        row.postpone(clock() + first_wait(), words, Announcement.UNKNOWN)
    elif row.attempts >= BROKEN_AFTER:
        row.settle(Announcement.REFUSED, clock(), last_error=words)
    else:
        row.postpone(clock() + backoff(row.attempts), words)


def _picture(row: Announcement, channel: Channel, picture: int | None, clock: Clock) -> str:
    if picture is None:
        return ""
    if not channel.capabilities.pictures or not channel.can_send_pictures():
        row.write(picture_note=_("The connected account may not upload pictures; posted without."))
        return ""
    try:
        return _prepared(row, channel, picture, clock)
    except NoPicture as error:
        row.write(picture_note=" ".join(error.messages)[:300])
    except Refused as error:
        # Once more from the start; a picture that fails twice must not keep the post from its readers.
        if not row.picture_note:
            row.write(picture_note=str(error)[:300], picture_ref="")
            raise PictureNotReady from None
    return ""


def _prepared(row: Announcement, channel: Channel, picture: int, clock: Clock) -> str:
    if not row.picture_ref or row.picture_id != picture:
        content = _jpeg(picture)
        row.renew(clock())
        row.write(picture_ref=channel.prepare(content, row.alt), picture_id=picture, picture_looks=0)
    row.renew(clock())
    if channel.prepared(row.picture_ref):
        row.write(picture_note="")
        return row.picture_ref
    if row.picture_looks >= PICTURE_LOOKS:
        raise Refused(_("The network didn't finish the picture in time."))
    raise PictureNotReady


def _jpeg(picture: int) -> bytes:
    try:
        with rendition(picture, RENDITION).file.open("rb") as file:
            return bytes(file.read())
    except OSError as error:
        logger.warning("Picture %s: %s", picture, error)
        raise NoPicture(_("The picture's file can't be read.")) from None
