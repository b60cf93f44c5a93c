"""A mailing on its way through a strict SMTP server."""

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper

from newsletter import engine
from newsletter.relays.memory import Memory
from tests.newsletter.stage import mailing_to
from tests.smtp_server import SmtpServer


@pytest.fixture(params=[True, False], ids=["pipelined", "in turn"])
def server(request):
    with SmtpServer(pipelining=request.param) as running:
        yield running


@pytest.fixture(autouse=True)
def _closed():
    Memory.forget()
    yield
    engine.shut_down()


@pytest.fixture
def send(settings, now):
    """Send to `count` people through `server`; return the report and the rows' states."""

    def go(server, count=5, seconds=10, at=now, mailing=None, **options):
        settings.MAIL_RELAYS = [server.relay(**{"connections": 2, **options})]
        if mailing is None:
            mailing = mailing_to(count, now)
        engine.send_due(at, seconds=seconds)
        mailing.refresh_from_db()
        return mailing

    return go


@pytest.fixture(autouse=True)
def _commits(monkeypatch):
    """What waits for a commit happens at once where only a test's own transaction is open: that one never commits."""
    waits = BaseDatabaseWrapper.on_commit

    def on_commit(self, func, robust=False):
        if self.in_atomic_block and all(block._from_testcase for block in self.atomic_blocks):
            func()
        else:
            waits(self, func, robust)

    monkeypatch.setattr(BaseDatabaseWrapper, "on_commit", on_commit)
