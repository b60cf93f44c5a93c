"""The duty that looks connections over: once a day, after connecting, after a failure, and when an editor asks for it."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from social import connection, settled
from social.channels import ChannelError, Renewable, aliases, get_channel
from social.models import ChannelState

EVERY = timedelta(days=1)
RETRY = timedelta(hours=1)


def look_over_due(now: datetime) -> dict[str, int]:
    """Duty: ask each network whose turn has come whether the connection still does what is needed.

    A channel whose posts would fail is paused, in words; a network that doesn't answer is asked again an hour
    later, and nothing is concluded. Returns how many were "fine", "paused", or put off until "later".
    """
    settled.begin(now)
    counts = Counter[str]()
    for alias in _due(now):
        state, _new = ChannelState.objects.get_or_create(channel=alias)
        if take(state, now):
            counts[_look(state, now)] += 1
    return dict(counts)


def _due(now: datetime) -> Iterator[str]:
    times = {state.channel: state for state in ChannelState.objects.only("channel", "look_due_at", "quiet_until")}
    for alias in aliases():
        state = times.get(alias) or ChannelState(channel=alias)
        waits = [at for at in (state.look_due_at, state.quiet_until) if at is not None and at > now]
        channel = get_channel(alias)
        if not waits and isinstance(channel, Renewable) and channel.connected():
            yield alias


def take(state: ChannelState, now: datetime) -> bool:
    """Tell whether this worker shall ask: of two one gets it; should it die over it, the question is asked again later."""
    same = ChannelState.objects.filter(pk=state.pk, look_due_at=state.look_due_at)
    return bool(same.update(look_due_at=now + RETRY))


def _look(state: ChannelState, now: datetime) -> str:
    channel = get_channel(state.channel)
    assert isinstance(channel, Renewable)  # noqa: S101  (only such are due)
    try:
        channel.look_over(now)
    except ChannelError as error:
        return _failed(state, error, now)
    connection.note(state, looked_at=now, look_note="", look_due_at=now + EVERY)
    return "fine"


def _failed(state: ChannelState, error: ChannelError, now: datetime) -> str:
    if error.pause:
        # The pause says it; a pause that is there already, somebody's own too, keeps its words.
        if connection.note(state, looked_at=now, look_note="", look_due_at=now + EVERY):
            ChannelState.objects.filter(pk=state.pk, paused_reason="").update(paused_reason=str(error))
        return "paused"
    wait = now + (EVERY if error.permanent else RETRY)
    connection.note(state, look_note=str(error), look_due_at=max(wait, error.retry_at or wait))
    return "later"
