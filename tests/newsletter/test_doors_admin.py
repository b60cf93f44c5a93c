"""What the admin's doors answer to odd requests, and to whom they open: words instead of errors."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils import timezone
from wagtail import hooks

from cms.models import Identity
from newsletter import approval, members, sendtime
from newsletter.mailings import start_mailing
from newsletter.models import Issue, Mailing, MailingList, NewsletterRules, Segment
from tests.newsletter import newsroom
from tests.newsletter.stage import make_list, make_member

pytestmark = pytest.mark.django_db

ISSUE, MEMBER = "wagtailsnippets_newsletter_issue:", "wagtailsnippets_newsletter_member:"


@pytest.fixture
def issue(home, eva):
    made = Issue(subject="Nr 3", live=False, mailing_list=make_list(), content=[("text", "<p>Hej</p>")])
    made.save()
    made.save_revision(user=eva)
    return made


@pytest.fixture
def editor(client, eva):
    client.force_login(eva)
    return client


def may(user, *names):
    group = Group.objects.create(name="Några")
    group.permissions.set(Permission.objects.filter(codename__in=("access_admin", *names)))
    user.groups.add(group)


def test_a_time_that_is_none_is_told_and_approves_nothing(editor, issue):
    letter = approval.shown(issue, timezone.now())
    said = editor.post(reverse(ISSUE + "approve", args=[issue.pk]), {"at": "2026-13-45T10:00", "letter": letter}, follow=True)
    assert "Skriv tiden som" in said.content.decode()
    shown = editor.get(reverse(ISSUE + "letter", args=[issue.pk]), {"at": "2026-13-45T10:00"})
    assert "Skriv tiden som" in shown.content.decode()
    assert not Issue.objects.get(pk=issue.pk).live


def test_a_time_without_a_zone_is_stockholm_s(editor, issue):
    assert sendtime.named("2026-03-06T10:00").isoformat() == "2026-03-06T10:00:00+01:00"
    assert editor.get(reverse(ISSUE + "letter", args=[issue.pk]), {"at": "2026-03-06T10:00"}).status_code == 200
    form = {"at": "2027-03-06T10:00", "letter": approval.shown(issue, sendtime.named("2027-03-06T10:00"))}
    editor.post(reverse(ISSUE + "approve", args=[issue.pk]), form)
    assert approval.latest(Issue.objects.get(pk=issue.pk)).as_of == sendtime.named("2027-03-06T10:00")


def test_nothing_is_approved_unseen(editor, issue):
    editor.post(reverse(ISSUE + "approve", args=[issue.pk]))
    assert not Issue.objects.get(pk=issue.pk).live


def test_looking_before_a_send_writes_nothing(editor, issue):
    NewsletterRules.objects.all().delete()
    Identity.objects.all().delete()
    assert editor.get(reverse(ISSUE + "send", args=[issue.pk])).status_code == 200
    assert editor.get(reverse(ISSUE + "letter", args=[issue.pk])).status_code == 200
    assert not NewsletterRules.objects.exists()
    assert not Identity.objects.exists()


def test_an_export_of_a_broken_segment_says_what_is_wrong(editor, home):
    segment = Segment.objects.create(name="Trasigt", conditions={"all": [{"field": "segment", "op": "in", "value": 999}]})
    for ask in (editor.get, editor.post):
        answer = ask(reverse(MEMBER + "export") + f"?segment={segment.pk}", follow=True)
        assert answer.redirect_chain == [(reverse(MEMBER + "list"), 302)]
        assert list(answer.context["messages"])


def test_all_that_is_held_on_the_erased_is_nothing(editor, home, now):
    member = make_member(1, make_list(), now)
    members.erase(member, now)
    answer = editor.post(reverse(MEMBER + "all", args=[member.pk]))
    assert (answer.status_code, answer["Location"]) == (302, reverse(MEMBER + "history", args=[member.pk]))


def test_a_list_is_never_deleted(editor, home, now):
    found = make_list()
    make_member(1, found, now)
    editor.post(reverse("wagtailsnippets_newsletter_mailinglist:delete", args=[found.pk]))
    assert MailingList.objects.filter(pk=found.pk).exists()


def test_an_issue_that_was_sent_is_not_deleted(editor, home):
    sent = newsroom.issue([], mailing_list=make_list())
    start_mailing(sent, sent.mailing_list, timezone.now())
    bulk = reverse("wagtail_bulk_action", args=["newsletter", "issue", "delete"]) + f"?id={sent.pk}"
    for address in (reverse(ISSUE + "delete", args=[sent.pk]), bulk):
        assert "kan inte tas bort" in editor.post(address, follow=True).content.decode()
    assert Issue.objects.filter(pk=sent.pk).exists()


def test_a_segment_that_an_issue_names_is_not_deleted(editor, issue):
    segment = Segment.objects.create(name="Chefer", conditions={"all": []})
    Issue.objects.update(left_out=segment)
    address = reverse("wagtailsnippets_newsletter_segment:delete", args=[segment.pk])
    assert "kan inte tas bort" in editor.post(address, follow=True).content.decode()
    assert Segment.objects.exists()


def test_every_permission_of_ours_can_be_given_to_a_group(home):
    offered = set()
    for permissions in hooks.get_hooks("register_permissions"):
        offered |= set(permissions().filter(content_type__app_label="newsletter").values_list("codename", flat=True))
    assert {"view_member", "view_mailing", "export_member", "add_mailing", "change_mailing", "publish_issue"} <= offered


def test_whoever_started_a_mailing_may_undo_it(client, home, django_user_model):
    ours, others = (django_user_model.objects.create_user(name, f"{name}@example.se", "x") for name in ("ola", "ulla"))
    may(ours, "add_mailing")
    others.groups.set(ours.groups.all())
    sent = newsroom.issue([], mailing_list=make_list())
    mailing = start_mailing(sent, sent.mailing_list, timezone.now(), ours)
    for user, status, state in ((others, 302, "scheduled"), (ours, 302, "cancelled")):
        client.force_login(user)
        assert client.post(reverse(ISSUE + "call_back", args=[mailing.pk])).status_code == status
        assert Mailing.objects.get().state == state
