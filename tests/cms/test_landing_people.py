"""People, topics and regions on the site: who held which office on which day, and what stands under each."""

from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms import listing
from cms.identity import Identity
from cms.landing import offices, people
from cms.models import Article, Person, Region, Role, Topic

NAME = "Sveriges Socialtjänstchefer"
TODAY = date(2026, 3, 6)


def somebody(name, *roles, **fields):
    """Return a person with roles as (title, organisation, begins, ends)."""
    made = Person.objects.create(name=name, slug=name.lower().replace(" ", "-"), **fields)
    for number, (title, organisation, *days) in enumerate(roles):
        begins, ends = (*days, None, None)[:2]
        Role.objects.create(person=made, title=title, organisation=organisation, begins=begins, ends=ends, sort_order=number)
    return made


@pytest.fixture
def identity(db):
    return Identity.objects.create(name=NAME, short_name="FSS")


@pytest.fixture
def board(identity):
    year = date.fromisoformat
    somebody("Åsa Berg", ("ledamot", "FSS", year("2020-03-01")))
    somebody("Karin Ek", ("Ordförande", "", year("2024-03-15")), ("ledamot", NAME, year("2019-01-01"), year("2024-03-14")))
    somebody("Per Öst", ("ordförande", f"Föreningen {NAME}", year("2018-01-01"), year("2024-03-14")), title="socialchef")
    somebody("Zoe Al", ("Vice ordförande", "fss"), ("Valberedare", ""))
    somebody("Eva Bo", ("Revisor", "FSS"))
    somebody("Utan Roll", ("ordförande", "En annan förening"))
    return identity


def names(seats):
    return [(seat.person.name, seat.titles) for seat in seats]


def test_the_board_of_a_day_stands_in_the_order_of_a_letterhead(board):
    now = offices.held(board, TODAY)
    assert names(now.board) == [
        ("Karin Ek", ["Ordförande"]),
        ("Zoe Al", ["Vice ordförande", "Valberedare"]),
        ("Åsa Berg", ["ledamot"]),
    ]
    assert names(now.others) == [("Eva Bo", ["Revisor"])]
    before = offices.held(board, date(2024, 3, 14))
    assert names(before.board)[0] == ("Per Öst", ["ordförande"])
    assert offices.earlier_years(board, TODAY) == list(range(2025, 2017, -1))


@pytest.mark.parametrize(
    ("title", "rank"),
    [
        ("Ordförande", 0),
        ("tf  ordförande", 0),
        ("förbundsordförande", 0),
        ("förste vice ordförande", 1),
        ("kassör", 2),
        ("Sekreterare i styrelsen", 3),
        ("styrelseledamot", 4),
        ("vice sekreterare", 3),
        ("suppleant", 5),
        ("ordförande i valberedningen", None),
        ("hedersordförande", None),
        ("", None),
    ],
)
def test_offices_of_the_board_are_known_by_their_titles(title, rank):
    assert offices.rank(title) == rank


def test_without_an_identity_only_roles_without_organisation_are_ours(db):
    somebody("A", ("ordförande", ""))
    somebody("B", ("ordförande", "FSS"))
    assert [seat.person.name for seat in offices.held(None, TODAY).board] == ["A"]


def test_the_page_shows_a_chosen_day_and_takes_no_nonsense_for_one(board, client):
    page = client.get("/personer/?datum=2024-03-14").content.decode()
    assert "Styrelsen den 14 mars 2024" in page
    assert page.index("Per Öst") < page.index("Åsa Berg")
    assert 'href="?datum=2019-12-31"' in page
    assert '<link rel="canonical" href="https://ordet.example.se/personer/">' in page
    for written in ("2024-13-01", "<b>", "0001-01-01", "9" * 5000, "2024-W01-1\0"):
        wrong = client.get("/personer/", {"datum": written})
        assert wrong.status_code == 200
        assert "är inget datum" in wrong.content.decode() or written.startswith("2024-W")
    assert "&lt;b&gt;" in client.get("/personer/?datum=<b>").content.decode()


def test_everybody_stands_on_one_page_while_there_is_room_else_by_letter(home, client):
    for name in ("Östen Al", "Åke Al", "Ärla Al", "Bo Al"):
        somebody(name)
    page = client.get("/personer/").content.decode()
    places = [page.index(f">{name} Al</a>") for name in ("Bo", "Åke", "Ärla", "Östen")]
    assert places == sorted(places)
    assert "bokstav" not in page
    Person.objects.bulk_create(Person(name=f"Cilla {n:03}", slug=f"cilla-{n}") for n in range(people.PAGE_SIZE + 5))
    cache.clear()
    assert "Bo Al" in client.get("/personer/").content.decode()
    ours = client.get("/personer/?bokstav=ö").content.decode()
    assert "Östen Al" in ours
    assert "Bo Al" not in ours
    first = people.register(people.initials(), letter="C")
    rest = people.register(people.initials(), letter="C", after=first.after)
    assert [one.name for one in first.people + rest.people] == [f"Cilla {n:03}" for n in range(people.PAGE_SIZE + 5)]
    assert rest.after == ""
    assert client.get("/personer/", {"bokstav": "C", "efter": first.after}).status_code == 200


@pytest.mark.parametrize("query", ["bokstav=Q", "bokstav=ab", "efter=nonsens", "efter=fA", "bokstav=%00&efter=x"])
def test_letters_and_keys_that_nobody_gave_find_nothing(home, client, query):
    somebody("Bo Al")
    assert client.get(f"/personer/?{query}").status_code == 404


def test_a_person_has_roles_with_years_and_posts(board, publish, client):
    region = Region.objects.create(name="Norrland", slug="norrland")
    karin = Person.objects.get(slug="karin-ek")
    Person.objects.filter(pk=karin.pk).update(region=region, competences="barn, <i>unga</i>", email="karin@example.se")
    post = publish(Article, title="Om tillit")
    post.bylines.create(person=karin, name="Karin")
    post.save()
    page = client.get("/personer/karin-ek/").content.decode()
    assert "2019–2024" in page
    assert "sedan 2024" in page
    assert "&lt;i&gt;unga&lt;/i&gt;" in page
    assert 'href="/regioner/norrland/"' in page
    assert "Om tillit" in page
    assert "mailto:karin@example.se" in page
    assert 'href="/personer/karin-ek/"' in client.get(post.url).content.decode()
    assert client.get("/personer/finns-inte/").status_code == 404
    assert client.get("/personer/karin-ek/?efter=x").status_code == 404


def test_an_address_is_shown_while_the_person_speaks_for_the_association_alone(board):
    Person.objects.update(email="x@example.se")
    shown = {slug: people.profile(slug, board, TODAY).email for slug in ("karin-ek", "per-öst", "utan-roll")}
    assert shown == {"karin-ek": "x@example.se", "per-öst": "", "utan-roll": ""}


@pytest.mark.parametrize(
    ("begins", "ends", "words"),
    [
        ("2019-01-01", "2023-05-01", "2019–2023"),
        ("2020-01-01", "2020-12-31", "2020"),
        ("2022-01-01", None, "sedan 2022"),
        ("2022-01-01", "2027-01-01", "sedan 2022"),
        ("2027-01-01", None, "från 2027"),
        (None, "2021-01-01", "till 2021"),
        (None, None, ""),
    ],
)
def test_the_years_of_a_role_in_words(begins, ends, words):
    role = Role(begins=begins and date.fromisoformat(begins), ends=ends and date.fromisoformat(ends))
    assert offices.years(role, TODAY) == words


def test_topics_and_regions_count_and_show_what_is_listed(publish, client):
    topic = Topic.objects.create(name="Ökad <tillit>", slug="tillit")
    region = Region.objects.create(name="Norr", slug="norr")
    Topic.objects.create(name="Ledarskap", slug="ledarskap")
    somebody("Nora Norr", region=region)
    for title in ("Ett", "Två"):
        post = publish(Article, title=title)
        post.topics.add(topic)
        post.regions.add(region)
        post.save()
    publish(Article, title="Nedtagen", topics=[topic]).unpublish()
    index = client.get("/amnen/").content.decode()
    assert "Ökad &lt;tillit&gt;" in index
    assert index.index("Ledarskap") < index.index("Ökad")
    assert "2 inlägg" in index
    page = client.get("/amnen/tillit/").content.decode()
    assert "Ett" in page
    assert "Nedtagen" not in page
    assert 'href="/amnen/tillit/"' in client.get(post.url).content.decode()
    assert "1 inlägg" not in client.get("/regioner/").content.decode()
    assert "Nora Norr" in client.get("/regioner/norr/").content.decode()
    assert client.get("/amnen/borta/").status_code == 404


@pytest.fixture
def crowd(publish, board):
    """Publish `number` posts of a person, a topic and a region, with people in all of them."""
    topic = Topic.objects.create(name="Tillit", slug="tillit")
    region = Region.objects.create(name="Norr", slug="norr")
    karin = Person.objects.get(slug="karin-ek")

    def make(number, start):
        for count in range(start, start + number):
            somebody(f"Nils {count}", ("ledamot", "FSS"), region=region)
            post = publish(Article, title=f"Inlägg {count}")
            post.topics.add(topic)
            post.regions.add(region)
            post.bylines.create(person=karin, name="Karin")
            post.save()

    return make


PATHS = ["/personer/", "/personer/karin-ek/", "/amnen/", "/amnen/tillit/", "/regioner/", "/regioner/norr/"]


def cost(client, path):
    cache.clear()
    client.get(path)
    cache.clear()
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


def test_a_page_costs_the_same_however_much_there_is(crowd, client):
    crowd(2, 0)
    few = {path: cost(client, path) for path in PATHS}
    crowd(listing.PAGE_SIZE + 1, 2)
    assert {path: cost(client, path) for path in PATHS} == few
    assert max(few.values()) <= 22, few
    assert "?efter=" in client.get("/amnen/tillit/").content.decode()
