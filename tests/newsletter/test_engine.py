"""The engine against a strict SMTP server: what answers mean for a whole mailing (the table itself: test_answers)."""

from datetime import timedelta

import pytest
from django.core import mail

from newsletter import engine, mailings
from newsletter.models import Delivery, Mailing, Member, RelayState
from tests.newsletter.stage import LETTER, make_list, make_mailing, make_members
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db
M0 = "m0@exempel.se"


def states(mailing):
    rows = Delivery.objects.filter(mailing_id=mailing.pk).values_list("address", "state")
    return dict(rows)


def row(mailing, address=M0):
    return Delivery.objects.get(mailing_id=mailing.pk, address=address)


def test_everybody_gets_it_once(server, send):
    mailing = send(server, 300, connections=4)
    assert mailing.state == Mailing.SENT
    counts = server.counts()
    assert len(counts) == 300
    assert set(counts.values()) == {1}
    assert server.ask()["violations"] == []
    assert set(states(mailing).values()) == {"accepted"}
    raw = server.messages()[0]["raw"]
    assert "\r\n.En rad som b" in raw or "=2EEn rad" in raw
    assert LETTER.text.split()[0] in raw


@pytest.mark.parametrize("said", ["450 4.2.1 busy", "451 4.3.0 greylisted", "452 4.2.2 full", "421 4.7.0 slow down"])
def test_not_now_is_tried_again_later(server, send, now, said):
    server.script({"at": "rcpt", "match": M0, "say": said, "times": 1})
    mailing = send(server)
    found = row(mailing)
    assert (found.state, found.attempts, found.next_attempt_at) == ("deferred", 1, found.first_attempt_at + timedelta(minutes=5))
    assert sorted(states(mailing).values()) == ["accepted"] * 4 + ["deferred"]
    assert mailing.state == Mailing.SENDING
    assert send(server, at=now + timedelta(minutes=4), mailing=mailing).state == Mailing.SENDING
    assert send(server, at=now + timedelta(minutes=6), mailing=mailing).state == Mailing.SENT
    assert set(server.counts().values()) == {1}
    assert server.ask()["violations"] == []


def test_after_three_days_it_is_given_up(server, send, now):
    server.script({"at": "rcpt", "match": M0, "say": "450 4.2.1 busy"})
    mailing = send(server)
    at, waits = now, []
    while row(mailing).state == "deferred":
        waits.append(row(mailing).next_attempt_at - at)
        at = row(mailing).next_attempt_at + timedelta(seconds=1)
        mailing = send(server, at=at, mailing=mailing)
    assert [round(wait.total_seconds() / 60) for wait in waits[:5]] == [5, 15, 60, 240, 240]
    assert timedelta(days=2, hours=19) < at - now < timedelta(days=3, minutes=1)
    assert (row(mailing).state, row(mailing).reason, mailing.state) == ("refused", "expired", Mailing.SENT)


def test_policy_is_not_the_persons_fault_and_many_pause(server, send):
    server.script({"at": "rcpt", "say": "550 5.7.1 we don't like you"})
    mailing = send(server, 40, connections=1)
    assert mailing.state == Mailing.PAUSED
    assert "5.7.1" in mailing.why
    assert Member.objects.filter(status=Member.ACTIVE, soft_bounces=0).count() == 40
    assert RelayState.objects.get().policy_refusals == list(states(mailing).values()).count("refused")
    assert 10 <= list(states(mailing).values()).count("refused") < 40
    assert "sending" not in states(mailing).values()


@pytest.mark.parametrize("at", ["data", "dot"])
@pytest.mark.parametrize("said", ["552 5.3.4 too big", "554 5.7.1 spam"])
def test_refused_messages_pause_the_mailing(server, send, at, said):
    server.script({"at": at, "say": said})
    mailing = send(server, 40, connections=1)
    assert mailing.state == Mailing.PAUSED
    assert server.counts() == {}


def test_a_refused_sender_pauses_and_burns_nobody(server, send):
    server.script({"at": "mail", "say": "550 5.7.1 sender refused"})
    mailing = send(server, 20)
    assert mailing.state == Mailing.PAUSED
    assert set(states(mailing).values()) == {"waiting"}
    assert not Delivery.objects.filter(attempts__gt=0).exists()
    server.script()
    engine.resume(mailing, mailing.start_at)
    assert send(server, mailing=mailing).state == Mailing.SENT
    assert set(server.counts().values()) == {1}


@pytest.mark.parametrize("act", ["lose", "hang"])
def test_a_lost_answer_is_uncertain_and_never_sent_again(server, send, now, act):
    server.script({"at": "dot", "match": M0, "act": act, "say": ""})
    mailing = send(server, timeout=0.2)
    if act == "hang":
        mailing = send(server, mailing=mailing, timeout=0.2, seconds=5)
    assert row(mailing).state == "uncertain"
    assert mailing.state == Mailing.SENDING
    server.script()
    mailing = send(server, mailing=mailing, at=now + timedelta(days=1))
    assert row(mailing).state == "uncertain"
    assert all(count <= 1 for count in server.counts().values())
    assert len(server.counts()) >= 4
    mailings.leave(mailing, row(mailing).member_id, now)
    assert send(server, mailing=mailing).state == Mailing.SENT


def test_an_uncertain_row_goes_again_at_an_editors_word(server, send):
    server.script({"at": "dot", "match": M0, "act": "lose", "say": ""})
    mailing = send(server)
    server.script()
    mailings.resend(mailing, row(mailing).member_id)
    mailing = send(server, mailing=mailing)
    assert mailing.state == Mailing.SENT
    assert server.counts()[M0] == 2


def test_421_in_the_middle_defers_one_and_the_others_go_on(server, send):
    server.script({"at": "dot", "match": "m3@", "say": "421 4.7.0 closing", "act": "close_after", "times": 1})
    mailing = send(server, 20)
    assert states(mailing)["m3@exempel.se"] == "deferred"
    assert list(states(mailing).values()).count("accepted") == 19
    assert server.ask()["connections"] >= 2


@pytest.mark.parametrize("act", ["", "close_after"])
@pytest.mark.parametrize("said", ["421 4.3.2 closing", "451 4.3.0 what?", "502 5.5.1 unknown"])
def test_a_refused_reset_ends_the_session_and_burns_nobody(server, send, act, said):
    server.script({"at": "rcpt", "match": M0, "say": "550 5.1.1 no"}, {"at": "rset", "say": said, "act": act, "times": 1})
    mailing = send(server, connections=1)
    assert sorted(states(mailing).values()) == ["accepted"] * 4 + ["refused"]
    assert mailing.state == Mailing.SENT
    known = server.ask()
    # What had left in the same write can't be called back, but no body follows it.
    assert (set(known["violations"]) - {"nested MAIL"}, known["connections"]) == (set(), 2)


@pytest.mark.parametrize(
    ("at", "said"), [("data", "250 ok"), ("rcpt", "334 dGVsbA=="), ("mail", "354 go"), ("rcpt", "354 go"), ("mail", "199 hm")]
)
def test_a_strange_answer_rests_the_relay_and_burns_nobody(server, send, now, at, said):
    server.script({"at": at, "say": said, "times": 1})
    mailing = send(server, 3, seconds=1, connections=1)
    assert (set(states(mailing).values()), RelayState.objects.get().failures) == ({"waiting"}, 1)
    assert send(server, at=now + timedelta(minutes=1), mailing=mailing).state == Mailing.SENT
    assert set(states(mailing).values()) == {"accepted"}
    assert Member.objects.filter(status=Member.ACTIVE, soft_bounces=0).count() == 3


@pytest.mark.parametrize("at", ["mail", "rcpt", "data"])
def test_a_connection_lost_before_the_body_loses_nothing(server, send, at):
    server.script({"at": at, "act": "close", "say": "", "times": 2})
    mailing = send(server, 20)
    assert set(states(mailing).values()) == {"accepted"}
    assert set(server.counts().values()) == {1}


def test_an_address_that_breaks_the_connection_does_not_stop_the_rest(server, send):
    server.script({"at": "rcpt", "match": M0, "act": "close", "say": ""})
    mailing = send(server, 20)
    assert row(mailing).state == "deferred"
    assert list(states(mailing).values()).count("accepted") == 19


@pytest.mark.parametrize("say", ["554 5.3.2 not today", "421 4.3.2 busy"])
def test_a_relay_that_is_down_rests_and_nobody_is_burnt(server, send, now, say):
    server.script({"at": "connect", "say": say})
    mailing = send(server)
    assert set(states(mailing).values()) == {"waiting"}
    assert RelayState.objects.get().rests_until > now
    server.script()
    assert send(server, mailing=mailing, at=now + timedelta(minutes=1)).state == Mailing.SENT
    assert RelayState.objects.get().failures == 0


def test_a_refused_log_in_keeps_the_password_secret(send, settings, now, caplog):
    settings.OPERATOR_MAIL = "drift@exempel.se"
    with SmtpServer(user="anna") as server:
        server.script({"at": "auth", "say": "535 5.7.8 hemligt is wrong"})
        mailing_list = make_list()
        make_members(2, mailing_list, now)
        make_mailing(mailing_list, now)
        settings.MAIL_RELAYS = [server.relay().replace("://", "://anna:hemligt@")]
        engine.send_due(now, seconds=5)
    state = RelayState.objects.get()
    assert state.out_of_order
    assert "hemligt" not in state.last_error + caplog.text + mail.outbox[0].body
