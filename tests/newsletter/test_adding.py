"""“Lägg i nästa nummer”: which issue is next, once each, and what stands in the way."""

import threading

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, ModelLogEntry, PageViewRestriction, Workflow, WorkflowTask

from cms.trail import Look
from newsletter import adding
from newsletter.adding import NotNow, add_to_next
from newsletter.mailings import start_mailing
from newsletter.models import Issue, Mailing, MailingList
from tests.newsletter import newsroom

pytestmark = pytest.mark.django_db


@pytest.fixture
def members(home):
    newsroom.association()
    return MailingList.objects.create(name="Medlemmar", slug="medlemmar", legal_basis="membership")


@pytest.fixture
def draft(members, eva):
    """The list's issue no. 3, with another text in its latest version than in its row."""
    made = Issue(subject="Nr 3", live=False, mailing_list=members, number=3)
    made.save()
    made.content = [("text", "<p>Hej</p>")]
    made.save_revision(user=eva)
    return made


def titles(issue):
    latest = Issue.objects.get(pk=issue.pk).get_latest_revision_as_object()
    return [block.value["post"].title if block.block_type == "post" else block.block_type for block in latest.content]


def offers(post, user):
    return [(offer.label, offer.why_not) for offer in adding.offers(Look(post, user, timezone.now(), may_publish=True))]


def refusal(post, members, user):
    with pytest.raises(NotNow) as caught:
        add_to_next(post, members, user)
    (offer,) = offers(post, user)
    assert offer[1] == str(caught.value), "the button says beforehand what the door says"
    return str(caught.value)


class TestTheNextIssue:
    def test_the_post_comes_last_in_the_newest_draft_as_a_version_of_the_editors(self, draft, publish, members, eva):
        versions = draft.revisions.count()
        assert add_to_next(publish(), members, eva).pk == draft.pk
        assert titles(draft) == ["text", "Vi behöver varandra"]
        assert (draft.revisions.count(), draft.revisions.latest("pk").user) == (versions + 1, eva)
        assert ModelLogEntry.objects.filter(object_id=str(draft.pk), action="wagtail.edit", user=eva).count() == 1

    def test_twice_adds_once(self, draft, publish, members, eva):
        post = publish()
        assert add_to_next(post, members, eva).pk == add_to_next(post, members, eva).pk
        assert titles(draft).count(post.title) == 1
        assert offers(post, eva) == [("Lägg i nästa nummer", "Det ligger redan i nr 3, ”Nr 3”.")]

    def test_without_a_draft_one_is_begun_with_the_next_number(self, publish, members, eva):
        start_mailing(newsroom.issue([], mailing_list=members, number=7), members, timezone.now())
        made = add_to_next(publish(), members, eva)
        assert (made.number, made.mailing_list, made.subject, made.live) == (8, members, "Vi behöver varandra", False)
        assert titles(made) == ["Vi behöver varandra"]
        assert ModelLogEntry.objects.get(object_id=str(made.pk), action="wagtail.create").user == eva

    def test_a_draft_for_another_list_or_a_correction_is_not_next(self, draft, publish, members, eva):
        press = MailingList.objects.create(name="Press", slug="press")
        mailing = start_mailing(newsroom.issue([], mailing_list=press, number=4), press, timezone.now())
        Issue.objects.create(subject="Rättelse", mailing_list=press, corrects=mailing, live=False)
        post = publish()
        assert offers(post, eva) == [("Lägg i nästa nummer till ”Medlemmar”", ""), ("Lägg i nästa nummer till ”Press”", "")]
        made = add_to_next(post, press, eva)
        assert (made.number, made.mailing_list, titles(draft)) == (5, press, ["text"])

    def test_the_list_that_was_chosen_last_counts(self, draft, publish, members, eva):
        draft.mailing_list = MailingList.objects.create(name="Press", slug="press")
        draft.save_revision(user=eva)
        assert add_to_next(publish(), members, eva).pk != draft.pk

    def test_an_issue_without_a_list_is_the_only_lists(self, publish, members, eva):
        free = Issue.objects.create(subject="Fritt", live=False)
        free.save_revision()
        assert add_to_next(publish(), members, eva).pk == free.pk


class TestWhatStandsInTheWay:
    def test_a_draft_of_a_post_and_a_restricted_one(self, draft, publish, members, eva):
        post = publish()
        PageViewRestriction.objects.create(page=post, restriction_type="login")
        assert refusal(post, members, eva) == "Det är inte öppet för alla på listan."
        post.unpublish()
        post.refresh_from_db()
        assert refusal(post, members, eva) == "Det finns inte på webbplatsen än."

    def test_somebody_elses_lock(self, draft, publish, members, eva, django_user_model):
        other = django_user_model.objects.create_superuser("olle")
        Issue.objects.update(locked=True, locked_by=other)
        assert "som är låst" in refusal(publish(), members, eva)
        Issue.objects.update(locked_by=eva)
        assert add_to_next(publish(title="Min egen"), members, eva).pk == draft.pk

    @pytest.mark.filterwarnings("ignore:get_connection")
    def test_an_issue_in_approval(self, draft, publish, members, eva):
        workflow = Workflow.objects.create(name="Granskning")
        WorkflowTask.objects.create(workflow=workflow, task=GroupApprovalTask.objects.create(name="Läs"), sort_order=0)
        workflow.start(draft, eva)
        assert "som väntar på godkännande" in refusal(publish(), members, eva)
        assert titles(draft) == ["text"]

    def test_an_issue_whose_sending_has_just_begun(self, draft, publish, members, eva, monkeypatch):
        found = adding.unsent()
        Mailing.objects.create(issue=draft, list=members, subject="Nr 3")
        monkeypatch.setattr(adding, "unsent", lambda: found)
        with pytest.raises(NotNow, match="som håller på att skickas"):
            add_to_next(publish(), members, eva)

    def test_what_the_list_has_had_is_not_offered_again(self, publish, members, eva):
        post = publish()
        start_mailing(newsroom.issue([post], mailing_list=members, number=3), members, timezone.now())
        assert "Det har redan varit med i nr 3, ”Mod, möten" in offers(post, eva)[0][1]


class TestTheDoor:
    def press(self, client, post, members, **data):
        return client.post(reverse("newsletter_add_post", args=[post.pk, members.pk]), data, follow=True)

    def test_it_leads_to_the_issue_with_words_and_a_way_back(self, draft, publish, members, eva, client):
        client.force_login(eva)
        post = publish()
        back = reverse("cms_spread", args=[post.pk])
        answer = self.press(client, post, members, next=back)
        assert answer.redirect_chain[-1][0].endswith(f"/issue/edit/{draft.pk}/")
        words = answer.content.decode()
        assert "”Vi behöver varandra” ligger i det här numret." in words
        assert f'href="{back}"' in words

    def test_it_says_why_not_and_leads_back(self, draft, publish, members, eva, client):
        client.force_login(eva)
        post = publish()
        post.unpublish()
        back = reverse("cms_spread", args=[post.pk])
        answer = self.press(client, post, members, next=back)
        assert answer.redirect_chain == [(back, 302)]
        assert "Det finns inte på webbplatsen än." in answer.content.decode()

    def test_who_may_not_edit_issues_neither_sees_nor_opens_it(self, draft, publish, members, client, django_user_model):
        otto = django_user_model.objects.create_user("otto")
        otto.user_permissions.add(Permission.objects.get(codename="access_admin"))
        client.force_login(otto)
        post = publish()
        assert offers(post, otto) == []
        self.press(client, post, members)
        assert titles(draft) == ["text"]

    def test_who_may_only_change_issues_begins_none(self, publish, members, django_user_model):
        otto = django_user_model.objects.create_user("otto")
        otto.user_permissions.add(Permission.objects.get(codename="change_issue"))
        assert "du får inte skapa ett nytt nummer" in refusal(publish(), members, otto)

    def test_a_get_changes_nothing(self, draft, publish, members, eva, client):
        client.force_login(eva)
        assert client.get(reverse("newsletter_add_post", args=[publish().pk, members.pk])).status_code == 405
        assert titles(draft) == ["text"]


# On SQLite a transaction is alone from its first statement, and the tests' own lies in memory, where nobody waits.
if connection.vendor == "postgresql":

    @pytest.mark.django_db(transaction=True, serialized_rollback=True)
    def test_two_at_once_begin_one_issue(publish, members, eva):
        post, together, done = publish(), threading.Barrier(2), []

        def press():
            together.wait(10)
            done.append(add_to_next(post, members, eva).pk)
            connection.close()

        both = [threading.Thread(target=press) for _one in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join(30)
        assert done == [Issue.objects.get().pk] * 2
        assert titles(Issue.objects.get()) == [post.title]
