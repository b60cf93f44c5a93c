"""Publishing tells the other rooms once the post is live, and only then."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cms import publishing
from cms.models import Call, KeyDate


@pytest.fixture
def told(monkeypatch):
    seen = []
    monkeypatch.setattr(publishing, "_receivers", [seen.append])
    return seen


def test_a_live_post_is_told_and_gets_its_key_dates(publish, told):
    call = publish(Call, deadline=timezone.localdate() + timedelta(days=3))
    assert [post.pk for post in told] == [call.pk]
    assert KeyDate.objects.filter(post=call, kind="deadline").count() == 1


def test_a_scheduled_post_is_told_when_it_goes_live_and_not_before(publish, told):
    page = publish(Call, go_live_at=timezone.now() + timedelta(hours=1))
    assert not page.live
    assert told == []
    page.latest_revision.__class__.objects.filter(pk=page.latest_revision_id).update(approved_go_live_at=timezone.now())
    page.revisions.update(content=page.latest_revision.content | {"go_live_at": None})
    assert publishing.publish_due(timezone.now()).published == 1
    assert [post.pk for post in told] == [page.pk]


def test_a_receiver_that_raises_stops_neither_the_page_nor_the_others(publish, monkeypatch):
    seen = []

    def broken(post):
        raise RuntimeError("no")

    monkeypatch.setattr(publishing, "_receivers", [broken, seen.append])
    assert publish().live
    assert len(seen) == 1


def test_what_is_overdue_hides_no_later_time(publish, now):
    moments = [timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=2)]
    for moment in moments:
        page = publish(Call, title=f"{moment}", go_live_at=timezone.now() + timedelta(days=1))
        page.revisions.update(approved_go_live_at=moment)
    assert publishing.next_due(timezone.now()) == moments[1]
