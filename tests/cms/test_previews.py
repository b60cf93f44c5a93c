"""Previews on the front end: what the editor sees, saved or not, for a quarter of an hour, with token and key together."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache, caches
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from cms import keys, previewing
from cms.models import APIKey, Article, Call, PreviewTicket, SectionIndex, section_for
from tests.browser.press import person

API = "/api/content/v1/preview/"
FRONT = "https://www.example.se"
BODY = [("text", "<p>Ännu hemligt.</p>")]


@pytest.fixture(autouse=True)
def _front_end(settings):
    settings.FRONTEND_URL = FRONT
    cache.clear()
    caches["limits"].clear()


@pytest.fixture
def exchange(db, client):
    """Exchange a token with a key of `kind`."""
    made = {kind: keys.make(APIKey(name=kind, kind=kind), None, timezone.now()) for kind in ("preview", "delivery", "member")}

    def ask(token, status=200, kind="preview", **headers):
        given = {"authorization": f"Bearer {made[kind]}"} if kind else {}
        answer = client.get(f"{API}{token}", headers=given | headers)
        assert answer.status_code == status, answer.content
        assert "no-store" in answer["Cache-Control"]
        return answer

    return ask


def token_in(url):
    return parse_qs(urlsplit(url).query)["preview"][0]


def form(page, **changes):
    """What the editor's form holds for an article."""
    values = {"title": page.title, "slug": page.slug, "summary": page.summary, "date": "2026-03-06 12:00", "body-count": "1"}
    values |= {"body-0-deleted": "", "body-0-order": "0", "body-0-type": "text", "body-0-id": ""}
    values |= {"body-0-value": '{"entityMap": {}, "blocks": [{"key": "a", "text": "Osparat", "type": "unstyled", "depth": 0}]}'}
    for name in ("bylines", "related", "comments"):
        values |= {f"{name}-TOTAL_FORMS": "0", f"{name}-INITIAL_FORMS": "0", f"{name}-MIN_NUM_FORMS": "0"}
        values |= {f"{name}-MAX_NUM_FORMS": "1000"}
    return values | {"postscript": "null", "afterword-count": "0"} | changes


def test_an_unsaved_change_is_shown_on_the_front_end_alone(publish, admin_client, exchange, client):
    post = publish(Article, title="Ute", body=[("text", "<p>Som det var.</p>")])
    url = reverse("wagtailadmin_pages:preview_on_edit", args=[post.pk])
    assert admin_client.post(url, form(post, title="Osparad rubrik")).json() == {"is_valid": True, "is_available": True}
    led = admin_client.get(url)
    assert (led.status_code, led["Location"].split("?")[0]) == (302, f"{FRONT}/nyheter/ute/")
    assert led["Referrer-Policy"] == "no-referrer"
    assert "no-store" in led["Cache-Control"]
    answer = exchange(token_in(led["Location"])).json()
    assert (answer["id"], answer["title"], answer["path"]) == (str(post.translation_key), "Osparad rubrik", "/nyheter/ute/")
    assert "Osparat" in str(answer["body"])
    assert client.get(f"/api/content/v1/posts/{post.translation_key}").json()["title"] == "Ute"
    assert Page.objects.get(pk=post.pk).latest_revision_id == post.latest_revision_id


def test_a_page_that_was_never_saved_is_shown(home, admin_client, exchange):
    section = section_for(Article, home)
    url = reverse("wagtailadmin_pages:preview_on_add", args=["cms", "article", section.pk])
    new = Article(title="Helt ny", slug="helt-ny", summary="Kort.")
    assert admin_client.post(url, form(new)).json()["is_valid"]
    led = admin_client.get(url)
    assert led["Location"].startswith(f"{FRONT}/nyheter/helt-ny/?preview=")
    answer = exchange(token_in(led["Location"])).json()
    assert (answer["title"], answer["type"], answer["kicker"]) == ("Helt ny", "article", "Nyhet")
    assert "Osparat" in str(answer["body"])
    assert not Article.objects.exists()


def test_the_panel_gets_a_page_of_ours_with_a_frame(publish, admin_client, settings):
    post = publish(Article, title="Ute")
    url = reverse("wagtailadmin_pages:preview_on_edit", args=[post.pk])
    admin_client.post(url, form(post))
    url = f"{url}?in_preview_panel=true"
    framed = admin_client.get(url)
    assert f'src="{FRONT}/nyheter/ute/?preview=' in framed.content.decode()
    assert f"frame-src {FRONT}" in framed["Content-Security-Policy"]
    settings.FRONTEND_URL = ""
    built_in = admin_client.get(url).content.decode()
    assert "preview=" not in built_in
    assert "<h1>Ute</h1>" in built_in


def test_a_draft_is_whole_with_dates_people_and_what_is_for_members(publish, exchange, now):
    karin = person("Karin Ek", "karin-ek", "Socialdirektör", "Umeå", None, "Ordförande")
    post = publish(Call, title="Skicka in", deadline=now.date() + timedelta(days=3))
    post.members_only, post.body, post.deadline = True, BODY, now.date() + timedelta(days=9)
    post.bylines.create(person=karin)
    token = previewing.issue(post, timezone.now())
    answer = exchange(token).json()
    assert (answer["withheld"], answer["members_only"]) == (False, True)
    assert "Ännu hemligt" in str(answer["body"])
    assert [date["text"] for date in answer["key_dates"]] == ["15 mars 2026"]
    assert answer["byline"][0]["slug"] == "karin-ek"
    assert post.dates.get().moment().shown() == "9 mars 2026"


def test_sections_and_the_home_page_too(home, exchange):
    home.introduction = "Ny ingress"
    answer = exchange(previewing.issue(home, timezone.now())).json()
    assert (answer["type"], answer["introduction"], answer["path"]) == ("home", "Ny ingress", "/")
    section = SectionIndex.objects.first() or section_for(Article, home)
    assert exchange(previewing.issue(section, timezone.now())).json()["type"] == "section"


def test_token_and_key_open_only_together_and_not_for_long(publish, exchange, monkeypatch):
    post = publish(Article, title="Ute", body=BODY)
    token = previewing.issue(post, timezone.now())
    other = previewing.issue(publish(Article, title="Annan"), timezone.now())
    assert exchange(other).json()["title"] == "Annan"
    etag = exchange(token).headers.get("ETag", '"x"')
    for kind in ("delivery", "member", None):
        refused = exchange(token, 401, kind, **{"if-none-match": etag})
        assert refused["WWW-Authenticate"].startswith("Bearer")
        assert "hemligt" not in refused.content.decode()
    tampered = token[:-1] + ("A" if token[-1] != "A" else "B")
    for wrong in (tampered, "x", "å", token.upper(), "x" * 3000, str(post.translation_key)):
        exchange(wrong, 404)
    assert token not in str(PreviewTicket.objects.values_list("digest", "content"))
    later = timezone.now() + timedelta(minutes=15, seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    exchange(token, 404)
    assert previewing.forget_old(later) == 2


def test_a_deleted_page_takes_its_previews_along(publish, exchange):
    post = publish(Article, title="Ute")
    token = previewing.issue(post, timezone.now())
    post.delete()
    exchange(token, 404)


def test_who_may_not_edit_gets_no_token(publish, client, django_user_model):
    post = publish(Article, title="Ute")
    client.force_login(django_user_model.objects.create_user("otto"))
    client.get(reverse("wagtailadmin_pages:preview_on_edit", args=[post.pk]))
    client.get(reverse("wagtailadmin_pages:view_draft", args=[post.pk]))
    assert not PreviewTicket.objects.exists()
