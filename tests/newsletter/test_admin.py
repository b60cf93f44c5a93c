"""The admin's pages: who may, that GET changes nothing, and what each button does."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.utils import timezone

from newsletter import mailings
from newsletter.blocks import IssueBlock
from newsletter.models import Delivery, Issue, Mailing, MailingList, Member, RelayState, SingleMail, Subscription
from newsletter.progress import progress
from tests.newsletter import newsroom

RELAYS = "/admin/snippets/newsletter/relaystate"
ISSUE, MAILING = "/admin/snippets/newsletter/issue", "/admin/snippets/newsletter/mailing"


@pytest.fixture
def members(home):
    found = MailingList.objects.create(name="Medlemmar", slug="medlemmar")
    for number in range(5):
        member = Member.objects.create(name=f"M{number}", address=f"m{number}@example.se")
        Subscription.objects.create(member=member, list=found)
    return found


@pytest.fixture
def issue(members):
    newsroom.association()
    made = newsroom.issue([], mailing_list=members)
    made.save_revision().publish()
    return Issue.objects.get(pk=made.pk)


@pytest.fixture
def mailing(issue, members):
    made = mailings.start_mailing(issue, members, timezone.now())
    mailings.begin_due(timezone.now())
    made.refresh_from_db()
    return made


@pytest.fixture
def desk(client, eva):
    client.force_login(eva)
    return client


@pytest.fixture
def writer(client, django_user_model):
    """Somebody who may write issues and nothing else."""
    user = django_user_model.objects.create_user("siv", "siv@example.se", "siv-writes")
    user.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", "add_issue", "change_issue"]))
    client.force_login(user)
    return client


def counts():
    states = Mailing.objects.values_list("state", flat=True)
    return [model.objects.count() for model in (Mailing, Delivery, SingleMail)] + list(states)


def acts(mailing):
    """The addresses that do something about a mailing."""
    steer = [f"{MAILING}/progress/{mailing.pk}/{act}/" for act in ("pause", "resume", "cancel")]
    return [*steer, *(f"{MAILING}/uncertain/{act}/" for act in ("resend", "leave"))]


def test_get_changes_nothing(desk, issue, mailing):
    before = counts()
    for path in (f"{ISSUE}/", f"{ISSUE}/edit/{issue.pk}/", f"{ISSUE}/test/{issue.pk}/", f"{ISSUE}/send/{issue.pk}/",
                 f"{ISSUE}/letter/{issue.pk}/", f"{MAILING}/", f"{MAILING}/progress/{mailing.pk}/",
                 f"{MAILING}/progress/{mailing.pk}/fragment/"):  # fmt: skip
        assert desk.get(path).status_code == 200, path
    for act in acts(mailing):
        assert desk.get(act).status_code == 405
    assert counts() == before


def test_whoever_may_only_write_can_test_but_not_send_or_steer(writer, issue, mailing):
    assert writer.get(f"{ISSUE}/test/{issue.pk}/").status_code == 200
    page = writer.get(f"{ISSUE}/edit/{issue.pk}/").content.decode()
    assert f"{ISSUE}/test/{issue.pk}/" in page
    assert f"{ISSUE}/send/{issue.pk}/" not in page
    before = counts()
    refused = [
        writer.get(f"{ISSUE}/send/{issue.pk}/"),
        writer.post(f"{ISSUE}/send/{issue.pk}/", {"mailing_list": mailing.list_id, "when": "now"}),
        writer.get(f"{MAILING}/progress/{mailing.pk}/"),
        writer.get(f"{MAILING}/progress/{mailing.pk}/fragment/"),
        *map(writer.post, acts(mailing)),
    ]
    # Wagtail sends whoever lacks a permission back to the admin's home.
    assert {answer.status_code for answer in refused} <= {302, 403}
    assert all(answer.status_code == 403 or answer["Location"] == "/admin/" for answer in refused)
    assert counts() == before


def test_strangers_meet_the_login_page(client, issue):
    assert "login" in client.get(f"{ISSUE}/send/{issue.pk}/")["Location"]


def test_mailings_can_not_be_written_by_hand(desk, mailing):
    for path in (f"{MAILING}/add/", f"{MAILING}/edit/{mailing.pk}/", f"{MAILING}/delete/{mailing.pk}/"):
        assert desk.get(path).status_code == 404


def test_members_can_not_be_deleted(desk, members):
    member = Member.objects.first()
    desk.post(f"/admin/snippets/newsletter/member/delete/{member.pk}/")
    assert Member.objects.filter(pk=member.pk).exists()


def test_a_test_goes_to_the_editor_alone(desk, issue, settings):
    # The test runner puts a mailbox of its own in the postbox's place.
    settings.MAILERS = {"default": {"BACKEND": "newsletter.postbox.Postbox"}}
    desk.post(f"{ISSUE}/test/{issue.pk}/")
    mail = SingleMail.objects.get()
    assert mail.recipient == "eva@example.se"
    assert mail.subject == f"Test: {issue.subject}"
    assert b"@@" not in bytes(mail.message)
    assert all(len(line) <= 998 for line in bytes(mail.message).split(b"\r\n"))


def test_a_test_that_can_not_be_made_says_which_block(desk, issue):
    issue.content = [("button", {"text": "Klicka", "url": "javascript:x"})]
    issue.save_revision()
    page = desk.post(f"{ISSUE}/test/{issue.pk}/", follow=True).content.decode()
    assert "Del 1, knappen ”Klicka”" in page
    assert not SingleMail.objects.exists()


def test_sending_now_starts_one_mailing_and_a_second_press_none(desk, issue, members, eva):
    answer = desk.post(f"{ISSUE}/send/{issue.pk}/", {"mailing_list": members.pk, "when": "now"})
    mailing = Mailing.objects.get()
    assert answer["Location"] == f"{MAILING}/progress/{mailing.pk}/"
    assert mailing.started_by == eva
    again = desk.post(f"{ISSUE}/send/{issue.pk}/", {"mailing_list": members.pk, "when": "now"})
    assert again.status_code == 200
    assert Mailing.objects.count() == 1


def test_a_time_is_stockholms_and_lies_ahead(desk, issue, members):
    choice = {"mailing_list": members.pk, "when": "later"}
    for wrong in ("", "2020-01-01 09:30", "snart"):
        assert desk.post(f"{ISSUE}/send/{issue.pk}/", choice | {"at": wrong}).status_code == 200
    assert not Mailing.objects.exists()
    year = timezone.now().year + 1
    desk.post(f"{ISSUE}/send/{issue.pk}/", choice | {"at": f"{year}-07-01 09:30"})
    assert Mailing.objects.get().start_at.isoformat() == f"{year}-07-01T07:30:00+00:00"


def test_an_issue_that_is_not_approved_can_not_be_sent(desk, issue, members):
    issue.subject = "Ändrat"
    issue.save_revision()
    page = desk.get(f"{ISSUE}/send/{issue.pk}/").content.decode()
    assert "Numret är inte godkänt" in page
    assert 'name="when"' not in page
    desk.post(f"{ISSUE}/send/{issue.pk}/", {"mailing_list": members.pk, "when": "now"})
    assert not Mailing.objects.exists()


def test_the_send_page_counts_only_who_would_get_it(desk, issue, members):
    Member.objects.filter(pk=Member.objects.first().pk).update(status=Member.BOUNCED)
    assert "4 mottagare" in desk.get(f"{ISSUE}/send/{issue.pk}/").content.decode()


def test_pause_resume_and_cancel(desk, mailing):
    for act, state in (("pause", "paused"), ("resume", "sending"), ("cancel", "cancelled")):
        desk.post(f"{MAILING}/progress/{mailing.pk}/{act}/")
        mailing.refresh_from_db()
        assert mailing.state == state
    page = desk.post(f"{MAILING}/progress/{mailing.pk}/pause/", follow=True).content.decode()
    assert "Det går inte" in page or "isn&#x27;t possible" in page or "inte möjligt" in page


def test_uncertain_rows_are_decided_by_the_editor(desk, mailing):
    rows = Delivery.objects.filter(mailing_id=mailing.pk)
    first, second = rows.values_list("member_id", flat=True)[:2]
    rows.filter(member_id__in=[first, second]).update(state="uncertain")
    page = desk.get(f"{MAILING}/progress/{mailing.pk}/").content.decode()
    assert f'name="one" value="{mailing.pk}-{first}"' in page
    for act, member in (("resend", first), ("leave", second)):
        answer = desk.post(f"{MAILING}/uncertain/{act}/", {"mailing": mailing.pk, "one": f"{mailing.pk}-{member}"})
        assert answer["Location"] == f"{MAILING}/progress/{mailing.pk}/"
    assert rows.get(member_id=first).state == "waiting"
    assert rows.get(member_id=second).state == "left"


def test_a_decision_about_nobody_is_refused(desk, mailing):
    for one in ("x", "0", f"{mailing.pk}-", "-1"):
        assert desk.post(f"{MAILING}/uncertain/leave/", {"one": one, "mailing": "x"}).status_code == 400


def test_progress_says_how_it_goes_in_words(mailing):
    now = timezone.now()
    rows = Delivery.objects.filter(mailing_id=mailing.pk)
    keys = list(rows.values_list("member_id", flat=True))
    rows.filter(member_id__in=keys[:2]).update(state="accepted", settled_at=now)
    rows.filter(member_id=keys[2]).update(state="refused", reason="hard", last_reply="550 5.1.1 no such user")
    found = progress(mailing, now + timedelta(seconds=10))
    assert found.headline == "Skickat till 2 av 5 · 2 väntar"
    assert found.percent == 60
    assert sum(line.count for line in found.lines) == 5
    assert found.per_minute > 0
    assert found.left
    assert (found.problems[0].count, found.problems[0].example) == (1, "550 5.1.1 no such user")
    assert "adressen finns inte" in found.problems[0].what


def test_the_preview_names_the_block_instead_of_crashing(desk, issue, rf, eva):
    issue.content = [("text", "<p>x</p>"), ("button", {"text": "Klicka", "url": "javascript:x"})]
    request = rf.get("/")
    request.user = eva
    assert "Del 2, knappen ”Klicka”" in issue.serve_preview(request, "").content.decode()


@pytest.mark.parametrize(("mode", "words"), [("", "<h1"), ("dark", "@media all"), ("text", "<pre")])
def test_every_preview_mode_shows_the_letter(issue, rf, mode, words):
    found = issue.serve_preview(rf.get("/"), mode).content.decode()
    assert words in found
    assert "@@" not in found


def test_only_published_posts_can_be_chosen(desk, issue, publish, settings):
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
    post = newsroom.posts(publish)["article"]
    offered = "/admin/choose-page/search/?page_type=cms.post&q=v%C3%A4gledning"
    assert post.title in desk.get(offered).content.decode()
    post.unpublish()
    assert post.title not in desk.get(offered).content.decode()
    with pytest.raises(ValidationError):
        IssueBlock().clean(IssueBlock().to_python([{"type": "post", "value": {"post": post.pk, "title": "", "summary": ""}}]))


def test_relays_are_shown_with_what_they_refused(desk, home, settings):
    settings.MAIL_RELAYS = ["memory://relay?name=a"]
    RelayState.objects.create(name="a", failures=1, out_of_order=True, policy_refusals=4711, last_error="log-in failed")
    page = desk.get(RELAYS + "/").content.decode()
    assert "4711" in page or "4\u00a0711" in page
    assert "log-in failed" in page
    assert desk.get(f"{RELAYS}/edit/{RelayState.objects.get().pk}/").status_code == 404
    assert desk.get(f"{RELAYS}/add/").status_code == 404


def test_relays_are_not_shown_to_writers(writer, home):
    assert writer.get(RELAYS + "/").status_code == 302
