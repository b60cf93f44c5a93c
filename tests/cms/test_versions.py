"""Kept answers: every change that a reader could see makes them anew, no draft does, and one request makes them for all."""

import threading
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import PageViewRestriction

from cms import copying
from cms.api import stampede
from cms.identity import Identity
from cms.models import Abbreviation, Article, Attachment, Byline, Call, Region, RelatedPost, Topic
from cms.publishing import publish_due
from tests.browser.press import person, picture

API = "/api/content/v1"
COLOURS = ("#c9dbe0", "#f3d9a4", "#3f6b6e")


@pytest.fixture
def changes(client):
    """Do something, and tell whether the answer at a path is another one than before."""
    cache.clear()

    def ask(path, act):
        before = client.get(f"{API}{path}")
        act()
        after = client.get(f"{API}{path}", headers={"if-none-match": before.get("ETag", "")})
        return after.status_code != 304 and (before.status_code, before.content) != (after.status_code, after.content)

    return ask


def saved(row, **values):
    """Return the act of saving other values in a row."""

    def act():
        for name, value in values.items():
            setattr(row, name, value)
        row.save()

    return act


@pytest.fixture
def cast(publish):
    """A post with everything around it that has rows of its own."""
    names = {
        "picture": picture("Sjö", COLOURS, (300, 200)),
        "inner": picture("Skog", COLOURS, (300, 200)),
        "document": Attachment.objects.create(title="Stadgar", file=ContentFile(b"x", "stadgar.txt")),
        "topic": Topic.objects.create(name="Barn", slug="barn"),
        "region": Region.objects.create(name="Norr", slug="norr"),
        "word": Abbreviation.objects.create(short="SoL", meaning="socialtjänstlagen"),
        "other": publish(Article, title="Annan"),
        "karin": person("Karin", "karin", "Chef", "Umeå", picture("Karin", COLOURS, (300, 300))),
    }
    body = [
        ("picture", {"image": names["inner"], "alt": "", "caption": "", "photographer": ""}),
        ("document", {"document": names["document"], "text": ""}),
        ("person", {"person": names["karin"], "text": ""}),
    ]
    post = publish(Article, title="Hej", lead_image=names["picture"], body=body)
    post.topics, post.regions, post.abbreviations = [names["topic"]], [names["region"]], [names["word"]]
    post.bylines.add(Byline(person=names["karin"]))
    post.related.add(RelatedPost(other=names["other"].post_ptr))
    post.save_revision().publish()
    copying.prepare(post)
    return names | {"post": Article.objects.get(pk=post.pk)}


def test_what_stands_around_a_post_changes_its_answer(cast, changes):
    path = f"/posts/{cast['post'].translation_key}"
    acts = {
        "picture": saved(cast["picture"], description="En sjö"),
        "inner picture": saved(cast["inner"], caption="En skog"),
        "document": saved(cast["document"], title="Nya stadgar"),
        "topic": saved(cast["topic"], name="Unga"),
        "region": saved(cast["region"], name="Norra"),
        "abbreviation": saved(cast["word"], meaning="lagen"),
        "person": saved(cast["karin"], title="Direktör", slug="karin-ek"),
        "portrait": saved(cast["karin"].portrait, description="Karin"),
        "related post": lambda: publish_anew(cast["other"], title="Ny titel"),
        "related post taken down": cast["other"].unpublish,
        "post": lambda: publish_anew(cast["post"], summary="Annat."),
        "copies": lambda: (cast["picture"].renditions.all().delete(), copying.make([(cast["picture"].pk, "card")])),
        "document gone": cast["document"].delete,
    }
    assert [name for name, act in acts.items() if not changes(path, act)] == []


def publish_anew(post, **values):
    saved_post = type(post).objects.get(pk=post.pk)
    for name, value in values.items():
        setattr(saved_post, name, value)
    saved_post.save_revision().publish()


def test_what_happens_to_pages_changes_lists_and_paths(publish, changes, home):
    post = publish(Article, title="Hej")
    where = f"/by-path?path={post.path_on_site}"
    restriction = PageViewRestriction(page=post, restriction_type="login")
    redirect = Redirect(old_path="/gammal", redirect_page=post)
    assert changes("/posts", restriction.save)
    assert changes(where, restriction.delete)
    assert changes("/by-path?path=/gammal", redirect.save)
    assert changes("/by-path?path=/gammal", saved(redirect, redirect_link="https://www.example.se/", redirect_page=None))
    assert changes("/by-path?path=/", saved(home, introduction="Välkommen."))
    assert changes("/navigation", saved(post.get_parent().specific, show_in_menus=False))
    assert changes("/navigation", lambda: Identity.objects.update_or_create(defaults={"name": "Ny förening"}))
    assert changes("/posts", post.unpublish)


def test_time_changes_answers(publish, changes, monkeypatch):
    now = timezone.now()
    call = publish(Call, title="Stänger", deadline=timezone.localdate())
    gone = publish(Article, title="Tillfällig", expire_at=now + timedelta(hours=1))
    publish(Article, title="Kommer", go_live_at=now + timedelta(hours=1))
    later = now + timedelta(days=2)
    path = f"/posts/{call.translation_key}"
    assert changes("/posts", lambda: publish_due(later))
    assert not Article.objects.get(pk=gone.pk).live
    assert changes(path, lambda: monkeypatch.setattr(timezone, "now", lambda: later))


def test_drafts_change_nothing(cast, changes):
    post = cast["post"]
    post.title = "Senare"

    def write():
        post.save_revision()
        draft = post.get_parent().add_child(instance=Article(title="Utkast", live=False))
        draft.save_revision()

    for path in ("/posts", f"/posts/{post.translation_key}", f"/by-path?path={post.path_on_site}"):
        assert not changes(path, write)


def test_of_many_requests_at_once_one_makes_the_answer():
    cache.clear()
    made, begun, go_on = [], threading.Event(), threading.Event()

    def make():
        made.append(1)
        begun.set()
        go_on.wait(10)
        return HttpResponse(b"body")

    bodies = []
    askers = [threading.Thread(target=lambda: bodies.append(stampede.once("key", make).content)) for _ in range(5)]
    for asker in askers:
        asker.start()
    begun.wait(10)
    go_on.set()
    for asker in askers:
        asker.join()
    assert (made, bodies) == ([1], [b"body"] * 5)
    assert stampede.once("other", lambda: HttpResponse(b"no", status=404)).status_code == 404
    assert cache.get("other") is None
