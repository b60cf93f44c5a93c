"""LinkedIn as a real server process, connected, and time that is handed in."""

from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from social import connection, settled
from social.announce import announce_due, reconcile_due
from social.channels.linkedin.client import read_tokens
from social.channels.memory import Memory
from social.models import Announcement
from tests.mastodon_server import MastodonServer
from tests.social.standin import ORGANIZATION, standing_in


@pytest.fixture(autouse=True)
def _no_cached_renditions():
    # Wagtail remembers renditions by picture id, and every test has a picture 1.
    cache.clear()


@pytest.fixture(scope="session")
def _server(tmp_path_factory):
    with standing_in(tmp_path_factory.mktemp("linkedin")) as server:
        yield server


@pytest.fixture
def server(_server, settings):
    """The stand-in, as new; SOCIAL_CHANNELS points at it, nothing is connected."""
    _server.order("reset")
    settings.SOCIAL_CHANNELS = {"linkedin": _server.options}
    settings.RECONCILE_WAIT_SECONDS = 30
    settings.ANNOUNCE_DELAY_SECONDS = 0
    return _server


@pytest.fixture
def linkedin(server, db):
    """The stand-in, connected for a day."""
    tokens = read_tokens(server.order("token"), timezone.now())
    connection.connect("linkedin", tokens, ORGANIZATION, timezone.now() - timedelta(days=1), role="ADMINISTRATOR")
    return server


@pytest.fixture
def memory(settings, db):
    """The in-memory twin as the only channel, announcing since yesterday."""
    Memory.reset()
    settings.SOCIAL_CHANNELS = {"memory": {"BACKEND": "social.channels.memory.Memory"}}
    connection.announce_by_hand("memory", timezone.now() - timedelta(days=1))
    yield Memory
    Memory.reset()


@pytest.fixture(scope="session")
def _mastodon():
    with MastodonServer() as server:
        yield server


@pytest.fixture
def mastodon(_mastodon, settings, db):
    """A strict Mastodon as the only channel, connected by the settings, announcing since yesterday."""
    _mastodon.reset()
    settings.SOCIAL_CHANNELS = {"mastodon": _mastodon.options}
    settings.RECONCILE_WAIT_SECONDS = 30
    settings.ANNOUNCE_DELAY_SECONDS = 0
    settled.begin(timezone.now() - timedelta(days=1))
    return _mastodon


class Days:
    """Time as the test has it: the wall's, and ahead of it by steps; each step lets the worker do what is due."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    @property
    def now(self) -> datetime:
        return timezone.now() + self.ahead

    def begin(self, at: datetime) -> None:
        self.ahead = at - timezone.now()

    def later(self, seconds: float = 0.0) -> None:
        self.ahead += timedelta(seconds=seconds)

    def work(self, seconds: float = 0.0) -> dict[str, int]:
        """Let `seconds` pass, then run both duties once; returns what they did."""
        self.later(seconds)
        done = announce_due(self.now)
        for state, count in reconcile_due(self.now).items():
            done[state] = done.get(state, 0) + count
        return done


@pytest.fixture
def days():
    """Time in the test's hands."""
    return Days()


@pytest.fixture
def row():
    """The only announcement there is, read anew."""
    return Announcement.objects.get
