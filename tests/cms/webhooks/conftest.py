"""A strict front end, an endpoint that leads to it, and time in the test's hands."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cms.models import HookDelivery
from cms.webhooks import desk, events
from cms.webhooks.sending import hooks_due
from tests import processes
from tests.hook_server import HookServer, LateClock

ALL = [name for name, _label in events.CHOICES]


@pytest.fixture(scope="session")
def _hook_server():
    with HookServer() as server:
        yield server


@pytest.fixture
def server(_hook_server):
    """The front end, as new."""
    _hook_server.reset()
    yield _hook_server
    _hook_server.go.set()
    assert _hook_server.faults == []


@pytest.fixture
def endpoint(server, db):
    """An endpoint that hears of everything since yesterday."""
    made = desk.create("Webbplatsen", server.address, ALL, timezone.now() - timedelta(days=1))
    server.secret = made.secret
    return made


class Time:
    """The wall's time, and ahead of it by steps; the front end's clock goes along."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    @property
    def now(self):
        return timezone.now() + self.ahead

    def later(self, **step):
        self.ahead += timedelta(**step)
        LateClock.ahead = self.ahead

    def work(self, **step):
        """Let time pass and a worker do what is due; returns what it did."""
        self.later(**step)
        return hooks_due(self.now)


@pytest.fixture
def days():
    return Time()


@pytest.fixture
def row(db):
    """The only delivery there is, read anew."""
    return HookDelivery.objects.get


@pytest.fixture
def free_port():
    """A port that nobody listens on."""
    return processes.free_port()
