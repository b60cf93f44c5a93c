"""Sessions that break: a relay that does it to everybody is left alone, a letter that does it alone is put aside."""

import socket
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest

from newsletter import engine, fleet, health
from newsletter.models import Delivery, Mailing, RelayState
from newsletter.relays import ACCEPTED, UNCERTAIN, Outcome, RelayDown
from newsletter.relays.memory import Memory
from newsletter.relays.wire import Wire
from tests.newsletter.stage import mailing_to
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db
CONNECTIONS = 4
EVERYBODY = [(stage, act) for stage in ("mail", "rcpt", "data", "dot") for act in ("close", "hang")] + [("dot", "lose")]


def rows():
    return Counter(Delivery.objects.values_list("state", "relay"))


def uncertain():
    return Delivery.objects.filter(state="uncertain").count()


@pytest.mark.parametrize(("stage", "act"), EVERYBODY, ids=lambda word: word)
def test_a_relay_that_breaks_every_session_is_left_alone_and_another_takes_over(settings, now, stage, act):
    with SmtpServer() as bad, SmtpServer() as good:
        bad.script({"at": stage, "say": "", "act": act})
        broken = bad.relay(name="a", connections=CONNECTIONS, timeout=0.1)
        settings.MAIL_RELAYS = [broken]
        mailing = mailing_to(300, now)
        engine.send_due(now, seconds=1.5 if act == "hang" and stage == "dot" else 0.8)
        assert health.circuits(now) == {"a": health.OPEN}
        assert RelayState.objects.get().failures == 1
        doubts = uncertain()
        assert doubts <= 2 * CONNECTIONS
        assert bool(doubts) == (stage == "dot")
        assert set(Delivery.objects.exclude(state="uncertain").values_list("state", "attempts")) == {("waiting", 0)}
        engine.shut_down()
        settings.MAIL_RELAYS = [broken, good.relay(name="b")]
        engine.send_due(now, seconds=10)
        mailing.refresh_from_db()
        assert rows()["accepted", "b"] == 300 - doubts
        assert mailing.state == (Mailing.SENDING if doubts else Mailing.SENT)
        assert max(good.counts().values()) == 1
        assert not set(good.counts()) & set(bad.counts())


@pytest.mark.parametrize(("stage", "state"), [("rcpt", "deferred"), ("data", "deferred"), ("dot", "uncertain")])
@pytest.mark.parametrize("connections", [1, CONNECTIONS])
def test_one_letter_that_breaks_its_session_stops_nobody_else(settings, now, stage, state, connections):
    with SmtpServer() as server:
        server.script({"at": stage, "match": "m7@", "say": "", "act": "close"})
        settings.MAIL_RELAYS = [server.relay(name="a", connections=connections)]
        mailing_to(60, now)
        engine.send_due(now, seconds=10)
        assert Counter(Delivery.objects.values_list("state", flat=True)) == {"accepted": 59, state: 1}
        assert Delivery.objects.exclude(state="accepted").get().address == "m7@exempel.se"
        assert not RelayState.objects.filter(failures__gt=0).exists()


def test_a_relay_on_trial_may_leave_one_in_doubt_and_rests_longer(settings, now):
    with SmtpServer() as server:
        server.script({"at": "dot", "say": "", "act": "lose"})
        settings.MAIL_RELAYS = [server.relay(name="a", connections=CONNECTIONS)]
        health.note_down("a", RelayDown("busy"), now)
        mailing_to(40, now)
        later = now + timedelta(seconds=10)
        engine.send_due(later, seconds=0.8)
        state = RelayState.objects.get()
        assert (state.failures, uncertain()) == (2, 1)
        assert state.rests_until - later >= timedelta(seconds=15)
        server.script()
        for _round in range(3):
            engine.send_due(later + timedelta(minutes=1), seconds=5)
        assert health.circuits(later + timedelta(minutes=1)) == {"a": health.CLOSED}
        assert Delivery.objects.filter(state="accepted").count() == 39


def test_a_relay_that_gives_no_answer_has_proved_nothing(settings, now):
    with SmtpServer() as server:
        server.hold()
        settings.MAIL_RELAYS = [server.relay(name="a", connections=CONNECTIONS, per_second=1)]
        health.note_down("a", RelayDown("busy"), now)
        mailing_to(5, now)
        later = now + timedelta(seconds=10)
        engine.send_due(later, seconds=1)
        assert health.circuits(later) == {"a": health.HALF_OPEN}
        server.hold(False)


def test_a_provider_whose_gateway_leaves_all_in_doubt_is_left_alone(settings, now):
    Memory.answer = staticmethod(lambda parcel: Outcome(UNCERTAIN, "502 bad gateway"))
    settings.MAIL_RELAYS = ["memory://relay?name=a&connections=2"]
    mailing_to(50, now)
    engine.send_due(now, seconds=1)
    assert 0 < uncertain() <= 4
    assert health.circuits(now) == {"a": health.OPEN}
    Memory.answer = staticmethod(lambda parcel: Outcome(ACCEPTED, "250 ok"))
    for _round in range(3):
        engine.send_due(now + timedelta(minutes=1), seconds=3)
    assert not Delivery.objects.filter(state="waiting").exists()


def test_a_silent_relay_keeps_no_other_waiting_for_its_part(settings, now, monkeypatch):
    monkeypatch.setattr(fleet, "STALLED_SECONDS", 0.5)
    with SmtpServer() as silent, SmtpServer() as good:
        silent.hold()
        one = {"connections": 1, "weight": 1}
        settings.MAIL_RELAYS = [silent.relay(name="a", timeout=60, **one), good.relay(name="b", **one)]
        mailing_to(500, now)
        engine.send_due(now, seconds=3)
        assert rows()["accepted", "b"] > 300, "a claim more than its part is 200"
        silent.hold(False)


@pytest.mark.parametrize("by_kernel", [True, False])
def test_a_peer_that_takes_a_message_in_dribbles_is_given_up(by_kernel):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as ours:
        theirs, _ = server.accept()
        ours.settimeout(0.2)
        for end, option in ((ours, socket.SO_SNDBUF), (theirs, socket.SO_RCVBUF)):
            end.setsockopt(socket.SOL_SOCKET, option, 4_096)
        over = threading.Event()

        def dribble():
            while not over.wait(0.02):
                theirs.recv(2_048)

        reader = threading.Thread(target=dribble)
        reader.start()
        wire = Wire(ours, 0.2)
        if by_kernel:
            wire.hand_timeouts_to_the_kernel()
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            wire.send_last(bytes(10_000_000), b".\r\n", lambda: pytest.fail("the ending left"))
        assert time.monotonic() - began < 5
        over.set()
        reader.join()
        theirs.close()
