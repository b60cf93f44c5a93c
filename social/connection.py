"""Connecting a channel, keeping its tokens, pausing and resuming it."""

from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from social.channels import ChannelError, Throttled, aliases, get_channel
from social.models import Announcement, ChannelState

RENEW_AHEAD = timedelta(days=14)
MAY_CONNECT = "social.change_channelstate"
SHORT_RETRY = timedelta(seconds=15)
SHORTEST = timedelta(seconds=2)


class TokenAnswer(Protocol):
    """What a network's token endpoint gave."""

    @property
    def access_token(self) -> str:
        """The token that opens the interface."""

    @property
    def expires_at(self) -> datetime:
        """When it ends."""

    @property
    def scope(self) -> str:
        """The granted rights."""

    @property
    def refresh_token(self) -> str:
        """The token that renews, "" where there is none."""

    @property
    def refresh_expires_at(self) -> datetime | None:
        """When renewing ends."""


def may_connect(user: Any) -> bool:
    """Tell whether `user` may connect and disconnect."""
    return bool(user.has_perm(MAY_CONNECT))


@sensitive_variables()
def _token_fields(tokens: TokenAnswer) -> dict[str, Any]:
    fields: dict[str, Any] = {"access_token": tokens.access_token, "expires_at": tokens.expires_at}
    if tokens.scope:
        fields["scope"] = tokens.scope
    if tokens.refresh_token:
        fields["refresh_token"] = tokens.refresh_token
    if tokens.refresh_expires_at:
        fields["refresh_expires_at"] = tokens.refresh_expires_at
    return fields


@sensitive_variables()
def connect(
    channel: str,
    tokens: TokenAnswer,
    organization: str,
    now: datetime,
    *,
    name: str = "",
    role: str = "",
    account: str = "",
) -> ChannelState:
    """Connect `channel` to the page `organization`; it announces what is first published from `now` on.

    Reconnecting keeps the earlier beginning, so that what waits meanwhile still goes out, and a pause that
    somebody made by hand; what another page's pictures were uploaded for is uploaded anew.
    """
    with transaction.atomic():
        state = ChannelState.objects.filter(channel=channel).first() or ChannelState(channel=channel)
        if state.organization == organization:
            name = name or state.organization_name
        else:
            _forget_pictures(channel)
        fields = {"refresh_token": "", "refresh_expires_at": None, "scope": ""} | _token_fields(tokens)
        for field, value in fields.items():
            setattr(state, field, value)
        state.organization, state.organization_name, state.role, state.account = organization, name, role, account
        state.active_since = state.active_since or now
        state.connected_at = now
        state.looked_at, state.look_due_at, state.look_note = None, None, ""
        state.paused_reason = state.paused_reason if state.paused_by_hand else ""
        state.quiet_until, state.throttled = None, 0
        state.save()
    return state


def _forget_pictures(channel: str) -> None:
    # A picture belongs to the page that it was uploaded for; another page may not use it.
    rows = Announcement.objects.filter(channel=channel, state=Announcement.WAITING).exclude(picture_ref="")
    rows.update(picture_ref="", picture_looks=0)


@sensitive_variables()
def keep_tokens(channel: str, tokens: TokenAnswer) -> None:
    """Store renewed tokens; a renewal without a refresh token keeps the old one, whose end never moves.

    What was disconnected meanwhile stays so.
    """
    # update() encrypts as save() does, and touches nothing that a pause writes at the same time.
    ChannelState.objects.filter(channel=channel).exclude(access_token="").update(**_token_fields(tokens))


def disconnect(channel: str) -> None:
    """Forget the tokens and whose they were; nothing is announced of itself any more."""
    ChannelState.objects.filter(channel=channel).update(
        access_token="",
        refresh_token="",
        expires_at=None,
        refresh_expires_at=None,
        scope="",
        account="",
        role="",
        looked_at=None,
        look_due_at=None,
        look_note="",
        connected_at=None,
        active_since=None,
        paused_reason="",
        paused_by_hand=False,
    )


def announce_by_hand(channel: str, now: datetime) -> None:
    """Begin to announce what is published from `now` on; without a connection each becomes a row to post by hand."""
    with transaction.atomic():
        ChannelState.objects.get_or_create(channel=channel)
        ChannelState.objects.filter(channel=channel, active_since__isnull=True).update(active_since=now)


def stop_announcing(channel: str) -> None:
    """Prepare nothing new; the connection, and what waits already, stay as they are."""
    ChannelState.objects.filter(channel=channel).update(active_since=None)


def pause(channel: str, reason: str, *, by_hand: bool = False) -> None:
    """Stop a channel: its rows wait, untouched, until it is resumed or reconnected.

    After a failure it is looked over, so that its page tells what is wrong. A pause made `by_hand` keeps its
    own reason, and lasts until somebody resumes.
    """
    words = reason or _("Paused.")
    with transaction.atomic():
        ChannelState.objects.get_or_create(channel=channel)
        states = ChannelState.objects.filter(channel=channel)
        if by_hand:
            states.update(paused_reason=words, paused_by_hand=True)
        else:
            states.filter(paused_by_hand=False).update(paused_reason=words, look_due_at=None)


def resume(channel: str) -> None:
    """Let a channel go on, and have it looked over."""
    ChannelState.objects.filter(channel=channel).update(
        paused_reason="", paused_by_hand=False, quiet_until=None, throttled=0, look_due_at=None
    )


def look_soon(channel: str) -> None:
    """Have a channel looked over as soon as a worker can."""
    ChannelState.objects.filter(channel=channel).update(look_due_at=None)


def note(state: ChannelState, **fields: Any) -> bool:
    """Write what was found out about the connection `state`; False where it is another by now, or none."""
    same = ChannelState.objects.filter(pk=state.pk, connected_at=state.connected_at)
    # Whoever was disconnected meanwhile must not come back; a channel that settings connect has no tokens here.
    if state.access_token or state.lost:
        same = same.exclude(access_token="")
    return bool(same.update(**fields))


def hold(channel: str, error: Throttled, now: datetime, jitter: float) -> datetime:
    """Keep a throttled channel quiet and return until when.

    Until LinkedIn's own `Retry-After`; else one short retry, then after midnight UTC, when the daily
    limits start anew, spread over ten minutes by `jitter` (0 to 1); and so again every day.
    """
    state = ChannelState.of(channel)
    at = error.retry_at
    if at is None:
        at = now + SHORT_RETRY if state.throttled % 2 == 0 else after_midnight(now) + timedelta(minutes=10 * jitter)
    # "Retry-After: 0" must not make a worker knock without a pause.
    at = max(at, now + SHORTEST)
    ChannelState.objects.filter(channel=channel).update(quiet_until=at, throttled=state.throttled + 1)
    return at


def calm(channel: str) -> None:
    """Note that the network answers again."""
    ChannelState.objects.filter(channel=channel, throttled__gt=0).update(throttled=0, quiet_until=None)


def after_midnight(now: datetime) -> datetime:
    """Return the next midnight UTC, ten seconds in, whatever zone `now` is in."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=10, microsecond=0)
    return today + timedelta(days=1)


def held(now: datetime) -> list[str]:
    """Return the channels whose rows must not be touched at `now`: paused, or asked to be quiet."""
    paused = ChannelState.objects.exclude(paused_reason="") | ChannelState.objects.filter(quiet_until__gt=now)
    return list(paused.values_list("channel", flat=True))


def free(now: datetime) -> list[str]:
    """Return the channels whose rows may be touched at `now`: named by the settings, and not held."""
    return sorted(set(aliases()) - set(held(now)))


def renew_due(now: datetime) -> dict[str, int]:
    """Duty: renew tokens that end within 14 days, where a refresh token exists. Returns counts."""
    counts = {"renewed": 0, "failed": 0}
    ending = ChannelState.objects.filter(channel__in=aliases(), expires_at__lte=now + RENEW_AHEAD, paused_reason="")
    for state in ending.exclude(refresh_token=""):
        if not state.refresh_token:
            # Its key is lost; the token that was given may still live.
            continue
        try:
            get_channel(state.channel).renew()  # type: ignore[attr-defined]
            counts["renewed"] += 1
        except ChannelError as error:
            counts["failed"] += 1
            if error.pause:
                pause(state.channel, str(error))
    return counts
