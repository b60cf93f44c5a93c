"""What a relay may answer, and what must follow: the table of the newsletter's invariants, row by row.

Each row is tried with PIPELINING and without. Five people; the answer is given for the first unless the
row says otherwise.
"""

import socket
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from newsletter import engine
from newsletter.models import Delivery, Mailing, Member, RelayState, SingleMail
from newsletter.postbox import postbox_due
from tests.newsletter.stage import make_list, make_mailing, make_members
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db
M0 = "m0@exempel.se"
PEOPLE = 5
LONG = ["250 2.0.0 " + "x" * 9_000 + "\r\n"]
EIGHT_BIT = ["250 2.0.0 räksmörgås \udcff\udcfe\r\n"]
LINES = ["250-2.0.0 one\r\n250-two\r\n250 three\r\n"]


@dataclass(frozen=True)
class Row:
    """A rule of the server, and what follows for the first person, its member, the others, the mailing and the relay."""

    rule: dict[str, Any]
    state: str
    reason: str = ""
    member: str = Member.ACTIVE
    soft: int = 0
    others: str = "accepted"
    mailing: str = Mailing.SENT
    policy: int = 0
    attempts: int = 1
    options: dict[str, Any] = field(default_factory=dict)


def at(stage: str, say: Any, **more: Any) -> dict[str, Any]:
    """Answer so at a stage, to the first person; at MAIL FROM, where nobody is named yet, to whoever comes first."""
    rule = {"at": stage, "say": say, **more}
    return rule | ({"times": 1} if stage == "mail" else {"match": M0})


def deferred(rule: dict[str, Any], **more: Any) -> Row:
    return Row(rule, "deferred", mailing=Mailing.SENDING, **more)


def hard(said: str) -> Row:
    return Row(at("rcpt", said), "refused", "hard", Member.BOUNCED)


def soft(said: str) -> Row:
    return Row(at("rcpt", said), "refused", "soft", soft=1)


def policy(stage: str, said: str) -> Row:
    return Row(at(stage, said), "refused", "policy", policy=1)


def doubtful(act: str) -> Row:
    return Row(at("dot", "", act=act), "uncertain", mailing=Mailing.SENDING, options={"timeout": 0.2})


def endured(stage: str, say: Any, **more: Any) -> Row:
    """The answer is odd, and yet it is a yes."""
    return Row({"at": stage, "say": say, "act": "take" if stage == "dot" else "", **more}, "accepted")


TABLE = {
    "mail 451": deferred(at("mail", "451 4.3.0 later")),
    **{f"rcpt {said}": deferred(at("rcpt", said)) for said in ("450 4.2.1 busy", "451 4.7.1 greylisted", "452 4.2.2 full")},
    "rcpt 421": deferred(at("rcpt", "421 4.7.0 closing", act="close_after")),
    **{f"rcpt 550 {status}": hard(f"550 {status} no") for status in ("5.1.1", "5.1.2", "5.1.6", "5.1.10")},
    "rcpt user unknown": hard("550 User unknown"),
    **{f"rcpt {said}": soft(said) for said in ("550 5.2.1 disabled", "552 5.2.2 full", "554 no", "550 5.4.4 no route")},
    "rcpt 550 5.7.1": policy("rcpt", "550 5.7.1 your network is listed"),
    "rcpt 550 5.7.1 user unknown": policy("rcpt", "550 5.7.1 relaying denied, user unknown"),
    "data 554 5.7.1": policy("data", "554 5.7.1 spam"),
    "dot 552": policy("dot", "552 5.3.4 too big"),
    "dot 554 5.7.1": policy("dot", "554 5.7.1 spam"),
    "dot 250": Row(at("dot", "250 2.0.0 ok", act="take"), "accepted"),
    "dot 451": deferred(at("dot", "451 4.3.0 later")),
    "dot 550 5.1.1": Row(at("dot", "550 5.1.1 unknown after all"), "refused", "hard", Member.BOUNCED),
    "dot lost": doubtful("lose"),
    "dot silent": doubtful("hang"),
    **{f"421 at {stage}": deferred(at(stage, "421 4.3.2 closing", act="close_after")) for stage in ("mail", "data", "dot")},
    **{f"{stage} long": endured(stage, LONG) for stage in ("mail", "rcpt", "dot")},
    **{f"{stage} 8 bit": endured(stage, EIGHT_BIT) for stage in ("mail", "rcpt", "dot")},
    **{f"{stage} many lines": endured(stage, LINES) for stage in ("mail", "rcpt", "dot")},
    "rcpt slow": endured("rcpt", "250 2.1.5 ok, at last", slow=0.01, times=1),
}


@pytest.fixture(scope="module", params=[True, False], ids=["pipelined", "in turn"])
def relay(request):
    with SmtpServer(pipelining=request.param) as running:
        yield running


@pytest.fixture
def world(relay, settings, now):
    """A mailing to five, and a server that knows nothing of the test before."""
    relay.ask(forget=True)
    relay.script()
    mailing_list = make_list()
    make_members(PEOPLE, mailing_list, now)
    settings.OPERATOR_MAIL = "drift@exempel.se"
    yield make_mailing(mailing_list, now)
    engine.shut_down()


def send(settings, world, now, line, seconds=3):
    settings.MAIL_RELAYS = [line]
    engine.send_due(now, seconds=seconds)
    world.refresh_from_db()


@pytest.mark.parametrize("name", TABLE)
def test_the_answer_has_its_outcome(relay, world, settings, now, name):
    row = TABLE[name]
    relay.script(row.rule)
    send(settings, world, now, relay.relay(connections=1, **row.options))
    first, *others = Delivery.objects.order_by("member_id")
    member = Member.objects.get(pk=first.member_id)
    assert (first.state, first.reason, first.attempts) == (row.state, row.reason, row.attempts)
    assert (member.status, member.soft_bounces) == (row.member, row.soft)
    assert {other.state for other in others} == {row.others}
    assert world.state == row.mailing
    assert sum(RelayState.objects.values_list("policy_refusals", flat=True)) == row.policy
    if row.state == "deferred":
        assert first.next_attempt_at - now >= timedelta(minutes=5)
    assert max(relay.counts().values()) == 1


DOWN = {
    "421": {"at": "connect", "say": "421 4.3.2 busy"},
    "554": {"at": "connect", "say": "554 5.3.2 no service here"},
    "timeout": {"at": "connect", "say": "", "act": "hang"},
    "hung up": {"at": "connect", "say": "", "act": "close"},
}


@pytest.mark.parametrize("name", DOWN)
def test_a_relay_that_is_down_rests_and_another_takes_over(relay, world, settings, now, name):
    with SmtpServer() as down:
        down.script(DOWN[name])
        send(settings, world, now, down.relay(name="a", connections=1, timeout=0.3), seconds=2)
        assert set(Delivery.objects.values_list("state", "attempts")) == {("waiting", 0)}, "no delivery fails"
        state = RelayState.objects.get(name="a")
        assert (state.failures >= 1, state.rests_until > now, state.out_of_order) == (True, True, False)
        settings.MAIL_RELAYS = [down.relay(name="a", connections=1, timeout=0.3), relay.relay(name="b")]
        engine.send_due(now, seconds=5)
    assert set(Delivery.objects.values_list("state", "relay")) == {("accepted", "b")}


def test_nobody_listens(world, settings, now):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    send(settings, world, now, f"smtp://127.0.0.1:{port}?name=a", seconds=1)
    assert set(Delivery.objects.values_list("state", "attempts")) == {("waiting", 0)}
    assert RelayState.objects.get().failures >= 1


BROKEN = {
    "auth 535": ({"user": "anna"}, {"at": "auth", "say": "535 5.7.8 wrong"}, {}),
    "auth 454": ({"user": "anna"}, {"at": "auth", "say": "454 4.7.0 not now"}, {}),
    "starttls 454": ({"starttls": True}, {"at": "starttls", "say": "454 4.7.0 no TLS now"}, {"starttls": 1}),
    "no starttls": ({}, {"at": "starttls", "say": ""}, {"starttls": 1}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_relay_out_of_order_is_told_once_and_nothing_leaves_in_clear(world, settings, now, name):
    options, rule, query = BROKEN[name]
    with SmtpServer(**options) as server:
        server.script(rule)
        line = server.relay(name="a", connections=1, **query)
        send(settings, world, now, line.replace("://", "://anna:hemligt@") if options.get("user") else line, seconds=1)
        engine.send_due(now + timedelta(minutes=1), seconds=1)
        assert server.counts() == {}
        assert not {"MAIL", "RCPT", "DATA"} & set(server.ask()["clear"])
    assert RelayState.objects.get().out_of_order
    assert set(Delivery.objects.values_list("state", "attempts")) == {("waiting", 0)}
    assert [message.to for message in mail.outbox] == [["drift@exempel.se"]]


def test_a_sender_refused_pauses_the_mailing_and_burns_nobody(relay, world, settings, now):
    relay.script({"at": "mail", "say": "550 5.7.1 sender refused"})
    send(settings, world, now, relay.relay())
    assert world.state == Mailing.PAUSED
    assert "sender refused" in world.why
    assert set(Delivery.objects.values_list("state", "attempts")) == {("waiting", 0)}


def test_policy_against_single_mails_stands_against_the_relay_too(relay, settings, now):
    settings.MAILERS = {"default": {"BACKEND": "newsletter.postbox.Postbox"}}
    settings.MAIL_RELAYS = [relay.relay(name="a")]
    relay.script({"at": "rcpt", "say": "550 5.7.1 your network is listed"})
    EmailMessage("Lösenord", "Hej", to=["mia@exempel.se"]).send()
    SingleMail.objects.update(next_attempt_at=now, created_at=now)
    assert postbox_due(now) == {"refused": 1}
    assert RelayState.objects.get().policy_refusals == 1


def test_a_deferral_is_kept_in_rows_and_goes_on_after_any_restart(relay, world, settings, now):
    relay.script({"at": "rcpt", "match": M0, "say": "450 4.2.1 busy"})
    when, waits = now, []
    for _restart in range(5):
        send(settings, world, when, relay.relay(connections=1))
        engine.shut_down()
        row = Delivery.objects.get(address=M0)
        waits.append((row.next_attempt_at - when).total_seconds() // 60)
        when = row.next_attempt_at + timedelta(seconds=1)
    assert waits == [5, 15, 60, 240, 240]
    assert row.attempts == 5
    assert relay.counts() == {f"m{number}@exempel.se": 1 for number in range(1, PEOPLE)}
