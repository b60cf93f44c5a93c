"""The duty that changes posts that are out: a new text, or their removal.

Both may be repeated without harm, so whatever isn't known to have worked is simply tried again, ever more
rarely; nobody has to be asked. One change at a time and in order for each post.
"""

import logging
from collections import Counter
from datetime import datetime
from http import HTTPStatus
from random import SystemRandom
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cms import outlets, stopping
from cms.outbox import LeaseLost, new_owner
from social import connection
from social.channels import Channel, ChannelError, Draft, Throttled, get_channel
from social.clock import Clock
from social.models import Announcement, Change
from social.posts import why_not
from social.reach import POSSIBLY_OUT, lock, out_of_reach, ready
from social.sending import BROKEN_AFTER, backoff

logger = logging.getLogger(__name__)

GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


def changes_due(now: datetime) -> dict[str, int]:
    """Duty: carry out the changes that are due until 20 seconds are up; returns how many went to which state."""
    clock, owner, counts = Clock(now), new_owner(), Counter[str]()
    _close_pointless(now)
    while clock.running and not stopping.asked():
        # One in `sending` whose lease ran out is a dead worker's; a living one's lease protects it.
        states = (Change.WAITING, Change.SENDING)
        found = Change.claim(clock(), owner, 1, states=states, only=ready(clock()))
        if not found:
            break
        counts[attempt(found[0], clock)] += 1
    return dict(counts)


def _close_pointless(now: datetime) -> None:
    """Cancel what waits for a post that in the end never came out."""
    pointless = Change.objects.filter(state=Change.WAITING).exclude(announcement__state__in=POSSIBLY_OUT)
    if keys := list(pointless.values_list("pk", flat=True)):
        words = _("The post didn't come out, so there is nothing to change.")
        Change.objects.filter(pk__in=keys, state=Change.WAITING).update(state=Change.CANCELLED, settled_at=now, last_error=words)


def attempt(change: Change, clock: Clock) -> str:
    """Make one attempt at a claimed change; returns its new state, "lost" when someone else took it over."""
    try:
        _attempt(change, change.announcement, clock)
    except LeaseLost:
        logger.warning("Change %s was taken over by another worker.", change.pk)
        return "lost"
    return change.state


def _attempt(change: Change, row: Announcement, clock: Clock) -> None:
    try:
        if reason := _no_longer(change, row, clock()):
            change.settle(Change.CANCELLED, clock(), last_error=reason)
        elif reason := out_of_reach(row, change.kind):
            change.settle(Change.FAILED, clock(), last_error=reason)
        else:
            _act(change, row, get_channel(row.channel), clock)
    except LeaseLost:
        raise
    except ChannelError as error:
        _fail(change, row, error, clock)
    except Exception:
        _broken(change, row, clock)


def _no_longer(change: Change, row: Announcement, now: datetime) -> str:
    """Return why a text that is the post's own must not go out (any more), in words."""
    if change.kind == Change.DELETE or change.by_hand:
        return ""
    post = row.post
    if post is not None and not outlets.value(post.outlets, row.channel, "update", True):
        return _("The text there no longer follows the post.")
    return why_not(post, row.channel, now)


def _act(change: Change, row: Announcement, channel: Channel, clock: Clock) -> None:
    if change.kind == Change.DELETE:
        change.renew(clock())
        channel.delete(row.remote_id)
        _removed(change, row, Change.DONE, _("Taken away from %(label)s.") % {"label": channel.label}, clock)
    else:
        channel.validate(Draft(change.text, row.title, row.description, row.link))
        change.renew(clock())
        channel.update(row.remote_id, change.text)
        _changed(change, row, clock)
    connection.calm(row.channel)


def _changed(change: Change, row: Announcement, clock: Clock) -> None:
    own = change.text if change.by_hand else ""
    with transaction.atomic():
        lock(row)
        change.settle(Change.DONE, clock(), last_error="")
        Announcement.objects.filter(pk=row.pk).update(text=change.text, own_text=own)


def _removed(change: Change, row: Announcement, state: str, words: str, clock: Clock) -> None:
    with transaction.atomic():
        lock(row)
        change.settle(state, clock(), last_error="" if state == Change.DONE else words)
        gone(row, words, clock())


def gone(row: Announcement, words: str, now: datetime) -> None:
    """Note, within a transaction that holds the row, that its post no longer stands there, and drop what waits for it."""
    waiting = Change.objects.filter(announcement=row, state=Change.WAITING)
    waiting.update(state=Change.CANCELLED, settled_at=now, last_error=words)
    fields = {"state": Announcement.REMOVED, "settled_at": now, "last_error": words, "figures_due_at": None}
    Announcement.objects.filter(pk=row.pk).update(**fields)


def _fail(change: Change, row: Announcement, error: ChannelError, clock: Clock) -> None:
    logger.warning("Change %s: %s (%s)", change.pk, error, error.request or "-")
    label = {"label": get_channel(row.channel).label}
    if error.permanent and error.status in GONE:
        state = Change.DONE if change.kind == Change.DELETE else Change.FAILED
        _removed(change, row, state, _("The post is no longer on %(label)s.") % label, clock)
    elif error.permanent:
        change.settle(Change.FAILED, clock(), last_error=str(error))
    else:
        _later(change, row, error, clock)


def _later(change: Change, row: Announcement, error: ChannelError, clock: Clock) -> None:
    if error.pause:
        if get_channel(row.channel).connected():
            connection.pause(row.channel, str(error))
        _back(change, row, clock(), str(error), clock, attempts=change.attempts - 1)
    elif isinstance(error, Throttled):
        at = connection.hold(row.channel, error, clock(), SystemRandom().random())
        _back(change, row, at, str(error), clock, attempts=change.attempts - 1)
    else:
        _back(change, row, error.retry_at or clock() + backoff(change.attempts), str(error), clock)


def _back(change: Change, row: Announcement, at: datetime, words: str, clock: Clock, **fields: Any) -> None:
    """Let a change wait until `at`, unless another one waits by now, which makes it pointless."""
    with transaction.atomic():
        lock(row)
        if Change.objects.filter(announcement=row, state=Change.WAITING).exists():
            change.settle(Change.CANCELLED, clock(), last_error=_("A later change took its place."), **fields)
        else:
            change.postpone(at, words, **fields)


def _broken(change: Change, row: Announcement, clock: Clock) -> None:
    logger.exception("Change %s failed unexpectedly.", change.pk)
    words = _("An error within Ordet stopped the change. Its details stand in the log, under change %(number)s.")
    words = words % {"number": change.pk}
    if change.attempts >= BROKEN_AFTER:
        change.settle(Change.FAILED, clock(), last_error=words)
    else:
        _back(change, row, clock() + backoff(change.attempts), words, clock)
