"""The duty that looks: rows whose outcome is unknown are searched for, never sent blindly.

Wait, list, match. Found: adopted. Not found after several looks, and the network's own duplicate check
still standing guard: one more create of the stored body. Otherwise an editor has to look.
"""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from cms import stopping
from cms.outbox import LeaseLost, new_owner
from social import connection
from social.channels import Channel, ChannelError, Receipt, Throttled, get_channel
from social.clock import Clock
from social.models import Announcement
from social.posts import why_not_now
from social.sending import adopt, broken, fail, first_wait

logger = logging.getLogger(__name__)

LOOKS = 3
REPEATS = 1


def reconcile_due(now: datetime) -> dict[str, int]:
    """Duty: take over rows of dead workers, then look for posts of unknown outcome, for 20 seconds.

    Returns how many rows went to which state.
    """
    clock, owner, counts = Clock(now), new_owner(), Counter[str]()
    for row in _abandoned(clock, owner):
        counts[_guarded(row, _take_over, clock)] += 1
    while clock.running and not stopping.asked():
        ready = Q(channel__in=connection.free(clock()))
        rows = Announcement.claim(clock(), owner, 1, states=(Announcement.UNKNOWN,), to=None, only=ready)
        if not rows:
            break
        counts[_guarded(rows[0], _look, clock)] += 1
    return dict(counts)


def _abandoned(clock: Clock, owner: str) -> list[Announcement]:
    # A row in `sending` keeps the time at which it was due, so it is due; a living worker's lease protects it.
    return Announcement.claim(clock(), owner, 100, states=(Announcement.SENDING,), to=None)


def _guarded(row: Announcement, act: Callable[[Announcement, Clock], None], clock: Clock) -> str:
    try:
        _tried(row, act, clock)
    except LeaseLost:
        logger.warning("Announcement %s was taken over by another worker.", row.pk)
        return "lost"
    return row.state


def _tried(row: Announcement, act: Callable[[Announcement, Clock], None], clock: Clock) -> None:
    try:
        act(row, clock)
    except LeaseLost:
        raise
    except Exception:
        broken(row, clock)


def _take_over(row: Announcement, clock: Clock) -> None:
    words = _("The worker was interrupted while sending.")
    if not row.wire or row.sending_since is None:
        # Without a body nothing can have left the house.
        row.postpone(clock(), words)
    else:
        at = max(row.sending_since + first_wait(), clock())
        row.postpone(at, words, Announcement.UNKNOWN)


def _look(row: Announcement, clock: Clock) -> None:
    channel = get_channel(row.channel)
    try:
        row.renew(clock())
        receipt = _found(row, channel)
    except ChannelError as error:
        _failed_look(row, error, clock)
        return
    if receipt is not None:
        adopt(row, receipt, clock)
    else:
        _not_found(row, channel, clock)


def _found(row: Announcement, channel: Channel) -> Receipt | None:
    if row.duplicate_of and (receipt := channel.verify(row.duplicate_of, row.wire)):
        return receipt
    known = Announcement.objects.filter(channel=row.channel).exclude(remote_id="").exclude(pk=row.pk)
    return channel.find(row.wire, row.sending_since, frozenset(known.values_list("remote_id", flat=True)))


def _failed_look(row: Announcement, error: ChannelError, clock: Clock) -> None:
    """Keep the row unknown: a look that failed says nothing about the post. What can't be looked for, an editor must say."""
    answer = {"last_status": error.status, "last_request": error.request}
    at, why = clock() + first_wait(), _("Looking for the post failed: %(why)s") % {"why": error}
    if error.permanent:
        row.settle(Announcement.NEEDS_CHECK, clock(), last_error=why, **answer)
        return
    if error.pause and not get_channel(row.channel).connected():
        words = _("The channel is no longer connected, so the post can't be looked for; please look, and tell us.")
        row.settle(Announcement.NEEDS_CHECK, clock(), last_error=words, **answer)
        return
    if error.pause:
        connection.pause(row.channel, str(error))
        at = clock()
    elif isinstance(error, Throttled):
        at = connection.hold(row.channel, error, clock(), 0.5)
    row.postpone(at, why, Announcement.UNKNOWN, **answer)


def _not_found(row: Announcement, channel: Channel, clock: Clock) -> None:
    looks = row.looks + 1
    if looks < LOOKS:
        # Lists lag behind: each look waits twice as long as the one before.
        row.postpone(clock() + first_wait() * 2**looks, row.last_error, Announcement.UNKNOWN, looks=looks)
    elif _repeatable(row, channel, clock):
        _create_again(row, channel, clock)
    else:
        words = _("Nobody can say whether the post is there; please look, and tell us.")
        words = f"{why_not_now(row, clock())} {words}".strip()
        row.settle(Announcement.NEEDS_CHECK, clock(), looks=looks, last_error=words)


def _repeatable(row: Announcement, channel: Channel, clock: Clock) -> bool:
    guarded = clock() - row.sending_since < channel.capabilities.guard
    # What was taken down meanwhile must not come out by a repeat.
    return row.creates <= REPEATS and guarded and not why_not_now(row, clock())


def _create_again(row: Announcement, channel: Channel, clock: Clock) -> None:
    row.write(state=Announcement.SENDING, creates=row.creates + 1, looks=0, duplicate_of="", attempts=row.attempts + 1)
    row.renew(clock())
    try:
        adopt(row, channel.publish(row.wire), clock)
    except ChannelError as error:
        _failed_again(row, error, clock)


def _failed_again(row: Announcement, error: ChannelError, clock: Clock) -> None:
    """Keep the first create's outcome in mind: whatever the repeat was answered, the row isn't simply sent anew."""
    if error.unknown:
        fail(row, error, clock)
    elif error.permanent:
        answer = {"last_status": error.status, "last_request": error.request}
        row.settle(Announcement.NEEDS_CHECK, clock(), last_error=str(error), **answer)
    else:
        row.write(state=Announcement.UNKNOWN, creates=row.creates - 1, looks=LOOKS - 1)
        _failed_look(row, error, clock)
