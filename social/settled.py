"""Channels that the settings connect, so that nobody has to sign in: when they begin, and how they are taken up again."""

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Coalesce

from social.channels import aliases, get_channel
from social.models import ChannelState


def begin(now: datetime) -> list[str]:
    """Let each connected channel that was never seen before announce what is published from `now` on; returns their names.

    What an editor has disconnected was seen, and stays off.
    """
    seen = set(ChannelState.objects.values_list("channel", flat=True))
    new = [alias for alias in aliases() if alias not in seen and get_channel(alias).connected()]
    for alias in new:
        with transaction.atomic():
            ChannelState.objects.get_or_create(channel=alias, defaults={"connected_at": now, "active_since": now})
    return new


def take_up(channel: str, now: datetime) -> None:
    """Connect again, from `now` on, what an editor had disconnected and the settings still connect."""
    begins = {"connected_at": now, "active_since": Coalesce("active_since", now)}
    ChannelState.objects.filter(channel=channel).update(**begins)
