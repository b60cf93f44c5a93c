"""What the editor hears who publishes a post again, and what the announcement's page offers."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from cms.models import Column
from social import changes, connection
from social.announce import announce_due
from social.changes import changes_due
from social.models import Announcement, Change
from tests.conftest import NOON

pytestmark = pytest.mark.usefixtures("linkedin")
FORM = {
    "date": "2026-03-06 12:00", "series": "chair", "body-count": "0", "afterword-count": "0", "postscript": "null",
    "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0", "bylines-TOTAL_FORMS": "0", "bylines-INITIAL_FORMS": "0",
    "related-TOTAL_FORMS": "0", "related-INITIAL_FORMS": "0", "outlets-linkedin-announce": "on", "outlets-linkedin-update": "on",
}  # fmt: skip


@pytest.fixture
def post(publish, settings):
    """A post that is out; from now on there is a regret window."""
    made = publish(summary="Först", series="chair", date=NOON)
    announce_due(timezone.now())
    settings.ANNOUNCE_DELAY_SECONDS = 600
    return made


@pytest.fixture
def desk(client, eva, post):
    client.force_login(eva)
    return client


def save(desk, press="action-publish", **fields):
    """Send the editor's form; returns the page that follows, without its scripts."""
    post = Column.objects.get()
    sent = FORM | {"title": post.title, "slug": post.slug, "summary": post.summary} | fields | {press: "1"}
    answer = desk.post(reverse("wagtailadmin_pages:edit", args=[post.pk]), sent, follow=True)
    assert not (answer.context and answer.context.get("form") and answer.context["form"].errors)
    return answer.content.decode()


def address(name=""):
    pk = Announcement.objects.get().pk
    return reverse("social_change", args=[pk, name]) if name else reverse("social_announcement", args=[pk])


def shown(desk) -> str:
    return desk.get(address()).content.decode()


def test_the_change_is_told_with_its_time_and_can_be_stopped(desk):
    page = save(desk, summary="Sedan")
    assert "Texten på LinkedIn ändras också" in page
    assert f'href="{address()}"' in page
    assert "Kortet" not in page
    assert "Texten ska ändras på LinkedIn" in shown(desk)
    page = desk.post(address("cancel"), {"change": Change.objects.get().pk}, follow=True).content.decode()
    assert "Stoppat" in page
    assert Change.objects.get().state == "cancelled"


def test_a_card_that_no_longer_fits_is_told_once(desk):
    assert "det gamla (rubriken, länken)" in save(desk, title="En annan rubrik", slug="en-annan")
    assert "Kortet" not in save(desk, summary="Sedan")
    assert "Kortet" not in save(desk, title="Vi behöver varandra", slug="vi-behover-varandra")


def test_nothing_is_told_where_nothing_changes(desk):
    assert "på LinkedIn" not in save(desk)
    assert not Change.objects.exists()


def test_a_draft_changes_and_tells_nothing(desk):
    assert "LinkedIn ändras" not in save(desk, "action-save", summary="Sedan", title="En annan")
    assert not Change.objects.exists()


def test_an_edit_that_is_taken_back_is_told(desk):
    save(desk, summary="Sedan")
    assert "får stå kvar som den är" in save(desk, summary="Först")


@pytest.mark.filterwarnings("ignore:get_connection")
def test_a_publication_by_a_workflow_is_told_too(desk):
    save(desk, "action-submit", summary="Sedan")
    assert not Change.objects.exists()
    approval = {"workflow-action-name": "approve", "summary": "Sedan"}
    assert "Texten på LinkedIn ändras också" in save(desk, "action-workflow-action", **approval)


def test_a_summary_that_breaks_keeps_nobody_from_publishing(desk, monkeypatch, caplog):
    monkeypatch.setattr("social.changes.draft", lambda *_, **__: 1 / 0)
    save(desk, summary="Sedan")
    assert (Column.objects.get().summary, Change.objects.exists()) == ("Sedan", False)
    assert changes.sweep(timezone.now()) == 0
    monkeypatch.undo()
    assert changes.sweep(timezone.now()) == 1
    assert "ZeroDivisionError" in caplog.text


def test_without_a_connection_it_is_said_that_it_must_be_done_by_hand(desk):
    connection.disconnect("linkedin")
    assert "LinkedIn är inte anslutet. Ändra den där för hand." in save(desk, summary="Sedan")
    assert not Change.objects.exists()
    page = shown(desk)
    assert "Texten kan inte ändras härifrån: LinkedIn är inte anslutet." in page
    assert "Det kan bara tas bort för hand" in page
    desk.post(address("gone"))
    assert Announcement.objects.get().state == "removed"


def test_the_text_is_changed_where_it_stands(desk, linkedin):
    assert "Ändra texten där den redan ligger" in shown(desk)
    desk.post(address("text"), {"text": "Eget\r\n\r\n(ord)"})
    changes_due(timezone.now())
    assert linkedin.posts[0]["visible"] == "Eget\n\n(ord)"
    assert "Tidigare ändringar" in shown(desk)


def test_a_text_that_does_not_fit_is_said_at_once(desk):
    assert "3002" in desk.post(address("text"), {"text": "(" * 1501}, follow=True).content.decode()
    assert not Change.objects.exists()


def test_the_post_is_taken_away_after_a_question(desk, linkedin):
    assert "går inte att ångra" in desk.get(address("take-away")).content.decode()
    assert not Change.objects.exists()
    desk.post(address("take-away"))
    assert "Det ska tas bort från LinkedIn" in shown(desk)
    changes_due(timezone.now())
    assert linkedin.posts == []
    page = shown(desk)
    assert "Borttaget från LinkedIn." in page
    assert "Ändra texten" not in page


def test_a_failed_change_says_why_and_how_to_go_on(desk, linkedin):
    linkedin.script("delete", "answer", status=422, body='{"message": "Nej tack"}')
    desk.post(address("take-away"))
    changes_due(timezone.now())
    page = shown(desk)
    assert "gick inte att ta bort" in page
    assert "Nej tack" in page
    assert "Jag har tagit bort det på LinkedIn" in page


def test_a_failed_change_needs_somebody_until_it_is_let_be(desk, linkedin):
    linkedin.script("delete", "answer", status=422, body='{"message": "Nej tack"}')
    desk.post(address("take-away"))
    changes_due(timezone.now())
    todo = desk.get(reverse("social_queue") + "?visa=todo").content.decode()
    assert "Det skulle tas bort. LinkedIn svarade 422: Nej tack" in todo
    assert "Behöver dig <span>1</span>" in todo
    desk.post(address("cancel"), {"change": Change.objects.get().pk})
    assert "Behöver dig <span>0</span>" in desk.get(reverse("social_queue") + "?visa=todo").content.decode()
    assert "gick inte att ta bort" not in shown(desk)


@pytest.mark.parametrize("name", ["text", "gone", "cancel"])
def test_nothing_happens_on_get(desk, name):
    assert desk.get(address(name)).status_code == 302
    assert Announcement.objects.get().state == "published"
    assert not Change.objects.exists()


@pytest.mark.parametrize("name", ["text", "take-away", "gone", "cancel"])
def test_who_may_not_publish_may_not_change(client, django_user_model, post, name):
    otto = django_user_model.objects.create_user("otto", "otto@example.se", "otto-writes")
    otto.groups.add(Group.objects.get(name="Redaktör"))
    client.force_login(otto)
    client.post(address(name), {"text": "Mitt", "change": "1"})
    assert not Change.objects.exists()
    assert Announcement.objects.get().state == "published"
    assert "Ändra texten" not in shown(client)
