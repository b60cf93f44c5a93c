"""Digests: made once per list and period, at their hour, as a draft or sent; nothing new makes nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st

from cms.keydates import STOCKHOLM
from newsletter import digest
from newsletter.models import Digest, Issue, Mailing, MailingList, Member, Subscription
from tests.newsletter import newsroom

MONDAY = datetime(2026, 3, 9, 8, 0, tzinfo=STOCKHOLM)


@pytest.fixture
def weekly(home):
    newsroom.association()
    found = MailingList.objects.create(name="Medlemmar", slug="medlemmar", digest="weekly", digest_day=1, digest_hour=8)
    member = Member.objects.create(name="Mia", address="mia@example.se")
    Subscription.objects.create(member=member, list=found)
    return found


@pytest.fixture
def post(publish):
    def make(title, at):
        made = publish(title=title)
        type(made).objects.filter(pk=made.pk).update(first_published_at=at)
        return made

    return make


@pytest.mark.django_db
class TestMaking:
    def test_a_week_s_posts_become_a_draft_and_the_editors_are_told_once(self, weekly, post, eva):
        post("Första", MONDAY - timedelta(days=2))
        post("Andra", MONDAY - timedelta(days=1))
        assert digest.digests_due(MONDAY - timedelta(seconds=1)) == 0
        assert digest.digests_due(MONDAY) == 1
        assert digest.digests_due(MONDAY + timedelta(minutes=1)) == 0
        issue = Issue.objects.get()
        assert (issue.live, issue.subject, issue.mailing_list) == (False, "Andra och 1 till", weekly)
        assert len(issue.get_latest_revision_as_object().content) == 2
        assert not Mailing.objects.exists()
        assert [(sent.to, "Andra och 1 till" in sent.subject) for sent in mail.outbox] == [(["eva@example.se"], True)]

    def test_nothing_new_makes_no_issue_and_is_noted(self, weekly, eva):
        Digest.objects.create(list=weekly, period="2026-W10", outcome="nothing", settled_at=MONDAY)
        assert digest.digests_due(MONDAY) == 0
        assert Digest.objects.get(period="2026-W11").outcome == "nothing"
        assert not Issue.objects.exists()
        assert mail.outbox == []

    def test_two_schedulers_make_one(self, weekly, post):
        post("Ny", MONDAY - timedelta(days=1))
        digest._make(weekly, "2026-W11", MONDAY, sends=False)
        assert digest._make_due(weekly, MONDAY) == 0
        assert Issue.objects.count() == 1

    def test_what_a_dead_process_left_is_finished(self, weekly, post, eva):
        post("Ny", MONDAY - timedelta(days=1))
        digest._make(weekly, "2026-W11", MONDAY, sends=False)
        assert mail.outbox == []
        digest.digests_due(MONDAY + timedelta(minutes=5))
        assert len(mail.outbox) == 1

    def test_it_sends_itself_where_the_list_says_so(self, weekly, post, eva):
        MailingList.objects.update(digest_sends=True)
        post("Ny", MONDAY - timedelta(days=1))
        digest.digests_due(MONDAY)
        mailing = Mailing.objects.get()
        assert (mailing.list, mailing.approval is not None) == (weekly, True)
        assert mail.outbox == []

    def test_what_preflight_stops_stays_a_draft(self, weekly, post, eva):
        MailingList.objects.update(digest_sends=True)
        Member.objects.update(status=Member.BOUNCED)
        post("Ny", MONDAY - timedelta(days=1))
        digest.digests_due(MONDAY)
        assert not Mailing.objects.exists()
        assert "skickades inte av sig självt" in mail.outbox[0].body

    def test_hours_late_it_is_made_but_never_sends_itself(self, weekly, post, eva):
        MailingList.objects.update(digest_sends=True)
        Digest.objects.create(list=weekly, period="2026-W10", outcome="nothing", settled_at=MONDAY)
        post("Ny", MONDAY - timedelta(days=1))
        assert digest.digests_due(MONDAY + timedelta(hours=7)) == 1
        assert not Mailing.objects.exists()

    def test_a_list_that_begins_in_the_midst_of_a_week_waits_for_the_next(self, weekly, post):
        post("Ny", MONDAY)
        assert digest.digests_due(MONDAY + timedelta(days=2)) == 0
        assert digest.digests_due(MONDAY + timedelta(days=7)) == 1

    def test_it_is_off_until_a_list_asks(self, home, post):
        MailingList.objects.create(name="Press", slug="press")
        post("Ny", MONDAY)
        assert digest.digests_due(MONDAY + timedelta(days=7)) == 0
        assert not Digest.objects.exists()


@given(
    hours=st.integers(0, 24 * 365 * 4),
    how=st.sampled_from(["weekly", "monthly"]),
    day=st.integers(1, 28),
    hour=st.integers(3, 23),
)
def test_the_latest_moment_is_behind_us_at_its_hour_and_the_next_period_is_another(hours, how, day, hour):
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    found = MailingList(digest=how, digest_day=day, digest_hour=hour)
    period, moment = digest.due_at(found, at)
    assert moment <= at
    assert moment.astimezone(STOCKHOLM).hour == hour
    assert at - moment < timedelta(days=8 if how == "weekly" else 32)
    later, _moment = digest.due_at(found, moment + timedelta(days=7 if how == "weekly" else 32))
    assert later != period
