"""What a mailing keeps to while it is sent: consent to the last moment, frozen words, its time and its pace."""

import time
from datetime import datetime, timedelta

import pytest

from newsletter import engine, mailings, members
from newsletter.audience import freeze_slice
from newsletter.models import Delivery, Mailing, MailingList, Member
from tests.newsletter.stage import make_list, make_mailing, make_members
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db


def test_who_leaves_in_the_middle_gets_nothing(server, send, now):
    mailing_list = make_list()
    people = make_members(6, mailing_list, now)
    mailing = make_mailing(mailing_list, now)
    Mailing.objects.update(state=Mailing.PREPARING)
    mailing.refresh_from_db()
    freeze_slice(mailing, now)
    members.unsubscribe(people[0].pk, mailing_list.pk, now, source="test")
    members.erase(people[1], now)
    members.suppress(people[2].address_hash, "manual", now)
    Member.objects.filter(pk=people[3].pk).update(status=Member.BOUNCED)
    assert send(server, mailing=mailing).state == Mailing.SENT
    assert server.counts() == {"m4@exempel.se": 1, "m5@exempel.se": 1}
    reasons = dict(Delivery.objects.filter(state="excluded").values_list("member_id", "reason"))
    assert [reasons[person.pk] for person in people[:4]] == ["unsubscribed", "erased", "suppressed", "bounced"]


def test_subscribers_who_cannot_be_mailed_are_counted_not_forgotten(server, send, now):
    mailing_list = make_list()
    people = make_members(3, mailing_list, now)
    Member.objects.filter(pk=people[0].pk).update(status=Member.BOUNCED)
    members.suppress(people[1].address_hash, "complaint", now)
    mailing = send(server, mailing=make_mailing(mailing_list, now))
    report = mailings.report(mailing)
    assert (report.frozen, report.counts["accepted"], report.counts["excluded"]) == (3, 1, 2)


def test_what_was_changed_after_the_start_is_not_sent(server, send, now):
    mailing_list = make_list()
    make_members(2, mailing_list, now)
    mailing = make_mailing(mailing_list, now)
    Mailing.objects.update(html="<p>något annat</p>")
    mailing = send(server, mailing=mailing)
    assert mailing.state == Mailing.PAUSED
    assert mailing.why
    assert server.counts() == {}


def test_a_list_that_changes_after_the_start_changes_no_letter(server, send, now):
    mailing_list = make_list()
    make_members(1, mailing_list, now)
    mailing = make_mailing(mailing_list, now)
    MailingList.objects.update(name="Något annat", sender_name="Någon annan", reply_to="annan@exempel.se")
    send(server, mailing=mailing)
    (letter,) = server.messages()
    assert "annan@exempel.se" not in str(letter)
    assert mailing_list.name in str(letter)


def test_hours_late_is_held_and_asked_about(server, send, now):
    mailing_list = make_list()
    make_members(2, mailing_list, now)
    mailing = send(server, mailing=make_mailing(mailing_list, now), at=now + timedelta(hours=7))
    assert mailing.state == Mailing.HELD
    engine.resume(mailing, now + timedelta(hours=7))
    assert send(server, mailing=mailing, at=now + timedelta(hours=7)).state == Mailing.SENT


def test_a_pace_is_kept(settings, send, now):
    with SmtpServer() as server:
        began = time.monotonic()
        mailing = send(server, 15, per_second=10)
        assert mailing.state == Mailing.SENT
        assert time.monotonic() - began > 0.8


def test_a_domain_has_its_own_pace(settings, send, now):
    with SmtpServer() as server:
        mailing = send(server, 6, per_domain=5, seconds=6)
        assert mailing.state == Mailing.SENT


@pytest.mark.parametrize(
    ("start", "before", "held"),
    [
        # 02.30 comes twice that night; the first is meant, and six hours are six hours whatever the clocks show.
        ("2026-10-25T02:30+02:00", "2026-10-25T00:29:59+00:00", "2026-10-25T06:30:01+00:00"),
        ("2026-10-25T02:30+01:00", "2026-10-25T01:29:59+00:00", "2026-10-25T07:30:01+00:00"),
        ("2026-03-29T01:30+01:00", "2026-03-29T00:29:59+00:00", "2026-03-29T06:30:01+00:00"),
    ],
    ids=["autumn, first", "autumn, second", "spring"],
)
def test_in_the_nights_when_the_clocks_change_a_mailing_starts_at_its_moment(start, before, held):
    moment, earlier, later = (datetime.fromisoformat(text) for text in (start, before, held))
    mailing_list = make_list()
    punctual, late = make_mailing(mailing_list, moment), make_mailing(mailing_list, moment)

    def state(mailing, at):
        mailings.begin_due(at)
        mailing.refresh_from_db()
        return mailing.state

    assert state(punctual, earlier) == Mailing.SCHEDULED
    Mailing.objects.filter(pk=late.pk).update(state=Mailing.PAUSED)
    assert state(punctual, moment) == Mailing.SENT, "nobody is on the list, so it is done at once"
    Mailing.objects.filter(pk=late.pk).update(state=Mailing.SCHEDULED)
    assert state(late, later) == Mailing.HELD
