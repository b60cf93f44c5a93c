"""What comes late to the ledger: answers of workers that lost their batch, evidence, and rows during a cancellation."""

from datetime import timedelta

import pytest
from django.db import connection

from newsletter import ledger, mailings
from newsletter.audience import freeze_slice
from newsletter.journal import Journal
from newsletter.leases import settle_expired
from newsletter.models import Delivery, Mailing
from newsletter.relays import ACCEPTED, UNCERTAIN, Outcome, Parcel
from tests.newsletter.stage import make_list, make_mailing, make_members
from tests.newsletter.test_ledger import OUTCOMES, tallied

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("late", [outcome for outcome in OUTCOMES if outcome.state != ACCEPTED])
def test_whoever_lost_the_batch_writes_nothing(now, late):
    mailing_list = make_list()
    make_members(1, mailing_list, now)
    mailing = make_mailing(mailing_list, now, state=Mailing.PREPARING)
    freeze_slice(mailing, now)
    first = ledger.claim(mailing, "a", "host:1:gone", now, 1)
    old = Parcel(mailing.pk, first.rows[0][0], first.batch, "", first.rows[0][1], bytes, relay="a")
    Journal("host:1:gone").close()
    settle_expired(now)
    second = ledger.claim(mailing, "a", "host:2:alive", now, 1)
    assert second.rows == first.rows
    ledger.mark([(old, late)], now)
    assert Delivery.objects.get().state == Delivery.SENDING
    new = Parcel(mailing.pk, old.member, second.batch, "", old.address, bytes, relay="a")
    ledger.mark([(new, Outcome(ACCEPTED, "250"))], now)
    ledger.mark([(old, late)], now)
    assert Delivery.objects.get().state == Delivery.ACCEPTED


def test_evidence_that_comes_late_settles_an_uncertain_row(now):
    mailing_list = make_list()
    make_members(1, mailing_list, now)
    mailing = make_mailing(mailing_list, now, state=Mailing.PREPARING)
    freeze_slice(mailing, now)
    taken = ledger.claim(mailing, "a", "host:1:frozen", now, 1)
    frozen = Journal("host:1:frozen")
    parcel = Parcel(mailing.pk, taken.rows[0][0], taken.batch, "", taken.rows[0][1], bytes, relay="a")
    frozen.begin(parcel.batch, parcel.member)
    settle_expired(now + timedelta(minutes=5))
    assert Delivery.objects.get().state == Delivery.UNCERTAIN
    ledger.mark([(parcel, Outcome(ACCEPTED, "250"))], now)
    assert Delivery.objects.get().state == Delivery.ACCEPTED
    frozen.close()


def test_whoever_wakes_and_has_not_sent_it_takes_the_doubt_away(now):
    mailing_list = make_list()
    people = make_members(3, mailing_list, now)
    mailing = make_mailing(mailing_list, now, state=Mailing.PREPARING)
    freeze_slice(mailing, now)
    taken = ledger.claim(mailing, "a", "host:1:frozen", now, 3)
    parcels = [Parcel(mailing.pk, key, taken.batch, "", address, bytes, relay="a") for key, address, _name in taken.rows]
    ledger.mark([(parcel, Outcome(UNCERTAIN, "lost")) for parcel in parcels[:2]], now)
    mailings.leave(mailing, parcels[1].member, now)
    ledger.give_back(parcels, now)
    rows = Delivery.objects.filter(mailing_id=mailing.pk).order_by("member_id")
    assert list(rows.values_list("state", flat=True)) == ["waiting", "left", "waiting"]
    assert tallied(mailing) == rows.counted()
    assert {row[0] for row in ledger.claim(mailing, "a", "host:2:new", now, 3).rows} == {people[0].pk, people[2].pk}


def test_a_row_that_comes_back_during_a_cancellation_is_cancelled_too(now):
    mailing_list = make_list()
    make_members(1, mailing_list, now)
    mailing = make_mailing(mailing_list, now)
    mailings.begin_due(now)
    rows = Delivery.objects.filter(mailing_id=mailing.pk)
    rows.update(state=Delivery.SENDING)

    def give_back_after_the_look(execute, sql, params, many, context):
        looked = sql.startswith("SELECT") and '"newsletter_delivery"' in sql
        found = execute(sql, params, many, context)
        if looked:
            members_seen = context["cursor"].fetchall()
            assert members_seen == []
            with connection.cursor() as other:
                other.cursor.execute("UPDATE newsletter_delivery SET state = 'waiting' WHERE state = 'sending'")
            execute(sql.replace("WHERE", "WHERE 1 = 0 AND", 1), params, many, context)
        return found

    mailing.refresh_from_db()
    with connection.execute_wrapper(give_back_after_the_look):
        mailings.cancel(mailing, now)
    mailing.refresh_from_db()
    assert (mailing.state, mailing.finished_at) == (Mailing.CANCELLED, None)
    mailings.begin_due(now)
    mailing.refresh_from_db()
    assert (rows.get().state, mailing.finished_at) == (Delivery.CANCELLED, now)
    with pytest.raises(mailings.WrongState):
        mailings.resend(mailing, rows.get().member_id)
