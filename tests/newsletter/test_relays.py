"""Several relays: a budget that all workers share, a circuit breaker each, weights, and single mails within all that."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter import budgets, engine, health
from newsletter.journal import Journal
from newsletter.models import Delivery, Mailing, RelayShare, RelayState, SingleMail
from newsletter.pace import Paces
from newsletter.postbox import postbox_due
from newsletter.relays import ACCEPTED, Outcome, RelayBroken, RelayDown
from newsletter.relays.memory import Memory
from tests.newsletter.stage import mailing_to
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db
TOTAL = 4
START = datetime(2026, 3, 6, 11, 0, tzinfo=UTC)


def in_use():
    return sum(RelayShare.objects.values_list("connections", flat=True))


def taken_by():
    relays = list(Delivery.objects.filter(state="accepted").values_list("relay", flat=True))
    return {name: relays.count(name) for name in relays}


STEPS = st.lists(
    st.tuples(
        st.sampled_from("abcd"), st.sampled_from(["hold", "urgent", "release", "freeze", "kill"]), st.integers(0, TOTAL + 1)
    ),
    max_size=40,
)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_no_more_is_ever_in_use_than_there_is(steps):
    RelayShare.objects.all().delete()
    now, journals = START, {}
    for who, act, number in steps:
        owner = f"host:{who}"
        if act in {"hold", "urgent"}:
            if owner not in journals:
                journals[owner] = Journal(owner)
            got = budgets.hold("a", TOTAL, owner, number, now, urgent=act == "urgent")
            assert got <= number
        elif act == "release":
            budgets.release(owner)
        elif act == "freeze":
            now += timedelta(seconds=number)
        elif owner in journals:
            journals.pop(owner).close()
        assert in_use() <= TOTAL
    for journal in journals.values():
        journal.close()
    assert budgets.hold("a", TOTAL, "host:new", TOTAL, now + timedelta(minutes=1)) == TOTAL, (
        "the dead and the frozen hold nothing"
    )


def test_each_worker_has_its_fair_part_and_single_mails_come_first():
    shares = [RelayShare(relay="a", owner=owner, connections=count) for owner, count in (("a", 4), ("b", 0))]
    assert [budgets.fair(4, shares, owner) for owner in "ab"] == [2, 2]
    assert [budgets.fair(5, shares, owner) for owner in "ab"] == [3, 2]
    assert budgets.fair(4, [RelayShare(relay="a", owner="post", urgent=True)], "a") == 3
    assert budgets.fair(1, [RelayShare(relay="a", owner="post", urgent=True)], "a") == 0
    crowd = [RelayShare(relay="a", owner=f"post{number}", urgent=True) for number in range(9)]
    assert budgets.fair(4, crowd, "a") == 2, "half stays with the mailings"


def test_a_killed_workers_part_is_free_at_once_and_a_frozen_ones_after_its_lease(now):
    dead, frozen = Journal("host:dead"), Journal("host:frozen")
    assert budgets.hold("a", TOTAL, "host:dead", 2, now) == 2
    assert budgets.hold("a", TOTAL, "host:frozen", 2, now) == 2
    assert budgets.hold("a", TOTAL, "host:new", 4, now) == 0
    dead.close()
    assert budgets.hold("a", TOTAL, "host:new", 4, now) == 2
    assert budgets.hold("a", TOTAL, "host:new", 4, now + timedelta(seconds=3)) == 4
    frozen.close()


def test_a_mailing_holds_its_part_while_it_is_sent_and_gives_it_back(settings, now):
    seen = []
    Memory.answer = staticmethod(lambda parcel: seen.append(1) or Outcome(ACCEPTED, "250 ok"))
    settings.MAIL_RELAYS = ["memory://relay?name=a&connections=2"]
    mailing = mailing_to(20, now)
    engine.send_due(now, seconds=5)
    mailing.refresh_from_db()
    assert (mailing.state, len(seen)) == (Mailing.SENT, 20)
    assert in_use() <= 2
    engine.shut_down()
    assert not RelayShare.objects.exists()


def test_a_pace_is_that_part_of_the_budget_that_is_held():
    whole, half = Paces(10, 4), Paces(10, 4, 0.5)
    assert (whole.all.rate, half.all.rate) == (10, 5)
    half.use("exempel.se", 0.0)
    assert half._domain("exempel.se").rate == 2
    half.give(1)
    assert (half.all.rate, half._domain("exempel.se").rate) == (10, 4)


def test_a_part_that_others_hold_is_not_used(settings, now):
    settings.MAIL_RELAYS = ["memory://relay?name=a&connections=2"]
    mailing = mailing_to(5, now)
    elsewhere = Journal("host:elsewhere")
    budgets.hold("a", 2, "host:elsewhere", 2, now)
    engine.send_due(now, seconds=0.5)
    mailing.refresh_from_db()
    assert (mailing.state, Memory.sent, in_use()) == (Mailing.SENDING, [], 2)
    budgets.release("host:elsewhere")
    elsewhere.close(remove=True)
    engine.send_due(now, seconds=5)
    assert len(Memory.sent) == 5


def test_single_mails_wait_for_room_and_get_it(settings, now):
    settings.MAILERS = {"default": {"BACKEND": "newsletter.postbox.Postbox"}}
    settings.MAIL_RELAYS = ["memory://relay?name=a&connections=1"]
    mailing = Journal("host:mailing")
    budgets.hold("a", 1, "host:mailing", 1, now)
    EmailMessage("Lösenord", "Hej", to=["mia@exempel.se"]).send()
    SingleMail.objects.update(next_attempt_at=now, created_at=now)
    assert postbox_due(now) == {}
    (wish,) = RelayShare.objects.filter(urgent=True)
    assert (wish.connections, in_use()) == (0, 1)
    assert budgets.fair(1, budgets.shares()["a"], "host:mailing") == 0, "the mailing makes room"
    budgets.release("host:mailing")
    mailing.close(remove=True)
    assert postbox_due(now) == {"sent": 1}
    assert not RelayShare.objects.exists()


def test_single_mails_keep_the_pace(settings, now):
    settings.MAILERS = {"default": {"BACKEND": "newsletter.postbox.Postbox"}}
    settings.MAIL_RELAYS = ["memory://relay?name=a&connections=1&per_second=20"]
    EmailMessage("Hej", "Hej", to=[f"m{number}@exempel.se" for number in range(10)]).send()
    SingleMail.objects.update(next_attempt_at=now, created_at=now)
    began = datetime.now(UTC)
    assert postbox_due(now) == {"sent": 10}
    assert (datetime.now(UTC) - began).total_seconds() > 0.3


def test_weights_part_a_mailing_and_a_reserve_stands_by(settings, now):
    settings.MAIL_RELAYS = [
        "memory://one?name=three&connections=1&weight=3",
        "memory://two?name=one&connections=1&weight=1",
        "memory://three?name=reserve&connections=1&weight=0",
    ]
    mailing_to(1_000, now)
    engine.send_due(now, seconds=15)
    counts = taken_by()
    assert set(counts) == {"three", "one"}
    assert sum(counts.values()) == 1_000
    # To the nearest claim.
    assert 0.65 <= counts["three"] / 1_000 <= 0.85


def test_a_reserve_takes_over_when_no_other_can(settings, now):
    settings.MAIL_RELAYS = ["memory://one?name=one&weight=1", "memory://two?name=reserve&weight=0"]
    health.know(["one"])
    health.take_out_of_use(RelayState.objects.get(name="one"), None, now)
    mailing_to(10, now)
    engine.send_due(now, seconds=5)
    assert taken_by() == {"reserve": 10}


def test_a_circuit_opens_is_probed_by_one_and_closes(now):
    health.note_down("a", RelayDown("busy"), now)
    assert health.circuits(now) == {"a": health.OPEN}
    assert not health.may_try("a", "one", now)
    later = now + timedelta(seconds=6)
    assert health.circuits(later) == {"a": health.HALF_OPEN}
    assert health.may_try("a", "one", later)
    assert not health.may_try("a", "two", later), "one connection probes, not every worker's"
    assert health.may_try("a", "two", later + timedelta(minutes=2)), "the prober is gone"
    health.note_down("a", RelayDown("busy"), later)
    state = RelayState.objects.get()
    assert (state.failures, state.rests_until - later) == (2, timedelta(seconds=15)), "it rests longer each time"
    health.note_up("a", later)
    assert health.circuits(later) == {"a": health.CLOSED}


def test_the_same_trouble_seen_by_two_counts_once(now):
    for _worker in range(2):
        health.note_down("a", RelayDown("busy"), now)
    assert RelayState.objects.get().failures == 1


def test_an_operator_is_told_once_until_it_works_again(now, settings):
    settings.OPERATOR_MAIL = "drift@exempel.se"
    at = now
    for error in (RelayBroken("log-in failed"), RelayDown("busy"), RelayBroken("log-in failed")):
        health.note_down("a", error, at)
        at += timedelta(minutes=10)
    assert len(mail.outbox) == 1
    health.note_up("a", at)
    health.note_down("a", RelayBroken("log-in failed"), at)
    assert len(mail.outbox) == 2


def test_a_half_open_relay_gets_one_connection_and_then_all(settings, now):
    with SmtpServer(delay=0.01) as server:
        settings.MAIL_RELAYS = [server.relay(name="a", connections=3)]
        health.note_down("a", RelayDown("busy"), now)
        mailing = mailing_to(200, now)
        later = now + timedelta(seconds=10)
        server.hold()
        engine.send_due(later, seconds=1)
        assert server.ask()["connections"] == 1
        server.hold(False)
        for _round in range(3):
            engine.send_due(later, seconds=10)
        mailing.refresh_from_db()
        assert mailing.state == Mailing.SENT
        assert health.circuits(later) == {"a": health.CLOSED}
        assert set(server.counts().values()) == {1}
        known = server.ask()
        assert known["connections"] > 1
        assert known["open"] <= 3


def test_a_relay_that_closes_one_session_after_another_rests(settings, now):
    with SmtpServer() as server:
        server.script({"at": "mail", "say": "421 4.7.0 try later", "act": "close_after"})
        settings.MAIL_RELAYS = [server.relay(name="a", connections=1)]
        mailing_to(40, now)
        engine.send_due(now, seconds=3)
        assert RelayState.objects.get().failures == 1
        assert Delivery.objects.filter(state="deferred").count() < 12, "not the whole list is burnt on it"
        assert server.counts() == {}
        server.script()
        engine.send_due(now + timedelta(minutes=10), seconds=10)
        assert set(server.counts().values()) == {1}
        assert len(server.counts()) == 40


def test_what_is_taken_out_of_use_gets_nothing_more(settings, now, eva):
    settings.MAIL_RELAYS = ["memory://relay?name=a"]
    health.know(["a"])
    state = RelayState.objects.get()
    health.take_out_of_use(state, eva, now)
    mailing_to(3, now)
    engine.send_due(now, seconds=1)
    assert Memory.sent == []
    health.take_into_use(state, eva, now)
    engine.send_due(now, seconds=5)
    assert len(Memory.sent) == 3


def test_trying_now_ends_the_rest(now, eva):
    for _time in range(9):
        health.note_down("a", RelayDown("busy"), now)
        now += timedelta(minutes=6)
    health.note_down("a", RelayDown("busy"), now)
    health.try_now(RelayState.objects.get(), eva, now)
    assert health.circuits(now) == {"a": health.HALF_OPEN}
