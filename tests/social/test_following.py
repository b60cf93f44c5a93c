"""The text that is out follows the post: published again with other words, it is changed there too, and only then."""

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import Locale, PageViewRestriction

from cms import publishing
from cms.models import Call, Column
from social import changes
from social.announce import announce_again, announce_due
from social.changes import changes_due
from social.models import Announcement, Change

pytestmark = pytest.mark.usefixtures("linkedin")


def edit(post, **fields):
    post = type(post).objects.get(pk=post.pk)
    for name, value in fields.items():
        setattr(post, name, value)
    post.save_revision().publish()


@pytest.fixture
def post(publish, settings):
    """A post that is out; from now on there is a regret window."""
    made = publish(summary="Först")
    announce_due(timezone.now())
    settings.ANNOUNCE_DELAY_SECONDS = 600
    return made


def waiting() -> list[str]:
    return list(Change.objects.filter(state="waiting").values_list("text", flat=True))


def after_the_window():
    return changes_due(timezone.now() + timedelta(seconds=601))


def seen(linkedin) -> str:
    return linkedin.posts[0]["visible"]


def test_an_edit_is_made_there_too_after_the_regret_window(post, linkedin):
    edit(post, summary="Sedan")
    assert changes_due(timezone.now()) == {}
    due = Change.objects.get().next_attempt_at - timezone.now()
    assert timedelta(seconds=590) < due <= timedelta(seconds=600)
    assert after_the_window() == {"done": 1}
    assert "Sedan" in seen(linkedin)
    assert Announcement.objects.get().text == seen(linkedin)
    assert (len(linkedin.posts), linkedin.calls("create")) == (1, 1)


def test_a_publication_without_other_words_asks_nothing(post):
    edit(post)
    edit(post, body=[("paragraph", "<p>Bara texten på sidan</p>")])
    assert not Change.objects.exists()


def test_a_later_edit_takes_the_place_of_one_that_waits(post, linkedin):
    edit(post, summary="Sedan")
    edit(post, summary="Till sist")
    assert len(waiting()) == 1
    after_the_window()
    assert "Till sist" in seen(linkedin)
    assert linkedin.calls("patch") == 1


def test_an_edit_that_is_taken_back_is_dropped(post):
    edit(post, summary="Sedan")
    edit(post, summary="Först")
    assert waiting() == []
    assert Change.objects.get().state == "cancelled"


def test_what_may_have_arrived_is_taken_back_by_a_change_of_its_own(post, linkedin):
    edit(post, summary="Sedan")
    linkedin.script("patch", "drop", "after")
    assert after_the_window() == {"waiting": 1}
    edit(post, summary="Först")
    after_the_window()
    assert "Först" in seen(linkedin)


@pytest.fixture
def call(publish, days):
    """A call that closes in a month."""
    return publish(Call, title="Sök medel", deadline=timezone.localdate(days.now) + timedelta(days=30))


def test_time_alone_is_no_edit(call, linkedin, days):
    announce_due(days.now)
    days.later(400 * 86_400)
    assert changes.revise(Announcement.objects.get(), days.now, days.now) is False
    edit(call, title="Sök medel nu")
    assert waiting() == [seen(linkedin).replace("Sök medel", "Sök medel nu")]


def test_what_an_editor_stopped_comes_with_the_next_edit_and_not_before(post, linkedin):
    edit(post, summary="Sedan")
    changes.cancel(Change.objects.get(), timezone.now())
    assert changes.sweep(timezone.now()) == 0
    assert after_the_window() == {}
    edit(post, summary="Sedan")
    assert after_the_window() == {"done": 1}


@pytest.mark.parametrize("how", ["switch", "import", "members", "hidden"])
def test_what_is_not_to_follow_stays_as_it_is(post, how):
    fields = {
        "switch": {"outlets": {"linkedin": {"update": False}}},
        "import": {"imported_from": "wordpress:1"},
        "members": {"members_only": True},
        "hidden": {},
    }[how]
    edit(post, summary="Emellan")
    assert len(waiting()) == 1
    if how == "hidden":
        PageViewRestriction.objects.create(page=post, restriction_type=PageViewRestriction.LOGIN)
    edit(post, summary="Sedan", **fields)
    assert waiting() == []
    assert Change.objects.get().last_error == "Texten där följer inte längre inlägget."


@pytest.mark.parametrize("how", ["unpublished", "deleted", "switched off", "restricted"])
def test_a_text_that_waits_is_not_sent_when_the_post_has_gone_meanwhile(post, linkedin, how):
    edit(post, summary="Hemligheten")
    if how == "unpublished":
        Column.objects.get().unpublish()
    elif how == "deleted":
        Column.objects.get().delete()
    elif how == "switched off":
        Column.objects.update(outlets={"linkedin": {"update": False}})
    else:
        PageViewRestriction.objects.create(page=post, restriction_type=PageViewRestriction.LOGIN)
    assert after_the_window() == {"cancelled": 1}
    assert Change.objects.get().last_error
    assert linkedin.calls("patch") == 0


def test_a_scheduled_edit_follows_when_it_is_published_and_not_before(post, linkedin):
    page = Column.objects.get()
    page.summary, page.go_live_at = "Först om en timme", timezone.now() + timedelta(hours=1)
    revision = page.save_revision()
    revision.publish()
    assert not Change.objects.exists()
    assert Column.objects.get().summary == "Först"
    past = {"go_live_at": (timezone.now() - timedelta(seconds=1)).isoformat()}
    Column.objects.get().revisions.filter(pk=revision.pk).update(
        approved_go_live_at=timezone.now(), content=revision.content | past
    )
    assert publishing.publish_due(timezone.now()).published == 1
    assert "Först om en timme" in waiting()[0]


def test_each_announcement_of_the_post_follows_but_not_one_with_its_own_text(post, linkedin):
    announce_again(post, "linkedin", timezone.now(), "Egna ord")
    announce_due(timezone.now())
    edit(post, summary="Sedan")
    after_the_window()
    assert sorted("Sedan" in one["visible"] for one in linkedin.posts) == [False, True]


def test_a_translation_and_an_alias_move_nothing_that_is_not_theirs(post, linkedin):
    other = Locale.objects.create(language_code="en")
    post.create_alias(update_slug="alias").save()
    section = post.get_parent()
    section.copy_for_translation(other, copy_parents=True)
    translated = post.copy_for_translation(other)
    translated.title = "We need each other"
    translated.save_revision().publish()
    assert Change.objects.count() == 0
    assert Announcement.objects.count() == 1


def test_a_reminder_follows_as_it_was_when_it_went_out(call, linkedin, days):
    kind = next(moment.kind for moment in call.moments() if moment.closes)
    edit(call, outlets={"linkedin": {"reminders": {f"{kind}.1:7": ""}}})
    days.later(25 * 86_400)
    assert announce_due(days.now) == {"published": 2}
    reminder = Announcement.objects.get(occasion=f"reminder:{kind}.1:7")
    edit(call, title="Sök medel nu", outlets={"linkedin": {"reminders": {f"{kind}.1:7": ""}}})
    assert Change.objects.get(announcement=reminder).text == reminder.text.replace("Sök medel", "Sök medel nu")
    edit(call, title="Sök medel nu", deadline=None)
    assert not Change.objects.filter(announcement=reminder, state="waiting").exists()


class TestSweep:
    """Edits that the signal missed."""

    def test_a_publication_that_was_killed_before_it_was_told(self, post, monkeypatch, linkedin):
        monkeypatch.setattr(publishing, "_receivers", [])
        edit(post, summary="Sedan")
        assert not Change.objects.exists()
        assert changes.sweep(timezone.now()) == 1
        assert changes.sweep(timezone.now()) == 0
        assert after_the_window() == {"done": 1}
        assert changes.sweep(timezone.now()) == 0

    def test_an_edit_made_while_the_announcement_was_on_its_way(self, publish, linkedin, days):
        linkedin.script("create", "drop", "after")
        post = publish(summary="Först")
        days.work()
        edit(post, summary="Sedan")
        assert days.work(31) == {"published": 1}
        assert "Först" in seen(linkedin)
        assert changes.sweep(timezone.now()) == 1
        changes_due(days.now)
        assert "Sedan" in seen(linkedin)

    def test_what_was_republished_long_ago_is_left_alone(self, post, monkeypatch):
        monkeypatch.setattr(publishing, "_receivers", [])
        edit(post, summary="Sedan")
        assert changes.sweep(timezone.now() + timedelta(hours=2)) == 0
