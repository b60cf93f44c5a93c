"""A letter that is written ahead, while the server is busy with another, is in nobody's hands yet."""

from collections import Counter

import pytest

from newsletter import engine, mailings
from newsletter.compiled import Compiled
from newsletter.models import Delivery, Mailing
from tests.newsletter.stage import make_list, make_mailing, make_members

pytestmark = pytest.mark.django_db


def states():
    return Counter(Delivery.objects.values_list("state", flat=True))


def test_it_is_taken_back_like_all_that_lies(server, settings, now):
    mailing_list = make_list()
    make_members(6, mailing_list, now)
    mailing = make_mailing(mailing_list, now)
    settings.MAIL_RELAYS = [server.relay(connections=1)]
    settings.LEASE_SECONDS = 60
    server.hold()
    engine.send_due(now, seconds=0.3)
    # One message waits for its answer, and the envelope of the next has left or is about to. The third was only written.
    out = 2
    assert states() == {"sending": out, "waiting": 6 - out}
    mailings.pause(mailing)
    server.hold(False)
    engine.send_due(now, seconds=1)
    assert states() == {"accepted": out, "waiting": 6 - out}
    mailings.resume(Mailing.objects.get(), now)
    engine.send_due(now, seconds=10)
    assert states() == {"accepted": 6}
    assert set(server.counts().values()) == {1}


def test_trouble_in_writing_it_leaves_no_doubt_of_the_one_before(server, send, monkeypatch):
    write = Compiled.fill

    def fill(self, member, address, *rest):
        if address == "m2@exempel.se":
            raise RuntimeError("no such template")
        return write(self, member, address, *rest)

    monkeypatch.setattr(Compiled, "fill", fill)
    send(server, count=6, connections=1)
    # Only those are tried again later in whose session it happened, again and again.
    assert set(states()) == {"accepted", "deferred"}
    assert states()["accepted"] == len(server.counts()) >= 4
    assert set(server.counts().values()) == {1}
