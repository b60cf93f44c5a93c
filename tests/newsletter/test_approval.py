"""What was approved is what can be sent: every way around it is tried."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from wagtail.models import Revision

from cms.models import Call, Identity
from cms.publishing import publish_due
from newsletter import approval, mailings
from newsletter.hands import OwnWork
from newsletter.mailings import CannotStart, start_mailing
from newsletter.models import Approval, Issue, Mailing, MailingList, NewsletterRules, Segment
from tests.newsletter import newsroom

pytestmark = pytest.mark.django_db


@pytest.fixture
def members(home):
    newsroom.association()
    return MailingList.objects.create(name="Medlemmar", slug="medlemmar", legal_basis="membership")


@pytest.fixture
def mia(django_user_model):
    return django_user_model.objects.create_superuser("mia", "mia@example.se", "mia-approves")


@pytest.fixture
def post(publish):
    return publish(title="Vi behöver varandra")


def written(members, eva, post=None, **fields):
    """An issue that Eva has written and saved, not approved."""
    made = Issue(subject="Nr 3", live=False, mailing_list=members, **fields)
    made.content = [("text", "<p>Hej</p>"), *([("post", {"post": post, "title": "", "summary": ""})] if post else [])]
    made.save()
    made.save_revision(user=eva)
    return made


def approved(issue, user):
    Issue.objects.get(pk=issue.pk).latest_revision.publish(user=user)
    return Issue.objects.get(pk=issue.pk)


def edited(issue, user, **fields):
    version = Issue.objects.get(pk=issue.pk).get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(version, name, value)
    return version.save_revision(user=user)


def start(issue, members, at=None, **options):
    return start_mailing(issue, members, at or timezone.now(), **options)


def refused(issue, members, at=None):
    with pytest.raises(CannotStart) as caught:
        start(issue, members, at)
    assert not Mailing.objects.exists()
    return str(caught.value)


def test_publishing_approves_and_the_mailing_knows_by_whom(members, eva, mia, post):
    issue = approved(written(members, eva, post), mia)
    kept = issue.approvals.get()
    assert kept.by == mia
    assert start(issue, members).approval == kept
    assert approval.latest(issue) == kept


def test_a_draft_and_a_version_after_the_approval_can_not_be_sent(members, eva, mia, post):
    issue = written(members, eva, post)
    assert "inte godkänt" in refused(issue, members)
    approved(issue, mia)
    edited(issue, eva, subject="Nr 4")
    assert "inte godkänt" in refused(issue, members)
    with pytest.raises(CommandError, match="inte godkänt"):
        call_command("start_mailing", str(issue.pk), "--list", "medlemmar")


def test_a_changed_post_voids_it_and_is_named(members, eva, mia, post):
    issue = approved(written(members, eva, post), mia)
    post.title = "Vi klarar oss själva"
    post.save_revision(user=eva).publish()
    assert "”Vi klarar oss själva” har ändrats sedan dess." in refused(issue, members)
    post.title = "Vi behöver varandra"
    post.save_revision(user=eva).publish()
    assert start(issue, members), "what would be sent is again what was approved"


def test_a_post_that_is_taken_down_stops_it(members, eva, mia, post):
    issue = approved(written(members, eva, post), mia)
    post.unpublish()
    assert "inte publicerat" in refused(issue, members)


def test_a_segment_with_other_conditions_is_another_audience(members, eva, mia):
    segment = Segment.objects.create(name="Chefer", conditions={"all": []})
    issue = approved(written(members, eva, segment=segment), mia)
    segment.conditions = {"any": []}
    segment.save()
    assert "Målgruppen har ändrats: titta på ”Chefer”" in refused(issue, members)


def test_an_issue_for_one_list_goes_to_no_other(members, eva, mia):
    press = MailingList.objects.create(name="Press", slug="press")
    issue = approved(written(members, eva), mia)
    assert "bara för listan ”Medlemmar”" in refused(issue, press)
    with pytest.raises(CommandError, match="bara för listan"):
        call_command("start_mailing", str(issue.pk), "--list", "press")
    assert start(issue, members)


def test_an_issue_for_no_list_goes_to_any(members, eva, mia):
    press = MailingList.objects.create(name="Press", slug="press", legal_basis="consent")
    issue = approved(written(None, eva), mia)
    assert start(issue, press)
    assert start(issue, members)


def test_what_is_taken_down_or_comes_back_unedited_needs_a_new_approval(members, eva, mia):
    issue = approved(written(members, eva), mia)
    issue.unpublish(user=mia)
    assert "inte godkänt" in refused(issue, members)
    again = approved(issue, mia)
    assert again.approvals.count() == 2
    assert start(again, members)


def test_an_approval_from_before_the_latest_publication_does_not_count(members, eva, mia):
    issue = approved(written(members, eva), mia)
    Issue.objects.filter(pk=issue.pk).update(last_published_at=timezone.now() + timedelta(seconds=1))
    assert "Ingen har godkänt" in refused(issue, members)


def test_a_row_changed_behind_the_editors_back_is_noticed(members, eva, mia):
    issue = approved(written(members, eva), mia)
    Issue.objects.filter(pk=issue.pk).update(subject="Annat")
    assert "Ämnesrad" in refused(issue, members)


def test_an_earlier_version_that_is_brought_back_is_a_new_edit(members, eva, mia):
    issue = written(members, eva)
    first = issue.latest_revision
    approved(issue, mia)
    edited(issue, eva, subject="Nr 4")
    issue = approved(issue, mia)
    first.as_object().save_revision(user=eva, previous_revision=first)
    assert "inte godkänt" in refused(issue, members)


def test_what_is_approved_is_what_was_published_not_what_came_after(members, eva, mia):
    issue = written(members, eva)
    version = Issue.objects.get(pk=issue.pk).latest_revision
    edited(issue, eva, subject="Nr 4, under tiden")
    version.publish(user=mia)
    assert "inte godkänt" in refused(issue, members), "there is a newer version"


def test_the_association_s_details_belong_to_the_letter(members, eva, mia):
    issue = approved(written(members, eva), mia)
    who = Identity.load()
    who.postal_address = "Box 1"
    who.save()
    assert "Föreningens uppgifter" in refused(issue, members)


@pytest.mark.parametrize("field", ["sender_name", "reply_to"])
def test_who_the_letter_comes_from_is_approved_too(members, eva, mia, field):
    issue, everywhere = approved(written(members, eva), mia), approved(written(None, eva), mia)
    setattr(members, field, "kassor@example.se")
    members.save()
    for one in (issue, everywhere):
        assert "Listans namn, avsändarnamn eller svarsadress har ändrats." in refused(one, members)
        approval.approve(one, mia, timezone.now())
        assert start(one, members).envelope[field] == "kassor@example.se"
        Mailing.objects.all().delete()


def test_time_alone_voids_only_what_it_changes(members, eva, mia, publish):
    soon = date.today() + timedelta(days=3)  # noqa: DTZ011
    call = publish(Call, title="Sök stipendiet", deadline=soon, wanted="ansökan")
    issue = approved(written(members, eva, call), mia)
    later = timezone.now() + timedelta(days=40)
    words = refused(issue, members, later)
    assert "”Sök stipendiet” ändras med tiden" in words
    assert timezone.localtime(later).strftime("%Y-%m-%d") in words
    approval.approve(issue, mia, timezone.now(), as_of=later)
    assert start(issue, members, later), "approved as it will stand then"


def test_a_draft_is_approved_as_it_will_stand_then(members, eva, mia, publish):
    call = publish(Call, title="Sök stipendiet", deadline=date.today() + timedelta(days=1), wanted="ansökan")  # noqa: DTZ011
    issue, later = written(members, eva, call), timezone.now() + timedelta(days=3)
    approval.approve(issue, mia, timezone.now(), as_of=later)
    assert approval.latest(issue).as_of == later
    assert start(issue, members, later)


def test_a_letter_that_time_does_not_change_may_wait_for_months(members, eva, mia, post):
    issue = approved(written(members, eva, post, number=3), mia)
    assert start(issue, members, timezone.now() + timedelta(days=200))


def test_approving_what_stands_now_mends_it(members, eva, mia, post):
    issue = approved(written(members, eva, post), mia)
    post.title = "Nytt"
    post.save_revision(user=eva).publish()
    approval.approve(issue, mia, timezone.now())
    assert start(issue, members).approval.by == mia


def test_approving_a_draft_publishes_its_latest_version(members, eva, mia):
    issue = written(members, eva)
    edited(issue, eva, subject="Nr 4")
    approval.approve(issue, mia, timezone.now())
    assert start(issue, members).subject == "Nr 4"


def test_what_code_made_live_needs_no_approval_until_somebody_edits(members, eva):
    issue = newsroom.issue([], mailing_list=members)
    edited(issue, eva, subject="Ändrat")
    assert "inte godkänt" in refused(issue, members)
    made = newsroom.issue([], mailing_list=members)
    assert start(made, members).approval is None


def test_an_edit_in_the_midst_of_the_start_stops_it(members, eva, mia, monkeypatch):
    issue = approved(written(members, eva), mia)
    real = mailings.demand

    def meanwhile(*arguments):
        found = real(*arguments)
        edited(issue, eva, subject="Under tiden")
        return found

    monkeypatch.setattr(mailings, "demand", meanwhile)
    assert "Någon har just ändrat numret" in refused(issue, members)


def test_a_scheduled_version_is_approved_by_whoever_set_the_time(members, eva, mia, django_capture_on_commit_callbacks):
    issue = written(members, eva)
    version = edited(issue, eva, go_live_at=timezone.now() + timedelta(hours=1))
    version.publish(user=mia)
    assert "inte godkänt" in refused(issue, members)
    assert not Approval.objects.exists()
    Revision.objects.filter(pk=version.pk).update(content=version.content | {"go_live_at": "2026-01-01T08:00:00Z"})
    with django_capture_on_commit_callbacks(execute=True):
        publish_due(timezone.now() + timedelta(hours=2))
    assert Approval.objects.get().by == mia
    assert start(issue, members)


class TestAnotherPerson:
    """The rule that whoever edited can't be the one who approves."""

    @pytest.fixture(autouse=True)
    def _rule(self, home):
        NewsletterRules.objects.update_or_create(defaults={"second_person": True})

    def test_the_writer_can_not_publish(self, members, eva, mia):
        issue = written(members, eva)
        with pytest.raises(OwnWork, match="Någon annan måste godkänna"):
            approved(issue, eva)
        assert not Issue.objects.get(pk=issue.pk).live
        assert start(approved(issue, mia), members)

    def test_whoever_added_a_comma_is_a_writer_too(self, members, eva, mia):
        issue = written(members, eva)
        edited(issue, mia, subject="Nr 3,")
        for user in (eva, mia):
            with pytest.raises(OwnWork):
                approved(issue, user)

    def test_saving_without_a_change_is_no_edit(self, members, eva, mia):
        issue = written(members, eva)
        edited(issue, mia)
        assert start(approved(issue, mia), members)

    def test_the_turn_changes_with_every_approval(self, members, eva, mia):
        issue = approved(written(members, eva), mia)
        edited(issue, mia, subject="Nr 4")
        with pytest.raises(OwnWork):
            approved(issue, mia)
        assert start(approved(issue, eva), members)

    def test_a_post_s_editor_can_not_approve_the_change_anew(self, members, eva, mia, post):
        issue = approved(written(members, eva, post), mia)
        post.title = "Nytt"
        post.save_revision(user=mia).publish()
        with pytest.raises(OwnWork):
            approval.approve(issue, mia, timezone.now())
        approval.approve(issue, eva, timezone.now())
        assert start(issue, members)

    def test_an_approval_given_before_the_rule_does_not_count_if_it_was_one_s_own(self, members, eva, mia):
        NewsletterRules.objects.update(second_person=False)
        issue = approved(written(members, eva), eva)
        NewsletterRules.objects.update(second_person=True)
        assert "Någon annan måste godkänna" in refused(issue, members)
        with pytest.raises(OwnWork):
            approval.approve(issue, eva, timezone.now())
        approval.approve(issue, mia, timezone.now())
        assert start(issue, members)

    def test_nobody_is_not_another_person(self, members, eva):
        issue = approved(written(members, eva), None)
        assert "inget godkännande av någon annan" in refused(issue, members)

    def test_overwriting_the_approved_version_is_an_edit(self, members, eva, mia):
        issue = written(members, eva)
        mine = edited(issue, mia)
        approved(issue, mia)
        version = Issue.objects.get(pk=issue.pk).get_latest_revision_as_object()
        version.subject = "Efteråt"
        version.save_revision(user=mia, overwrite_revision=mine)
        with pytest.raises(OwnWork):
            approved(issue, mia)
        assert "inte godkänt" in refused(issue, members)
