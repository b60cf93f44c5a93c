"""What front ends are told of: every change to a post once, in the transaction of the change or by the sweep."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from wagtail.models import PageViewRestriction

from cms.models import Column, Event, HookDelivery, HookedPost, KeyDate, PlainPage, Post, section_for
from cms.webhooks import desk, events, passing, telling, watch


def told():
    return list(HookDelivery.objects.order_by("pk").values_list("event", flat=True))


def bodies(days):
    days.work()
    return {body["type"]: body["data"] for body in days.server.taken}


@pytest.fixture(autouse=True)
def _listening(endpoint, server, days):
    days.server = server


def again(post, **fields):
    for name, value in fields.items():
        setattr(post, name, value)
    post.save_revision().publish()
    return type(post).objects.get(pk=post.pk)


def nothing_more(now=None):
    before = told()
    assert watch.sweep(now or timezone.now()) == 0
    assert told() == before


def test_a_posts_whole_life(publish, home, days, django_capture_on_commit_callbacks):
    post = publish(title="Ordet är fritt", slug="ordet")
    assert told() == ["post.published"]
    post = again(post, title="Ordet är vårt")
    with django_capture_on_commit_callbacks(execute=True):
        post = again(post, slug="vart-ord")
    post.unpublish()
    post = again(Column.objects.get(pk=post.pk))
    key = str(post.translation_key)
    post.delete()
    life = ["published", "updated", "moved", "updated", "unpublished", "published", "deleted"]
    assert told() == [f"post.{name}" for name in life]
    nothing_more()
    found = bodies(days)
    assert [body["data"]["version"] for body in days.server.taken] == [1, 2, 3, 4, 5, 6, 7]
    assert {data["id"] for data in found.values()} == {key}
    moved = found["post.moved"]
    assert moved["path"].endswith("/vart-ord/")
    assert moved["old_path"].endswith("/ordet/")
    assert found["post.deleted"] == found["post.published"] | {
        "changed_at": found["post.deleted"]["changed_at"], "version": 7,
    }  # fmt: skip
    assert set(found["post.published"]) == {"id", "type", "path", "url", "title", "changed_at", "version"}
    assert not HookedPost.objects.filter(pk=post.pk).exists()


def test_drafts_schedules_aliases_and_members_texts_tell_nothing(publish, home, days):
    draft = section_for(Column, home).add_child(instance=Column(title="Utkast", live=False))
    draft.go_live_at = timezone.now() + timedelta(days=1)
    draft.save_revision().publish()
    draft.delete()
    assert told() == []
    post = publish(title="För medlemmar", members_only=True, summary="Hemligt?", body=[("paragraph", "<p>HEMLIGT</p>")])
    post.create_alias(update_slug="kopia", parent=section_for(Column, home))
    nothing_more()
    assert told() == ["post.published"]
    assert "emligt" not in HookDelivery.objects.get().body.lower()


def test_the_sweep_tells_what_signals_missed(publish, home, days):
    first, second, third = publish(title="Ett"), publish(title="Två"), publish(title="Tre")
    HookDelivery.objects.all().delete()
    HookedPost.objects.filter(pk=first.pk).delete()
    Post.objects.filter(pk=second.pk).update(last_published_at=timezone.now(), title="Två igen")
    HookedPost.objects.filter(pk=third.pk).update(post_id=999_999)
    assert watch.sweep(timezone.now()) == 4
    assert sorted(told()) == ["post.deleted", "post.published", "post.published", "post.updated"]
    nothing_more()


def test_a_section_that_moves_takes_its_posts_along(publish, home, days, django_capture_on_commit_callbacks):
    post = publish(title="Ett")
    section, other = section_for(Column, home), home.add_child(instance=PlainPage(title="Lådan", slug="ladan"))
    section.move(other, pos="last-child")
    assert told() == ["post.published", "post.moved"]
    with django_capture_on_commit_callbacks(execute=True):
        section = section.specific_class.objects.get(pk=section.pk)
        section.slug = "gamla"
        section.save()
    assert told()[2:] == ["post.moved"]
    assert bodies(days)["post.moved"]["path"].startswith("/ladan/gamla/")
    other.refresh_from_db()
    other.delete()
    assert told()[3:] == ["post.deleted"] * 2
    nothing_more()
    assert not Post.objects.filter(pk=post.pk).exists()


def test_what_is_closed_to_the_public_counts_as_taken_down(publish, home):
    post = publish()
    gate = PageViewRestriction.objects.create(page=post.get_parent(), restriction_type="login")
    assert watch.sweep(timezone.now()) == 1
    nothing_more()
    again(post)
    gate.delete()
    assert watch.sweep(timezone.now()) == 1
    assert told() == ["post.published", "post.unpublished", "post.published"]


def test_an_import_is_not_told_but_later_edits_are(publish, home, days):
    now = timezone.now()
    parent = section_for(Column, home)
    dates = {"first_published_at": now, "last_published_at": now}
    made = [Column(title=f"{n}", imported_from=f"wp:{n}", live=True, **dates) for n in "abc"]
    seen, unseen, draft = (parent.add_child(instance=one) for one in made)
    Column.objects.filter(pk=draft.pk).update(live=False, first_published_at=None, last_published_at=None)
    again(unseen)
    nothing_more()
    again(seen)
    assert told() == ["post.updated", "post.updated"]
    again(Column.objects.get(pk=draft.pk))
    assert told()[2:] == ["post.published"]
    nothing_more()


def test_an_endpoint_hears_only_what_it_chose_and_since_when_it_is_on(publish, endpoint, server, db):
    late = desk.create("Senare", server.address, [events.PUBLISHED], timezone.now() + timedelta(hours=1))
    off = desk.create("Av", server.address, [events.PUBLISHED], timezone.now() - timedelta(days=1))
    type(off).objects.filter(pk=off.pk).update(active=False)
    type(endpoint).objects.filter(pk=endpoint.pk).update(events=[events.UPDATED])
    again(publish())
    assert told() == ["post.updated"]
    assert not late.deliveries.exists()
    assert not off.deliveries.exists()


def test_what_was_there_before_the_endpoint_is_no_news(publish, endpoint):
    post = publish()
    HookDelivery.objects.all().delete()
    HookedPost.objects.all().delete()
    type(endpoint).objects.update(active_since=timezone.now())
    nothing_more()
    again(post)
    assert told() == ["post.updated"]


def test_a_key_date_that_passes_is_told_once(publish, home, days):
    tomorrow = timezone.localdate() + timedelta(days=1)
    post = publish(Event, title="Stämma", first_day=tomorrow)
    HookDelivery.objects.all().delete()
    (date,) = KeyDate.objects.filter(post=post, precision="day")
    assert passing.next_due(days.now) == date.ends
    assert passing.tell_passed(days.now) == 0
    assert passing.tell_passed(date.ends) == 1
    assert passing.tell_passed(date.ends + timedelta(days=2)) == 0
    again(post)
    assert passing.tell_passed(date.ends + timedelta(days=2)) == 0
    assert passing.next_due(date.ends) is None
    days.later(days=3)
    data = bodies(days)["key_date.passed"]
    assert data["id"] == str(post.translation_key)
    assert data["key_date"]["ends"] == data["changed_at"] == telling.moment(date.ends)


def test_a_fault_of_ours_stops_no_editor(publish, monkeypatch, caplog):
    monkeypatch.setattr(watch, "tell", lambda *_: 1 / 0)
    post = publish()
    again(post).unpublish()
    post.move(post.get_parent(), pos="first-child")
    Post.objects.get(pk=post.pk).specific.delete()
    assert told() == []
    assert "sweep will" in caplog.text
    monkeypatch.undo()
    nothing_more()


def test_nothing_is_told_of_what_is_rolled_back(publish, home):
    with transaction.atomic():
        publish()
        assert told() == ["post.published"]
        transaction.set_rollback(True)
    assert told() == []
