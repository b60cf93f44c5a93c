"""Unpublishing and deleting ask whether the post is to go from the networks too; what hasn't gone out never does."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale, Page

from cms.models import Column
from social import change_desk, changes, connection
from social.announce import announce_again, announce_due
from social.changes import changes_due
from social.models import Announcement, Change

pytestmark = pytest.mark.usefixtures("linkedin")
QUESTION = "Innan det"
BULK = "/admin/bulk/wagtailcore/page"


@pytest.fixture
def desk(client, eva):
    client.force_login(eva)
    return client


@pytest.fixture
def out(publish):
    """Publish a post and let its announcement go out: `out(title)` returns the post."""

    def make(title="Vi behöver varandra", **fields):
        post = publish(Column, title=title, **fields)
        announce_due(timezone.now())
        return post

    return make


def unpublish(desk, page, **fields):
    return _post(desk, reverse("wagtailadmin_pages:unpublish", args=[page.pk]), fields)


def delete(desk, page, **fields):
    return _post(desk, reverse("wagtailadmin_pages:delete", args=[page.pk]), fields)


def bulk(desk, act, *pages, **fields):
    chosen = "&".join(f"id={page.pk}" for page in pages)
    return _post(desk, f"{BULK}/{act}/?{chosen}&next=/admin/", fields)


def _post(desk, address, fields):
    return desk.post(address, fields, follow=True).content.decode()


def answer(what, *posts):
    rows = Announcement.objects.filter(post__in=posts) if posts else Announcement.objects.all()
    return {f"social-{row.pk}": what for row in rows}


def states() -> list[str]:
    return sorted(Announcement.objects.values_list("state", flat=True))


ACTS = pytest.mark.parametrize("act", [unpublish, delete], ids=["unpublish", "delete"])


@ACTS
def test_nothing_is_done_before_the_question_is_answered(desk, out, linkedin, act):
    post = out()
    page = act(desk, post, next="/admin/")
    row = Announcement.objects.get()
    assert QUESTION in page
    assert row.remote_url in page
    assert "LinkedIn" in page
    assert "checked" not in page
    assert Column.objects.get().live
    assert not Change.objects.exists()


@ACTS
def test_taken_away_there_too(desk, out, linkedin, act):
    page = act(desk, post := out(), **answer("remove"))
    assert QUESTION not in page
    assert "1 inlägg tas bort på sociala medier." in page
    assert not Column.objects.filter(pk=post.pk, live=True).exists()
    assert changes_due(timezone.now()) == {"done": 1}
    assert (linkedin.posts, states()) == ([], ["removed"])


@ACTS
def test_left_standing(desk, out, linkedin, act):
    act(desk, out(), **answer("keep"))
    assert not Column.objects.filter(live=True).exists()
    assert changes_due(timezone.now()) == {}
    assert (len(linkedin.posts), states()) == (1, ["published"])


@ACTS
def test_an_answer_that_is_none_asks_again(desk, out, act):
    page = act(desk, out(), **answer("whatever"), **{"social-asked": "1"})
    assert "Svara för varje inlägg." in page
    assert Column.objects.get().live


@ACTS
def test_all_that_stood_in_the_form_comes_back(desk, out, act):
    post = out()
    page = act(desk, post, next="/admin/pages/", include_descendants="on", confirm_site_name="")
    kept = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page))
    assert (kept["next"], kept["include_descendants"]) == ("/admin/pages/", "on")
    assert 'name="social-' in page
    name = "unpublish" if act is unpublish else "delete"
    assert f'action="/admin/pages/{post.pk}/{name}/"' in page


def test_each_announcement_is_asked_about_and_answered(desk, out, linkedin):
    post = out()
    announce_again(post, "linkedin", timezone.now(), "Igen")
    announce_due(timezone.now())
    first, again = Announcement.objects.order_by("pk")
    half = {f"social-{first.pk}": "remove", "social-asked": "1"}
    page = delete(desk, post, **half)
    assert "Svara för varje inlägg." in page
    assert page.count(f'name="social-{first.pk}" value="remove"') == page.count('value="remove" checked') == 1
    delete(desk, post, **half, **{f"social-{again.pk}": "keep"})
    changes_due(timezone.now())
    assert [one["visible"] for one in linkedin.posts] == ["Igen"]


def test_taken_away_and_announced_again_it_shows_what_it_should(desk, out, linkedin):
    post = out("Fel rubrik")
    change_desk.take_away(Announcement.objects.get(), timezone.now())
    changes_due(timezone.now())
    post.title = "Rätt rubrik"
    post.save_revision().publish()
    announce_again(post, "linkedin", timezone.now())
    announce_due(timezone.now())
    assert [one["content"]["article"]["title"] for one in linkedin.posts] == ["Rätt rubrik"]
    assert states() == ["published", "removed"]


def test_what_nothing_was_announced_of_asks_nothing(desk, publish, linkedin):
    post = publish(Column, outlets={"linkedin": {"announce": False}})
    assert QUESTION not in unpublish(desk, post)
    assert QUESTION not in delete(desk, post)
    assert not Column.objects.exists()


class TestBelow:
    """Pages below the one that goes count too."""

    def test_a_section_unpublished_with_its_pages_asks_about_theirs(self, desk, out, linkedin):
        section = out("Ett").get_parent()
        out("Två")
        assert "Ett" in unpublish(desk, section, include_descendants="on")
        unpublish(desk, section, include_descendants="on", **{"social-all": "remove"})
        changes_due(timezone.now())
        assert (linkedin.posts, states()) == ([], ["removed", "removed"])

    def test_a_section_unpublished_alone_asks_nothing(self, desk, out):
        section = out().get_parent()
        assert QUESTION not in unpublish(desk, section)
        assert Column.objects.get().live

    def test_a_section_deleted_asks_about_all_below(self, desk, out, linkedin):
        section = out("Ett").get_parent()
        out("Två")
        assert QUESTION in delete(desk, section)
        delete(desk, section, **answer("keep") | answer("remove", Column.objects.get(title="Två")))
        changes_due(timezone.now())
        assert [one["content"]["article"]["title"] for one in linkedin.posts] == ["Ett"]


    def test_what_was_left_standing_before_is_not_asked_about_again(self, desk, out):
        section = out("Ett").get_parent()
        unpublish(desk, Column.objects.get(), **answer("keep"))
        assert QUESTION not in unpublish(desk, section, include_descendants="on")
        assert QUESTION in delete(desk, section)


class TestMany:
    """Wagtail's acts on many pages at once."""

    @pytest.mark.parametrize("act", ["unpublish", "delete"])
    def test_all_are_asked_about_on_one_page(self, desk, out, linkedin, act):
        posts = [out("Ett"), out("Två")]
        page = bulk(desk, act, *posts)
        assert QUESTION in page
        assert Column.objects.filter(live=True).count() == 2
        assert all(f"id={post.pk}" in page for post in posts)
        bulk(desk, act, *posts, **answer("keep") | answer("remove", posts[0]))
        assert not Column.objects.filter(live=True).exists()
        changes_due(timezone.now())
        assert [one["content"]["article"]["title"] for one in linkedin.posts] == ["Två"]

    def test_pages_below_count_where_they_go_too(self, desk, out):
        section = out().get_parent()
        assert QUESTION in bulk(desk, "unpublish", section, include_descendants="on")
        assert QUESTION in bulk(desk, "delete", section)
        assert QUESTION not in bulk(desk, "unpublish", section)

    def test_publishing_many_asks_nothing(self, desk, out):
        assert QUESTION not in bulk(desk, "publish", out())


class TestOthers:
    """What isn't a page's own is left alone."""

    def test_an_alias_asks_nothing_and_takes_nothing(self, desk, out, linkedin):
        alias = out().create_alias(update_slug="alias")
        for act in (unpublish, delete):
            assert QUESTION not in act(desk, alias)
        assert states() == ["published"]

    def test_a_translation_asks_nothing_of_the_original(self, desk, out, linkedin):
        post, other = out(), Locale.objects.create(language_code="en")
        post.get_parent().copy_for_translation(other, copy_parents=True)
        translated = post.copy_for_translation(other)
        translated.save_revision().publish()
        assert QUESTION not in delete(desk, Page.objects.get(pk=translated.pk))
        assert QUESTION in delete(desk, post)

    def test_an_answer_about_another_pages_announcement_is_not_listened_to(self, desk, out, linkedin):
        mine, other = out("Min"), out("En annan")
        delete(desk, mine, **answer("remove"))
        assert list(Change.objects.values_list("announcement__post_title", flat=True)) == ["Min"]
        delete(desk, other, **answer("keep", other))
        later = out("Senare")
        delete(desk, later, **answer("remove"))
        assert set(Change.objects.values_list("announcement__post_title", flat=True)) == {"Min", "Senare"}

    def test_pages_below_that_the_user_may_not_take_down_keep_their_posts(self, desk, out, linkedin, django_user_model):
        other = django_user_model.objects.create_user("otto")
        mine, locked = out("Min"), out("En annans")
        Page.objects.filter(pk=locked.pk).update(locked=True, locked_by=other, locked_at=timezone.now())
        section = mine.get_parent()
        page = unpublish(desk, section, include_descendants="on", **answer("remove"))
        assert "1 inlägg tas bort" in page
        assert list(Column.objects.filter(live=True).values_list("title", flat=True)) == ["En annans"]
        changes_due(timezone.now())
        assert [one["content"]["article"]["title"] for one in linkedin.posts] == ["En annans"]


class TestByHand:
    """What Ordet can't take away itself."""

    def test_without_a_connection_it_says_so_and_gives_the_link(self, desk, out, linkedin):
        post = out()
        connection.disconnect("linkedin")
        page = delete(desk, post)
        assert "Ordet kan inte ta bort det: LinkedIn är inte anslutet." in page
        assert Announcement.objects.get().remote_url in page
        page = delete(desk, post, **answer("remove"))
        assert "Ta bort det för hand: LinkedIn är inte anslutet." in page
        row = Announcement.objects.get()
        detail = desk.get(reverse("social_announcement", args=[row.pk])).content.decode()
        assert "Inlägget gick inte att ta bort från LinkedIn." in detail
        desk.post(reverse("social_change", args=[row.pk, "gone"]))
        assert (states(), len(linkedin.posts)) == (["removed"], 1)

    def test_a_network_that_removes_nothing_says_so(self, desk, out, monkeypatch):
        from dataclasses import replace

        from social.channels.linkedin import LinkedIn

        post = out()
        monkeypatch.setattr(LinkedIn, "capabilities", replace(LinkedIn.capabilities, delete=False))
        assert "LinkedIn låter inte Ordet göra det." in unpublish(desk, post)

    def test_a_channel_that_is_no_longer_set_up_is_named(self, desk, out, settings):
        post = out()
        settings.SOCIAL_CHANNELS = {"memory": {"BACKEND": "social.channels.memory.Memory"}}
        assert "linkedin är inte längre inställt här." in delete(desk, post)


class TestNotYetOut:
    """What hasn't gone out doesn't, and says why."""

    def test_of_a_deleted_page_it_is_cancelled_at_once(self, publish, linkedin):
        publish().delete()
        row = Announcement.objects.get()
        assert (row.state, row.last_error) == ("cancelled", "Inlägget har tagits bort.")
        assert announce_due(timezone.now()) == {}

    def test_of_a_page_deleted_with_its_section_too(self, publish, desk):
        section = publish().get_parent()
        delete(desk, section)
        assert states() == ["cancelled"]

    def test_to_be_posted_by_hand_it_is_no_longer_asked_for(self, publish, linkedin):
        post = publish()
        connection.disconnect("linkedin")
        announce_due(timezone.now())
        assert states() == ["manual"]
        post.unpublish()
        row = Announcement.objects.get()
        assert (row.state, row.last_error) == ("skipped", "Inlägget är inte publicerat.")

    def test_of_unknown_outcome_it_is_asked_about_and_removed_once_it_is_found(self, desk, publish, linkedin, days):
        linkedin.script("create", "drop", "after")
        post = publish()
        days.work()
        assert "Ingen vet än om det kom ut." in delete(desk, post)
        delete(desk, post, **answer("remove"))
        assert days.work(31) == {"published": 1}
        changes_due(days.now)
        assert (linkedin.posts, states()) == ([], ["removed"])

    def test_being_prepared_it_is_not_asked_about(self, desk, publish, days):
        post = publish()
        Announcement.claim(days.now, "worker", 1)
        assert QUESTION not in unpublish(desk, post)

    def test_of_unknown_outcome_it_is_not_repeated_once_the_page_is_down(self, publish, linkedin, days):
        linkedin.script("create", "drop")
        post = publish()
        days.work()
        post.unpublish()
        for wait in (31, 61, 121):
            days.work(wait)
        row = Announcement.objects.get()
        assert (row.state, row.last_error.startswith("Inlägget är inte publicerat.")) == ("needs_check", True)
        assert linkedin.calls("create") == 1

    def test_sent_again_it_is_not_removed_by_what_waited_for_the_first_try(self, publish, linkedin, days):
        from social import desk

        post = publish()
        Announcement.objects.update(state="needs_check", wire="{}", sending_since=days.now)
        changes.ask(Announcement.objects.get(), "delete", days.now)
        desk.send_again(Announcement.objects.get(), days.now)
        days.work()
        assert changes_due(days.now) == {}
        assert (states(), len(linkedin.posts), post.live) == (["published"], 1, True)
