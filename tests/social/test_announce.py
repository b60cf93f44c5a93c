"""Which posts get a row, and only one."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone
from wagtail.models import PageViewRestriction

from cms import publishing
from cms.models import Article, Column, PlainPage
from social import announce, connection
from social.announce import NotNow
from social.models import Announcement, ChannelState

pytestmark = pytest.mark.usefixtures("memory")


def rows():
    return sorted(Announcement.objects.values_list("post_title", "occasion", "state"))


def test_a_published_post_gets_one_row(publish):
    post = publish(Column)
    assert rows() == [("Vi behöver varandra", "first", "waiting")]
    assert Announcement.objects.get().translation_key == post.translation_key


def test_it_waits_for_the_regret_window(publish, settings):
    settings.ANNOUNCE_DELAY_SECONDS = 600
    publish(Column)
    row = Announcement.objects.get()
    assert timedelta(seconds=595) < row.next_attempt_at - timezone.now() <= timedelta(seconds=600)
    assert announce.announce_due(timezone.now()) == {}
    assert announce.announce_due(timezone.now() + timedelta(seconds=601)) == {"published": 1}


def test_republishing_and_unpublishing_make_no_second_row(publish, memory):
    post = publish(Column)
    announce.announce_due(timezone.now())
    post.unpublish()
    post.save_revision().publish()
    Column.objects.get().save_revision().publish()
    assert announce.sweep(timezone.now()) == 0
    announce.announce_due(timezone.now() + timedelta(days=1))
    assert len(memory.posts) == 1


def test_a_copy_that_is_kept_published_and_an_alias_are_not_announced(publish):
    post = publish(Column)
    post.copy(update_attrs={"slug": "kopia"}, keep_live=True)
    post.create_alias(update_slug="alias")
    assert announce.sweep(timezone.now()) == 0
    assert len(rows()) == 1


def test_a_copy_that_is_published_later_is_a_post_of_its_own(publish):
    copy = publish(Column).copy(update_attrs={"slug": "kopia", "title": "Nytt år"}, keep_live=False)
    assert len(rows()) == 1
    copy.get_latest_revision().publish()
    assert len(rows()) == 2


def test_a_scheduled_post_is_announced_when_it_goes_live(publish):
    page = publish(Column, go_live_at=timezone.now() + timedelta(hours=1))
    assert rows() == []
    page.revisions.update(approved_go_live_at=timezone.now(), content=page.latest_revision.content | {"go_live_at": None})
    publishing.publish_due(timezone.now())
    publishing.publish_due(timezone.now())
    assert len(rows()) == 1


def test_an_import_is_never_announced_by_itself(publish):
    publish(Column, imported_from="wordpress:1")
    assert announce.sweep(timezone.now()) == 0
    assert rows() == []


def test_what_was_published_before_the_channel_was_connected_stays_quiet(publish):
    ChannelState.objects.update(active_since=timezone.now() + timedelta(minutes=1))
    post = publish(Column)
    ChannelState.objects.update(active_since=timezone.now())
    post.save_revision().publish()
    assert announce.sweep(timezone.now()) == 0
    assert rows() == []


def test_without_a_connection_nothing_is_announced(publish):
    connection.disconnect("memory")
    publish(Column)
    assert announce.sweep(timezone.now()) == 0
    assert rows() == []


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Column, {"outlets": {"memory": {"announce": False}}}),
        (Column, {"members_only": True}),
        (PlainPage, {}),
    ],
)
def test_what_is_not_to_be_announced_gets_no_row(publish, model, fields):
    publish(model, **fields)
    assert announce.sweep(timezone.now()) == 0
    assert rows() == []


def test_a_post_below_a_private_section_gets_no_row(publish):
    first = publish(Article)
    PageViewRestriction.objects.create(page=first.get_parent(), restriction_type=PageViewRestriction.LOGIN)
    publish(Article, title="Hemligt")
    assert announce.sweep(timezone.now()) == 0
    assert [title for title, *_ in rows()] == ["Vi behöver varandra"]


def test_a_members_only_post_goes_out_with_a_text_written_for_the_public_and_bares_no_more(publish, memory):
    publish(Column, members_only=True, summary="Hemligheten", outlets={"memory": {"text": "En krönika för medlemmar."}})
    announce.announce_due(timezone.now())
    assert [post.text for post in memory.posts] == ["En krönika för medlemmar."]
    assert "Hemligheten" not in memory.posts[0].wire
    assert Announcement.objects.get().description == ""


def test_the_sweep_finds_what_the_signal_missed(publish, monkeypatch):
    monkeypatch.setattr(publishing, "_receivers", [])
    publish(Column)
    assert rows() == []
    assert announce.sweep(timezone.now()) == 1
    assert announce.sweep(timezone.now()) == 0


def test_the_switch_turned_on_later_announces_once(publish):
    post = publish(Column, outlets={"memory": {"announce": False}})
    post.outlets = {"memory": {"announce": True}}
    post.save_revision().publish()
    assert len(rows()) == 1


def test_an_editor_may_announce_an_import_and_again(publish, memory):
    post = publish(Column, imported_from="wordpress:1")
    now = timezone.now()
    assert announce.announce_again(post, "memory", now).occasion == "first"
    with pytest.raises(NotNow):
        announce.announce_again(post, "memory", now)
    announce.announce_due(now)
    assert announce.announce_again(post, "memory", now, text="En gång till").occasion == "again:1"
    announce.announce_due(now)
    assert announce.announce_again(post, "memory", now).occasion == "again:2"
    assert [entry.text for entry in memory.posts][1] == "En gång till"


def test_a_draft_cannot_be_announced(publish):
    post = publish(Column, imported_from="x")
    post.unpublish()
    with pytest.raises(NotNow):
        announce.announce_again(post, "memory", timezone.now())


def test_the_constraint_forbids_a_second_row(publish):
    post = publish(Column)
    with pytest.raises(IntegrityError):
        Announcement.objects.create(translation_key=post.translation_key, channel="memory", occasion="first")


def test_deleting_the_post_keeps_what_went_out(publish):
    post = publish(Column)
    announce.announce_due(timezone.now())
    post.delete()
    row = Announcement.objects.get()
    assert (row.post, row.state, row.post_title) == (None, "published", "Vi behöver varandra")


def test_the_scheduler_hears_when_the_next_row_is_due(publish, settings):
    settings.ANNOUNCE_DELAY_SECONDS = 600
    assert announce.next_due(timezone.now()) is None
    publish(Column)
    assert announce.next_due(timezone.now()) == Announcement.objects.get().next_attempt_at
    connection.pause("memory", "Vilar")
    assert announce.next_due(timezone.now()) is None
