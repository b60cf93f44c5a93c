"""The content API: what it answers, what it refuses, what it never tells, and what an answer costs."""

import uuid
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import PageViewRestriction

from cms import copying
from cms.models import Article, Call, Column, Event, PlainPage, Region, Topic, section_for
from tests.browser.press import person, picture

API = "/api/content/v1"
COLOURS = ("#c9dbe0", "#f3d9a4", "#3f6b6e")


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def get(client):
    """Ask the API and return the JSON, whatever the status."""

    def ask(path, status=200, **headers):
        response = client.get(f"{API}{path}", headers=headers)
        assert response.status_code == status, response.content
        return response.json()

    return ask


def titles(answer):
    return [item["title"] for item in answer["items"]]


def test_a_card_holds_what_a_list_shows(publish, get):
    image = picture("Sjö", COLOURS, (900, 600), description="En sjö", photographer="Per Öst")
    karin = person("Karin Ek", "karin-ek", "Socialdirektör", "Umeå", None, "Ordförande")
    post = publish(Call, title="Skicka in", deadline=timezone.localdate() + timedelta(days=3), lead_image=image)
    post.bylines.create(person=karin, name="Karin Ek")
    post.save()
    copying.prepare(post)
    card = get("/posts")["items"][0]
    assert card["id"] == str(post.translation_key)
    assert (card["type"], card["kicker"], card["path"]) == ("call", "Utlysning", "/utlysningar/skicka-in/")
    assert card["url"] == "https://ordet.example.se/utlysningar/skicka-in/"
    assert card["image"]["copies"][0]["url"].startswith("https://ordet.example.se/media/")
    assert (card["image"]["alt"], card["image"]["photographer"]) == ("En sjö", "Per Öst")
    assert card["byline"][0]["slug"] == "karin-ek"
    assert [(one["kind"], one["closes"], one["closed"]) for one in card["key_dates"]] == [("deadline", True, False)]


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/posts?foo=1&typ=call", ["foo", "typ"]),
        ("/posts?type=nonsense", ["type"]),
        ("/posts?limit=0", ["limit"]),
        ("/posts?limit=101", ["limit"]),
        ("/posts?published_from=i+går", ["published_from"]),
        ("/posts?open=kanske", ["open"]),
        ("/posts?open=yes&limit=1.0&published_to=0", ["limit", "open", "published_to"]),
        ("/posts?after=x%00y", ["after"]),
        ("/posts?order=title", ["order"]),
        ("/by-path", ["path"]),
        ("/by-path?path=/&x=1", ["x"]),
    ],
)
def test_what_is_wrong_is_refused_by_name(home, client, path, names):
    response = client.get(f"{API}{path}")
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert sorted(error["parameter"] for error in response.json()["errors"]) == sorted(names)


@pytest.mark.parametrize(
    "path", ["/posts/2cb7dbd7-2b0b-4a2c-8f6f-000000000000", "/posts/nonsense", "/nowhere", "/by-path?path=/finns/inte/"]
)
def test_what_is_not_there_is_a_problem_too(home, client, path):
    response = client.get(f"{API}{path}")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_filters_narrow(publish, get):
    now = timezone.now()
    topic, other = (Topic.objects.create(name=name, slug=name) for name in ("ledarskap", "barn"))
    north = Region.objects.create(name="Norr", slug="norr")
    karin = person("Karin", "karin", "Chef", "Umeå")
    old = publish(Article, title="Gammal", date=now - timedelta(days=400))
    new = publish(Column, title="Ny")
    new.topics.set([topic, other])
    new.regions.set([north])
    new.save()
    new.bylines.create(person=karin, name="Karin")
    new.save()
    assert titles(get("/posts?type=column")) == ["Ny"]
    assert titles(get("/posts?type=column&type=article")) == ["Ny", "Gammal"]
    assert titles(get("/posts?topic=ledarskap&topic=barn")) == ["Ny"]
    assert titles(get("/posts?topic=okänt")) == []
    assert titles(get("/posts?region=norr&author=karin")) == ["Ny"]
    assert titles(get(f"/posts?published_to={timezone.localdate(old.date)}")) == ["Gammal"]
    assert titles(get(f"/posts?published_from={timezone.localdate(now)}")) == ["Ny"]
    assert titles(get("/posts?order=date")) == ["Gammal", "Ny"]


def test_open_and_deadline_look_at_closing_dates(publish, get):
    today = timezone.localdate()
    publish(Call, title="Öppen", deadline=today + timedelta(days=3))
    publish(Call, title="Stängd", deadline=today - timedelta(days=3))
    publish(Column, title="Utan")
    assert titles(get("/posts?open=true")) == ["Öppen"]
    assert titles(get("/posts?open=false")) == ["Stängd"]
    assert titles(get(f"/posts?deadline_from={today}")) == ["Öppen"]
    assert titles(get(f"/posts?deadline_from={today + timedelta(days=3)}&deadline_to={today + timedelta(days=3)}")) == ["Öppen"]
    assert titles(get(f"/posts?deadline_to={today}")) == ["Stängd"]


def test_search_finds_all_words(publish, get, settings):
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
    from django.core.management import call_command

    publish(Article, title="Tillit i hemtjänsten")
    publish(Article, title="Tillit och ekonomi")
    call_command("wagtail_update_index", verbosity=0)
    assert titles(get("/posts?q=tillit+ekonomi")) == ["Tillit och ekonomi"]
    assert titles(get("/posts?q=finnsinte")) == []
    assert titles(get("/posts?q=tillit&type=column")) == []
    found = get("/posts?q=tillit&limit=1")
    assert (found["count"], found["more"], found["items"][0]["snippet"][:12]) == (2, False, "Om samarbete")
    assert titles(get(f"/posts?q=tillit&limit=1&after={found['after']}")) == ["Tillit i hemtjänsten"]
    assert get("/posts")["items"][0]["snippet"] is None


def test_paging_by_key_is_stable_while_posts_are_published(publish, get):
    made = [publish(Article, title=str(number), date=timezone.now() - timedelta(days=number)) for number in range(5)]
    first = get("/posts?limit=2")
    publish(Article, title="ny")
    second = get(f"/posts?limit=2&after={first['after']}")
    third = get(f"/posts?limit=2&after={second['after']}")
    assert titles(first) + titles(second) + titles(third) == [post.title for post in made]
    assert third["after"] is None
    backwards = get("/posts?limit=4&order=date")
    assert titles(get(f"/posts?limit=4&order=date&after={backwards['after']}")) == ["0", "ny"]


def test_drafts_and_private_pages_do_not_exist(publish, home, get):
    hidden = publish(Article, title="Under spärr")
    section = section_for(Article, home)
    draft = section.add_child(instance=Article(title="Utkast", live=False))
    PageViewRestriction.objects.create(page=section, restriction_type="login")
    open_post = publish(Call, title="Öppen")
    assert titles(get("/posts")) == ["Öppen"]
    for post in (hidden, draft):
        get(f"/posts/{post.translation_key}", 404)
        get(f"/by-path?path={post.path_on_site}", 404)
    get("/by-path?path=/nyheter/", 404)
    get(f"/posts/{open_post.translation_key}")
    open_post.unpublish()
    get(f"/posts/{open_post.translation_key}", 404)


def test_members_only_gives_the_card_and_withholds_the_rest(publish, get, client, eva):
    body = [("text", "<p>Hemligt.</p>")]
    post = publish(Column, title="Lön", members_only=True, sign_off="Hemligt", body=body, postscript="Hemligt", afterword=body)
    client.force_login(eva)  # an editor's session must not open what a shared cache would keep
    answer = get(f"/posts/{post.translation_key}")
    assert answer["withheld"] is True
    assert answer["title"] == "Lön"
    assert "Hemligt" not in str(answer)
    assert "Hemligt" not in str(get(f"/by-path?path={post.path_on_site}"))


def test_no_search_tells_what_members_read(publish, get, settings):
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
    post = publish(Column, title="Lön", body=[("text", "<p>Avgångsvederlag.</p>")])
    assert titles(get("/posts?q=avgångsvederlag")) == ["Lön"]
    post.members_only = True
    post.save_revision().publish()
    assert titles(get("/posts?q=avgångsvederlag")) == []
    assert titles(get("/posts?q=lön")) == ["Lön"]
    post.members_only = False
    post.save_revision().publish()
    assert titles(get("/posts?q=avgångsvederlag")) == ["Lön"]


def test_dates_in_a_members_text_stand_on_no_card(publish, get, client, eva, now):
    day = {"precision": "day", "label": "Hemligt möte", "day": now.date(), "last_day": None, "at": None, "text": ""}
    body = [("key_dates", {"title": "Datum", "dates": [day]})]
    post = publish(Call, title="Lön", deadline=now.date() + timedelta(days=1), members_only=True, body=body)
    assert [date["kind"] for date in get("/posts")["items"][0]["key_dates"]] == ["deadline"]
    assert [date.kind for date in post.teaser(now).dates] == ["deadline"]
    assert "Hemligt" not in client.get(post.path_on_site).content.decode()
    client.force_login(eva)
    assert "Hemligt" in client.get(post.path_on_site).content.decode()
    post.members_only = False
    post.save_revision().publish()
    assert [date["label"] for date in get("/posts")["items"][0]["key_dates"]] == ["Hemligt möte", "Sista dag"]


def test_by_path_answers_in_one_hop(publish, home, get):
    post = publish(Article, title="Hej")
    plain = publish(PlainPage, title="Om oss")
    assert get("/by-path?path=/nyheter/hej/")["id"] == str(post.translation_key)
    assert get("/by-path?path=nyheter/hej")["id"] == str(post.translation_key)
    assert get(f"/by-path?path={plain.path_on_site}")["type"] == "page"
    front = get("/by-path?path=/")
    assert (front["type"], titles(front["posts"])) == ("home", ["Hej"])
    assert get("/by-path?path=/nyheter/")["title"] == "Nyheter"


def test_by_path_tells_where_a_page_went(publish, get):
    post = publish(Article, title="Hej")
    Redirect.objects.create(old_path="/2021/gammal", redirect_page=post)
    Redirect.objects.create(old_path="/ut", redirect_link="https://www.example.se/", is_permanent=False)
    assert get("/by-path?path=/2021/gammal/") == {"redirect": "/nyheter/hej/", "permanent": True}
    assert get("/by-path?path=/ut") == {"redirect": "https://www.example.se/", "permanent": False}
    post.unpublish()
    get("/by-path?path=/2021/gammal/", 404)


def test_an_answer_has_validators_and_a_304(publish, client):
    publish(Article)
    first = client.get(f"{API}/posts")
    assert "max-age" in first["Cache-Control"]
    again = client.get(f"{API}/posts", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    publish(Article, title="Ny")
    assert client.get(f"{API}/posts", headers={"if-none-match": first["ETag"]}).status_code == 200


def test_last_modified_waits_until_its_second_is_over(publish, client):
    from cms.models import ContentVersion

    publish(Article)
    assert "Last-Modified" not in client.get(f"{API}/posts")
    ContentVersion.objects.update(changed_at=timezone.now() - timedelta(seconds=90))
    modified = client.get(f"{API}/posts")["Last-Modified"]
    assert client.get(f"{API}/posts", headers={"if-modified-since": modified}).status_code == 304


def test_a_kept_answer_costs_one_query(publish, client, django_assert_num_queries):
    publish(Article)
    client.get(f"{API}/posts")
    with django_assert_num_queries(1):
        client.get(f"{API}/posts")


def test_whatever_readers_see_raises_the_version(publish, home, get):
    post = publish(Article, title="Hej")
    karin = person("Karin", "karin", "Chef", "Umeå")
    post.bylines.create(person=karin, name="Karin")
    post.save()
    image = picture("Sjö", COLOURS, (900, 600))
    post.lead_image = image
    post.save()
    copying.prepare(post)
    get("/posts")
    image.description = "En sjö"
    image.save()
    assert get("/posts")["items"][0]["image"]["alt"] == "En sjö"
    karin.slug = "karin-ek"
    karin.save()
    assert get("/posts")["items"][0]["byline"][0]["slug"] == "karin-ek"
    restriction = PageViewRestriction.objects.create(page=post, restriction_type="login")
    assert titles(get("/posts")) == []
    restriction.delete()
    assert titles(get("/posts")) == ["Hej"]
    post.move(section_for(Column, home), pos="last-child")
    assert get("/posts")["items"][0]["path"] == "/ordforanden-har-ordet/hej/"


def test_a_draft_leaves_kept_answers_alone(publish, get, django_assert_num_queries):
    post = publish(Article)
    get("/posts")
    post.title = "Senare"
    post.save_revision()
    with django_assert_num_queries(1):
        get("/posts")


def test_a_call_that_closes_changes_its_answer(publish, get, monkeypatch):
    call = publish(Call, deadline=timezone.localdate())
    assert get(f"/posts/{call.translation_key}")["key_dates"][0]["closed"] is False
    later = timezone.now() + timedelta(days=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert get(f"/posts/{call.translation_key}")["key_dates"][0]["closed"] is True


@pytest.mark.parametrize("path", ["/posts?limit=100", "/posts?open=true&type=call", "/posts?topic=ledarskap"])
def test_a_list_costs_the_same_however_long_it_is(publish, client, path):
    image = picture("Sjö", COLOURS, (900, 600))
    karin = person("Karin", "karin", "Chef", "Umeå", picture("Karin", COLOURS, (300, 300)), "Ordförande")
    topic = Topic.objects.create(name="Ledarskap", slug="ledarskap")

    def add(number):
        for _ in range(number):
            post = publish(Call, title=uuid.uuid4().hex, lead_image=image, deadline=timezone.localdate() + timedelta(days=9))
            post.topics.add(topic)
            post.save()
            post.bylines.create(person=karin, name="Karin")
            post.save()
            copying.prepare(post)
            cache.clear()

    def count():
        client.get(f"{API}{path}")
        cache.clear()
        with CaptureQueriesContext(connection) as found:
            answer = client.get(f"{API}{path}")
        return len(found), len(answer.json()["items"])

    add(3)
    few, three = count()
    add(37)
    many, forty = count()
    assert (three, forty) == (3, 40) if "limit" in path else (3, 20)
    assert many == few
    assert few <= 8


def test_addresses_in_a_body_work_from_elsewhere(publish, get):
    target = publish(Article, title="Mål")
    image = picture("Sjö", COLOURS, (900, 600), description="En sjö")
    body = [
        ("text", f'<p><a linktype="page" id="{target.pk}">dit</a></p>'),
        ("picture", {"image": image, "alt": "", "caption": "", "photographer": ""}),
        ("links", {"title": "", "links": [{"text": "dit", "page": target, "address": ""}]}),
    ]
    post = publish(Event, title="Dag", body=body)
    copying.prepare(post)
    found = {block["type"]: block["value"] for block in get(f"/posts/{post.translation_key}")["body"]}
    assert found["text"]["html"] == '<p><a href="/nyheter/mal/">dit</a></p>'
    assert found["picture"]["url"].startswith("https://ordet.example.se/media/")
    assert found["picture"]["alt"] == "En sjö"
    assert found["links"]["links"] == [{"text": "dit", "url": "/nyheter/mal/"}]


def test_the_documentation_comes_out_of_the_box(client, db):
    page = client.get(f"{API}/docs").content.decode()
    assert "openapi.json" in page
    assert "cdn" not in page
