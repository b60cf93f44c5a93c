"""The social room's channels, for its contract test."""

import pytest

from social.channels import Figures
from social.channels.memory import Memory
from tests.social.conftest import _mastodon, _server, linkedin, mastodon, memory, server

__all__ = ["_mastodon", "_server", "linkedin", "mastodon", "memory", "server"]


@pytest.fixture
def react(request):
    """Let followers react to a post on their network: `react(channel, remote_id, times)`."""

    def reacting(channel, remote_id, times):
        if channel.alias == "memory":
            Memory.counted[remote_id] = Figures(impressions=times, reactions=times)
        elif channel.alias == "mastodon":
            request.getfixturevalue("mastodon").react(remote_id, times)
        else:
            request.getfixturevalue("linkedin").order("counts", id=remote_id, reactions=times)

    return reacting
