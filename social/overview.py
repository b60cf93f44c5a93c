"""What the admin's page of a channel tells: its connection, its limits, what waits there. Nothing here calls out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.db.models import Count, Q

from social.channels import Capabilities, Channel, Renewable, get_channel
from social.models import Announcement, ChannelState
from social.standing import Connectable, Standing
from social.warning import Trouble, troubles


@dataclass(frozen=True, slots=True)
class Overview:
    """How one channel stands at one moment.

    `standing` and what follows is None or empty for a channel that the settings connect, not the admin.
    """

    channel: Channel
    state: ChannelState
    connected: bool
    troubles: list[Trouble]
    looked_over: bool
    looking: bool
    waiting: int
    unsure: int
    standing: Standing | None
    can_connect: bool
    redirect_address: str
    steps: list[str]
    days_left: int | None

    @classmethod
    def of(cls, alias: str, now: datetime) -> Self:
        """Return how `alias` stands at `now`. Raises NoSuchChannel."""
        channel, state = get_channel(alias), ChannelState.of(alias)
        own = channel if isinstance(channel, Connectable) else None
        connected = channel.connected()
        return cls(
            channel=channel,
            state=state,
            connected=connected,
            # The pause stands above the page, with a button beside it.
            troubles=[one for one in troubles(state, now) if one.words != state.paused_reason],
            looked_over=connected and isinstance(channel, Renewable),
            looking=all(at is None or at <= now for at in (state.look_due_at, state.quiet_until)),
            **_rows(alias),
            standing=own.standing(state, now) if own else None,
            can_connect=own is not None and own.can_connect(),
            redirect_address=own.redirect_address() if own else "",
            steps=own.steps() if own else [],
            days_left=state.days_left(now),
        )

    @property
    def capabilities(self) -> Capabilities:
        """What the channel can do."""
        return self.channel.capabilities


def _rows(alias: str) -> dict[str, int]:
    unsure = Q(state=Announcement.UNKNOWN) | Q(state=Announcement.SENDING)
    rows = Announcement.objects.filter(channel=alias)
    return rows.aggregate(waiting=Count("pk", filter=Q(state=Announcement.WAITING)), unsure=Count("pk", filter=unsure))
