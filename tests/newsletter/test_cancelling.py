"""What a cancelled mailing does to the issue's other mailings, and long freezes that hold nobody up."""

from datetime import timedelta

import pytest

from newsletter import audience, cancelling, engine, mailings, office, tallies
from newsletter.models import Delivery, Mailing, Subscription, Tally
from newsletter.progress import progress
from tests.newsletter.stage import make_list, make_mailing, make_members
from tests.newsletter.test_ledger import tallied

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(now):
    """Three mailings of one issue to three lists with the same six people; the first one gets them."""
    lists = [make_list(slug) for slug in "abc"]
    people = make_members(6, lists[0], now)
    Subscription.objects.bulk_create(Subscription(member=member, list=other) for member in people for other in lists[1:])
    made = [make_mailing(one, now) for one in lists]
    Mailing.objects.update(issue=made[0].issue, state=Mailing.PREPARING)
    mailings.begin_due(now)
    for mailing in made:
        mailing.refresh_from_db()
    # All its letters are another's, so the second is done already.
    Mailing.objects.filter(pk__in=[made[1].pk, made[2].pk]).update(state=Mailing.PAUSED, finished_at=None)
    return made


def in_states(mailing):
    assert tallied(mailing) == Delivery.objects.filter(mailing_id=mailing.pk).counted()
    rows = Delivery.objects.filter(mailing_id=mailing.pk).order_by("member_id")
    return [f"{state} {reason}".strip() for state, reason in rows.values_list("state", "reason")]


def test_whom_a_cancelled_mailing_kept_out_of_another_the_other_reaches_once(three, now):
    first, second, third = three
    assert in_states(second) == in_states(third) == ["excluded duplicate"] * 6
    keys = list(Delivery.objects.filter(mailing_id=first.pk).order_by("member_id").values_list("member_id", flat=True))
    for key, state in zip(keys, ["accepted", "uncertain", "sending", "refused", "deferred"], strict=False):
        Delivery.objects.filter(mailing_id=first.pk, member_id=key).update(state=state)
    mailings.cancel(first, now)
    # Who was refused there isn't tried by another way; the others that were cancelled are wanted here again.
    assert in_states(second) == ["excluded duplicate"] * 4 + ["waiting"] * 2
    assert in_states(third) == ["excluded duplicate"] * 6
    mailings.cancel(second, now)
    assert in_states(third) == ["excluded duplicate"] * 4 + ["waiting"] * 2
    Delivery.objects.filter(mailing_id=first.pk, state="sending").update(state="waiting")
    mailings.begin_due(now)
    assert in_states(third)[2] == "waiting"
    assert progress(first, now).advice == ""


def test_a_mailing_that_has_ended_reaches_nobody_more_and_the_page_says_so(three, now):
    first, second, third = three
    Mailing.objects.filter(pk__in=[second.pk, third.pk]).update(state=Mailing.SENT, finished_at=now)
    mailings.cancel(first, now)
    assert in_states(second) == ["excluded duplicate"] * 6
    assert cancelling.missed(first) == 6
    assert "6 personer hoppades över i ett annat utskick" in progress(first, now).advice
    assert progress(second, now).advice == ""


def test_freezes_and_cancellations_go_slice_by_slice(now, monkeypatch):
    monkeypatch.setattr(audience, "SLICE", 10)
    monkeypatch.setattr(cancelling, "SLICE", 10)
    mailing_list = make_list()
    make_members(25, mailing_list, now)
    mailing = make_mailing(mailing_list, now)
    rows = Delivery.objects.filter(mailing_id=mailing.pk)
    for reached in (10, 20, 25):
        assert mailings.begin_due(now, 0)
        assert rows.count() == reached
    assert not mailings.begin_due(now, 0)
    Mailing.objects.filter(pk=mailing.pk).update(state=Mailing.CANCELLED)
    left = []
    while mailings.begin_due(now, 0):
        left.append(rows.filter(state="waiting").count())
    assert left == [15, 5]
    mailing.refresh_from_db()
    assert mailing.finished_at == now


def test_a_pause_is_seen_while_another_mailing_freezes(server, send, now, monkeypatch):
    monkeypatch.setattr(audience, "SLICE", 5)
    monkeypatch.setattr(office, "BEGIN_SECONDS", 0)
    monkeypatch.setattr(office, "CONTROL_SECONDS", 0)
    mailing_list, other_list = make_list("a"), make_list("b")
    make_members(40, mailing_list, now)
    make_members(100, other_list, now, first=100)
    mailing, other = make_mailing(mailing_list, now), make_mailing(other_list, now + timedelta(seconds=1))
    mailings.begin_due(now)
    slices = []

    def pausing(found, at, size):
        slices.append(found.pk)
        if len(slices) == 3:
            mailings.pause(mailing)
        return audience.freeze_slice(found, at, size)

    monkeypatch.setattr(mailings, "freeze_slice", pausing)
    Mailing.objects.filter(pk=other.pk).update(state=Mailing.PREPARING)
    send(server, mailing=mailing, connections=1, per_second=20, seconds=3)
    assert mailing.state == Mailing.PAUSED
    assert Delivery.objects.filter(mailing_id=mailing.pk, state="waiting").count() > 20
    other.refresh_from_db()
    assert (len(slices), other.frozen_count) == (21, 100)
    assert engine.report(other).counts["accepted"] > 0


def test_what_stands_still_is_counted_anew_once_a_day(three, now):
    _first, second, third = three
    Tally.objects.filter(state="excluded").update(count=7)
    Mailing.objects.filter(pk=third.pk).update(state=Mailing.SENDING)
    assert tallies.recount_still(now + tallies.LATELY) == 1
    assert in_states(second) == ["excluded duplicate"] * 6
    assert tallied(third) != Delivery.objects.filter(mailing_id=third.pk).counted(), "its rows move"
    mailings.report(third, recount=True)
    assert in_states(third) == ["excluded duplicate"] * 6
    assert tallies.recount_still(now + tallies.LATELY) == 0


def test_whom_a_cancelled_mailing_spared_another_letter_gets_that_one(now):
    mailing_list = make_list()
    people = make_members(4, mailing_list, now)
    Subscription.objects.exclude(member=people[3]).update(frequency=Subscription.SELDOM)
    first, second, third = (make_mailing(mailing_list, now) for _ in range(3))
    mailings.begin_due(now)
    assert in_states(second) == in_states(third) == ["excluded frequency"] * 3 + ["waiting"]
    Delivery.objects.filter(mailing_id=first.pk, member=people[0]).update(state="accepted", settled_at=now)
    Mailing.objects.filter(pk__in=[second.pk, third.pk]).update(state=Mailing.PAUSED, finished_at=None)
    mailings.cancel(first, now)
    assert in_states(second) == ["excluded frequency", "waiting", "waiting", "waiting"]
    # The second gets them now, so the third still spares them.
    assert in_states(third) == ["excluded frequency"] * 3 + ["waiting"]
    mailings.cancel(second, now)
    assert in_states(third) == ["excluded frequency", "waiting", "waiting", "waiting"]
