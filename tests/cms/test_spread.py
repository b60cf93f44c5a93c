"""“Spridning”: where a post is and went, who may see it, and what it costs."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission, PageViewRestriction

from cms import publishing, trail
from cms.models import Column, section_for
from cms.on_site import on_site
from cms.spread import spread
from cms.trail import Act, Look, Offer, Step

HOOK = Step(
    None, "Till exempel.se", "kom inte fram", url="/krok/", tone=trail.BAD, details=("Servern svarade 500.",),
    acts=(Act("Skicka igen", "/igen/"), Act("Ändra adressen", "/andra/", post=False)),
)  # fmt: skip


@pytest.fixture
def rooms(monkeypatch):
    """The registry with the site alone; what a test adds is gone afterwards."""
    monkeypatch.setattr(trail, "_rooms", {"site": trail._rooms["site"]})
    return trail


@pytest.fixture
def desk(client, eva):
    client.force_login(eva)
    return client


@pytest.fixture
def writer(client, django_user_model):
    """Somebody who may write but not publish."""
    otto = django_user_model.objects.create_user("otto", "otto@example.se", "otto-writes")
    otto.groups.add(Group.objects.get(name="Redaktör"))
    return otto


def address(post):
    return reverse("cms_spread", args=[post.pk])


def steps(post, eva=None, **later):
    found = on_site(Look(post, eva, timezone.now() + timedelta(**later), may_publish=True))
    return [(step.what, step.state, step.tone) for step in found]


class TestTheSite:
    def test_a_post_on_the_site_has_its_day_and_its_address(self, publish, settings):
        settings.FRONTEND_URL = "https://forening.example.se"
        post = publish()
        (step,) = on_site(Look(post, None, timezone.now(), may_publish=True))
        assert (step.at, step.copy) == (post.first_published_at, True)
        assert step.url == f"https://forening.example.se{post.path_on_site}"

    def test_later_edits_are_told_once_they_are_published(self, publish):
        post = publish()
        post.save_revision()
        assert steps(post) == [("På webbplatsen", "publicerat", "good"), ("Ändringar till webbplatsen", "utkast", "over")]
        post.latest_revision.publish()
        post.refresh_from_db()
        assert steps(post)[1] == ("Ändrat på webbplatsen", "publicerat", "good")

    def test_a_draft_is_not_there_yet(self, home):
        page = section_for(Column, home).add_child(instance=Column(title="Utkast", live=False))
        page.save_revision()
        assert steps(page) == [("På webbplatsen", "inte än", "over"), ("Texten", "utkast", "over")]

    def test_a_scheduled_post_says_when_and_cries_when_it_is_late(self, publish):
        page = publish(go_live_at=timezone.now() + timedelta(hours=1))
        assert steps(page)[1] == ("Texten", "schemalagt", "coming")
        assert steps(page, hours=2)[1] == ("Texten", "försenat", "bad")

    def test_what_was_taken_down_says_by_whom_or_why(self, publish, eva):
        post = publish()
        post.unpublish(user=eva)
        (gone, _draft) = on_site(Look(post, eva, timezone.now(), may_publish=True))
        assert (gone.what, gone.details) == ("Borttaget från webbplatsen", ("Det togs ner av eva.",))
        ended = publish(title="Slut", expire_at=timezone.now() + timedelta(minutes=1))
        assert steps(ended)[1] == ("Tas ner från webbplatsen", "schemalagt", "coming")
        publishing.publish_due(timezone.now() + timedelta(hours=1))
        ended.refresh_from_db()
        assert next(iter(on_site(Look(ended, eva, timezone.now(), may_publish=True)))).details == ("Tiden hade gått ut.",)

    def test_who_may_read_it_is_said(self, publish):
        post = publish(members_only=True)
        PageViewRestriction.objects.create(page=post, restriction_type="login")
        (step,) = on_site(Look(post, None, timezone.now(), may_publish=True))
        assert step.details == ("Bara medlemmar kan läsa texten.", "Sidan är inte öppen för alla.")


class TestTheRegistry:
    def test_a_new_room_is_told_without_a_change_here(self, desk, publish, rooms):
        rooms.register("hooks", "Webhooks", lambda look: [HOOK], lambda look: [Offer("Skicka allt", "/allt/")], order=400)
        page = desk.get(address(publish())).content.decode()
        assert page.index("Behöver dig") < page.index("Servern svarade 500.") < page.index("På webbplatsen")
        assert page.index("På webbplatsen") < page.index("Skicka allt")
        assert 'action="/igen/"' in page
        assert 'href="/andra/"' in page

    def test_what_failed_comes_before_what_waits_for_somebody(self, publish, eva, rooms):
        asked = Step(None, "Fråga", "väntar", tone=trail.ASK)
        rooms.register("a", "A", lambda look: [asked, HOOK])
        assert [trouble.step for trouble in spread(publish(), eva, timezone.now()).troubles] == [HOOK, asked]

    def test_only_the_latest_are_asked_for(self, publish, eva, rooms):
        asked = []

        def endless(look):
            while True:
                asked.append(1)
                yield Step(None, "Igen", "skickat")

        rooms.register("a", "A", endless)
        told = spread(publish(), eva, timezone.now()).rooms[1]
        assert (len(told.steps), told.more, len(asked)) == (trail.MOST, True, trail.MOST + 1)

    def test_a_fault_in_one_room_keeps_no_post_from_being_edited(self, desk, publish, rooms, caplog):
        rooms.register("a", "Trasigt", lambda look: 1 / 0)
        page = desk.get(reverse("wagtailadmin_pages:edit", args=[publish().pk]))
        assert "Kan inte visas just nu" in page.content.decode()
        assert "ZeroDivisionError" in caplog.text

    def test_an_offer_that_is_not_possible_says_why(self, desk, publish, rooms):
        rooms.register("a", "A", lambda look: [], lambda look: [Offer("Annonsera", "/annonsera/", why_not="Inte publicerat.")])
        page = desk.get(address(publish())).content.decode()
        assert "Inte publicerat." in page
        assert "/annonsera/" not in page


class TestTheDoors:
    def test_the_page_is_reached_from_the_editor_the_list_and_the_publication(self, desk, publish):
        post = publish()
        editor = desk.get(reverse("wagtailadmin_pages:edit", args=[post.pk])).content.decode()
        listing = desk.get(reverse("wagtailadmin_explore", args=[post.get_parent().pk])).content.decode()
        assert f'href="{address(post)}"' in editor
        assert f'href="{address(post)}"' in listing
        assert 'id="tab-label-spridning"' in editor

    def test_the_tab_tells_of_the_post_as_readers_have_it(self, desk, publish):
        post = publish()
        address = post.path_on_site
        post.slug, post.members_only = "annat", True
        post.save_revision()
        page = desk.get(reverse("wagtailadmin_pages:edit", args=[post.pk])).content.decode()
        assert f"{address}</code>" in page
        assert "Bara medlemmar kan läsa texten.<" not in page

    def test_a_new_post_has_no_tab_yet(self, desk, home):
        page = desk.get(reverse("wagtailadmin_pages:add", args=["cms", "column", section_for(Column, home).pk]))
        assert "tab-label-spridning" not in page.content.decode()

    def test_a_writer_sees_but_does_nothing(self, client, writer, publish, rooms):
        rooms.register("hooks", "Webhooks", lambda look: [HOOK])
        client.force_login(writer)
        page = client.get(address(publish())).content.decode()
        assert "Servern svarade 500." in page
        assert "/igen/" not in page

    def test_who_may_not_edit_sees_nothing(self, client, writer, publish):
        GroupPagePermission.objects.all().delete()
        client.force_login(writer)
        assert client.get(address(publish())).status_code == 302

    def test_strangers_are_sent_to_the_log_in(self, client, publish):
        assert client.get(address(publish())).status_code == 302

    def test_looking_is_all_that_a_get_does(self, desk, publish):
        assert desk.post(address(publish())).status_code == 405
        assert desk.get(reverse("cms_spread", args=[999_999])).status_code == 404

    def test_a_publication_leads_there(self, desk, publish):
        post = publish()
        editor = reverse("wagtailadmin_pages:edit", args=[post.pk])
        sent = {
            "title": "Nytt namn", "slug": post.slug, "date": "2026-03-06 12:00", "series": "chair", "body-count": "0",
            "afterword-count": "0", "postscript": "null", "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0",
            "bylines-TOTAL_FORMS": "0", "bylines-INITIAL_FORMS": "0", "related-TOTAL_FORMS": "0", "related-INITIAL_FORMS": "0",
            "action-publish": "1",
        }  # fmt: skip
        answer = desk.post(editor, sent, follow=True).content.decode()
        assert "Se var ”Nytt namn” finns" in answer
        assert f'href="{address(post)}"' in answer
