"""The API beside posts: key dates, people, topics, regions, navigation: what they list, and what that costs."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction

from cms import copying
from cms.identity import Identity
from cms.keydates import midnight
from cms.models import Article, Call, Column, Event, Person, PlainPage, Region, Role, SectionIndex, Topic, section_for
from tests.browser.press import picture

API = "/api/content/v1"


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def get(client):
    """Ask the API and return the JSON, whatever the status."""

    def ask(path, status=200):
        response = client.get(f"{API}{path}")
        assert response.status_code == status, response.content
        return response.json()

    return ask


def labels(answer):
    return [f"{item['post']['title']}: {item['kind']}" for item in answer["items"]]


def names(answer):
    return [item["name"] for item in answer["items"]]


def cost(client, path):
    """How many queries an answer takes that nobody has asked for before."""
    cache.clear()
    with CaptureQueriesContext(connection) as found:
        assert client.get(f"{API}{path}").status_code == 200
    return len(found)


def test_key_dates_stand_in_the_order_of_the_calendar(publish, get):
    today = timezone.localdate()
    topic = Topic.objects.create(name="Barn", slug="barn")
    open_call = publish(Call, title="Öppen", deadline=today, decision=today + timedelta(days=9))
    publish(Call, title="Stängd", deadline=today - timedelta(days=3))
    publish(Event, title="Dagar", first_day=today - timedelta(days=1), last_day=today + timedelta(days=1))
    publish(Call, title="Vag", deadline_text="mars–april")
    open_call.topics.add(topic)
    open_call.save()
    every = ["Stängd: deadline", "Dagar: event", "Öppen: deadline", "Öppen: decision"]
    assert labels(get("/key-dates")) == every
    assert labels(get("/key-dates?order=-date")) == every[::-1]
    assert labels(get("/key-dates?open=true")) == every[1:]
    assert labels(get("/key-dates?open=false")) == every[:1]
    assert labels(get("/key-dates?closes=true")) == [every[0], every[2]]
    assert labels(get("/key-dates?kind=event&kind=decision")) == [every[1], every[3]]
    assert labels(get("/key-dates?type=event")) == [every[1]]
    assert labels(get("/key-dates?topic=barn&open=true")) == every[2:]
    assert labels(get(f"/key-dates?from={today}&to={today}")) == every[1:3]
    assert labels(get(f"/key-dates?from={today + timedelta(days=2)}")) == every[3:]
    first = get("/key-dates?limit=2")
    publish(Call, title="Sen", deadline=today - timedelta(days=9))
    assert labels(first) + labels(get(f"/key-dates?limit=2&after={first['after']}")) == every
    one = get("/key-dates?type=event")["items"][0]
    assert one["post"]["path"] == "/evenemang/dagar/"
    assert (one["precision"], one["closes"], one["closed"]) == ("day", False, False)


def test_a_point_in_time_at_midnight_belongs_to_the_day_that_begins(publish, get):
    day = timezone.localdate() + timedelta(days=5)
    publish(Call, title="Natt", deadline=day, deadline_time=midnight(day).time())
    assert labels(get(f"/key-dates?from={day}")) == ["Natt: deadline"]
    assert labels(get(f"/key-dates?from={day + timedelta(days=1)}")) == []
    assert labels(get(f"/key-dates?to={day - timedelta(days=1)}")) == []


def test_key_dates_of_what_is_not_public_are_nobodys(publish, get):
    today = timezone.localdate()
    hidden = publish(Call, title="Spärrad", deadline=today)
    down = publish(Call, title="Nere", deadline=today)
    PageViewRestriction.objects.create(page=hidden, restriction_type="login")
    down.unpublish()
    assert labels(get("/key-dates")) == []


def test_a_page_of_key_dates_costs_the_same_however_long_it_is(publish, client):
    def add(number):
        for _ in range(number):
            publish(Call, deadline=timezone.localdate())

    add(2)
    few = cost(client, "/key-dates?topic=x&open=true&limit=100"), cost(client, "/key-dates?limit=100")
    add(8)
    assert few == (cost(client, "/key-dates?topic=x&open=true&limit=100"), cost(client, "/key-dates?limit=100"))
    assert max(few) <= 4


@pytest.fixture
def board(db):
    """Three people: Åsa chaired until 2024, then Bo; Cecilia is somewhere else."""
    north = Region.objects.create(name="Norr", slug="norr")
    made = {
        name: Person.objects.create(name=name, slug=slug, title="Chef", competences="barn, äldre", region=region)
        for name, slug, region in (("Åsa Öst", "asa", north), ("Bo Ek", "bo", None), ("Cecilia Al", "cecilia", None))
    }
    Role.objects.create(person=made["Åsa Öst"], title="Ordförande", begins=date(2020, 1, 1), ends=date(2024, 5, 31))
    Role.objects.create(person=made["Åsa Öst"], title="Ledamot", organisation="SKR")
    Role.objects.create(person=made["Bo Ek"], title="Ordförande", begins=date(2024, 6, 1))
    return made


def test_people_by_role_and_day(board, get):
    assert sorted(names(get("/people"))) == ["Bo Ek", "Cecilia Al", "Åsa Öst"]
    assert names(get("/people?role=Ordf%C3%B6rande&on=2024-05-31")) == ["Åsa Öst"]
    assert names(get("/people?role=Ordf%C3%B6rande&on=2024-06-01")) == ["Bo Ek"]
    asked = get("/people?organisation=&on=2023-01-01")["items"]
    assert [(one["name"], [role["title"] for role in one["roles"]]) for one in asked] == [("Åsa Öst", ["Ordförande"])]
    assert names(get("/people?organisation=SKR")) == ["Åsa Öst"]
    assert names(get("/people?region=norr")) == ["Åsa Öst"]
    assert names(get("/people?q=ÅSA+barn")) == ["Åsa Öst"]
    assert names(get("/people?q=b.")) == []


def test_one_person_with_all_roles(board, get):
    found = get("/people/asa")
    assert [role["title"] for role in found["roles"]] == ["Ordförande", "Ledamot"]
    assert (found["region"], found["competences"], found["portrait"]) == (
        {"name": "Norr", "slug": "norr"},
        ["barn", "äldre"],
        None,
    )
    assert "email" not in found
    get("/people/ingen", 404)


def test_people_are_paged_by_key_in_a_fixed_number_of_queries(board, get, client):
    image = picture("Bo", ("#c9dbe0", "#f3d9a4", "#3f6b6e"), (300, 300))
    copying.make([(image.pk, "portrait")])
    Person.objects.update(portrait=image)
    few = cost(client, "/people")
    Person.objects.bulk_create(Person(name="Dan", slug=f"dan-{number}", portrait=image) for number in range(7))
    assert cost(client, "/people") == few <= 6
    seen, after = [], ""
    while after is not None:
        answer = get(f"/people?limit=3&after={after}")
        seen += [one["slug"] for one in answer["items"]]
        after = answer["after"]
    assert sorted(seen) == sorted(Person.objects.values_list("slug", flat=True))
    assert len(seen) == len(set(seen))


def test_terms_count_what_is_listed(publish, get, client):
    barn, tom = (Topic.objects.create(name=name, slug=name.lower()) for name in ("Barn", "Äldre"))
    north = Region.objects.create(name="Norr", slug="norr")
    for title in ("ett", "två", "tre"):
        post = publish(Article, title=title)
        post.topics.add(barn)
        post.regions.add(north)
        post.save()
    PageViewRestriction.objects.create(page=post, restriction_type="login")
    page = publish(PlainPage)
    page.topics.add(tom)
    page.save()
    assert [(one["slug"], one["posts"]) for one in get("/topics")["items"]] == [("barn", 2), ("äldre", 0)]
    assert get("/regions")["items"] == [{"name": "Norr", "slug": "norr", "posts": 2}]
    assert cost(client, "/topics") <= 3


def test_navigation_tells_menu_footer_and_who_the_association_is(publish, home, get, client):
    section = section_for(Article, home)
    child = section.add_child(instance=SectionIndex(title="Press", slug="press", show_in_menus=True))
    section_for(Column, home).unpublish()
    privacy = publish(PlainPage, title="Personuppgifter")
    Identity.objects.create(
        name="Föreningen", postal_address="Box 1\n111 11 Stockholm", email="hej@example.se", privacy_page=privacy
    )
    found = get("/navigation")
    assert (found["menu"][0]["title"], found["menu"][0]["path"]) == ("Nyheter", "/nyheter/")
    assert found["menu"][0]["children"] == [
        {"title": "Press", "path": "/nyheter/press/", "url": f"https://ordet.example.se{child.url}"}
    ]
    assert found["association"]["postal_address"] == ["Box 1", "111 11 Stockholm"]
    footer = {place["title"]: place["url"] for place in found["footer"]}
    assert footer["Personuppgifter"].startswith("https://ordet.example.se/")
    assert footer["Nyhetsbrev"] == "https://ordet.example.se/nyhetsbrev/"
    assert cost(client, "/navigation") <= 6
    privacy.unpublish()
    assert "Personuppgifter" not in str(get("/navigation"))


def test_a_section_is_read_on_where_its_page_ends(publish, get):
    made = [publish(Article, title=str(number), date=timezone.now() - timedelta(days=number)) for number in range(25)]
    publish(Column, title="annat")
    first = get("/by-path?path=/nyheter/")["posts"]
    rest = get(f"/posts?section=/nyheter/&after={first['after']}")
    assert [item["title"] for item in first["items"] + rest["items"]] == [post.title for post in made]
    assert get("/posts?section=nyheter&limit=1")["items"][0]["title"] == "0"
    assert get("/posts?section=/finns-inte/")["items"] == []
