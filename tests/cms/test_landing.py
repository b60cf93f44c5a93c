"""Archive, calendar and search on the site; the menu that leads there, and editors' pages that come first."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache, caches
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction
from wagtail.search.index import insert_or_update_object

from cms import navigation
from cms.addresses import LANDING
from cms.keydates import KeyDate
from cms.landing import archive, dates
from cms.models import Article, Call, Event, Home, Person, SectionIndex, Topic, section_for

OLD = datetime(2024, 12, 31, 23, 30, tzinfo=UTC)


def text(client, address, **query):
    answer = client.get(address, query)
    assert answer.status_code == 200, address
    return answer.content.decode()


def locale():
    return Home.objects.get().locale_id


def test_the_archive_knows_years_and_months_by_the_clock_of_stockholm(publish, client):
    publish(Article, title="Nyår", date=OLD)
    publish(Article, title="Mars & april", date=datetime(2025, 3, 6, 12, tzinfo=UTC))
    publish(Article, title="Gammal", date=datetime(2019, 5, 2, 12, tzinfo=UTC))
    assert archive.months(locale()) == {2025: {3: 1, 1: 1}, 2019: {5: 1}}
    page = text(client, "/arkiv/")
    assert page.index('href="/arkiv/2025/"') < page.index('href="/arkiv/2019/"')
    year = text(client, "/arkiv/2025/")
    assert year.index(">Mars</h2>") < year.index("Mars &amp; april") < year.index(">Januari</h2>") < year.index("Nyår")
    month = text(client, "/arkiv/2025/", manad="3")
    assert "Nyår" not in month
    assert "Mars &amp; april" in month


@pytest.mark.parametrize("path", ["2018/", "99999999999999999999/", "2025/?manad=2", "2025/?manad=x", "2025/?efter=x", "abc/"])
def test_years_and_months_without_posts_are_no_pages(publish, client, path):
    publish(Article, date=OLD)
    assert client.get(f"/arkiv/{path}").status_code == 404


@pytest.fixture
def stocked(publish):
    """Calls and events around `today`, with a topic."""
    today = timezone.localdate()
    topic = Topic.objects.create(name="Barn", slug="barn")
    day = timedelta(days=1)
    call = publish(Call, title="Skicka in", deadline=today + 3 * day, decision=today + 40 * day)
    call.topics.add(topic)
    call.save()
    publish(Event, title="Pågår", first_day=today - day, last_day=today + day)
    publish(Call, title="Förbi", deadline=today - 400 * day)
    publish(Call, title="Vag", deadline_text="mars–april")
    return today


def test_the_calendar_shows_what_goes_on_then_what_comes_then_what_has_no_day(stocked, client):
    page = text(client, "/kalender/")
    assert page.index("I dag och pågående") < page.index(">Pågår</a>") < page.index("3 dagar kvar")
    assert page.index("3 dagar kvar") < page.index("Beslut") < page.index("Utan bestämd dag") < page.index("mars–april")
    assert "Förbi" not in page
    assert 'href="webcal://ordet.example.se/kalender.ics"' in page
    assert "noindex" not in page


def test_the_calendar_is_narrowed_by_kind_and_topic(stocked, client):
    closing = text(client, "/kalender/", typ="sista-dag")
    assert "Skicka in" in closing
    assert ">Pågår</a>" not in closing
    assert "noindex" in closing
    assert "Beslut" in text(client, "/kalender/", typ="call", amne="barn")
    assert ">Skicka in</a>" not in text(client, "/kalender/", typ="event")
    assert ">Pågår</a>" in text(client, "/kalender/", typ="finns-inte", amne="<b>")
    assert "Kalendern har inga sådana datum" in text(client, "/kalender/", typ="event", amne="barn")


def test_what_has_passed_stands_by_year_and_says_that_it_is_closed(stocked, client):
    year = (stocked - timedelta(days=400)).year
    page = text(client, "/kalender/", ar=str(year))
    assert ">Förbi</a>" in page
    assert "Stängd" in page
    assert ">Skicka in</a>" not in page
    for wrong in ("1999", "abc", "0", "²"):
        assert client.get("/kalender/", {"ar": wrong}).status_code == 404


def test_dates_are_paged_without_gaps_in_either_direction(publish):
    now = timezone.now()
    post = publish(Call)
    rows = [(way, n) for way in (1, -1) for n in range(3, dates.PAGE_SIZE + 13)]
    KeyDate.objects.bulk_create(
        KeyDate(post_id=post.pk, kind=str(way), number=n, label=str(n), precision="minute", starts=at, ends=at)
        for way, n in rows
        for at in [now + timedelta(seconds=way * (n // 3))]
    )
    years = {now.year, (now - timedelta(minutes=1)).year}

    def walk(ask):
        seen, after = [], ""
        while True:
            page = ask(after)
            seen += [entry.moment.label for month in page.months for entry in month.entries]
            after = page.after
            if not after:
                return seen

    coming = walk(lambda after: dates.coming(locale(), dates.Wanted(), now, after))
    assert sorted(map(int, coming)) == list(range(3, dates.PAGE_SIZE + 13))
    gone = []
    for year in years:
        gone += walk(lambda after, year=year: dates.past(locale(), dates.Wanted(), now, year, after))
    assert sorted(gone) == sorted(coming)


@pytest.mark.parametrize("key", ["x", "fA", "MjAyNC0wMS0wMXwxfDE", "MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMHwxfDE", "4oKs"])
def test_keys_that_the_calendar_did_not_give_find_nothing(home, client, key):
    assert client.get("/kalender/", {"efter": key}).status_code == 404


def test_what_stands_under_a_restriction_is_in_no_landing_page(publish, client, home):
    publish(Call, title="Hemlig", deadline=timezone.localdate() + timedelta(days=3))
    PageViewRestriction.objects.create(page=section_for(Call, home), restriction_type="login")
    pages = [text(client, path) for path in ("/kalender/", "/arkiv/", "/sok/?q=hemlig")]
    assert not [page for page in pages if ">Hemlig" in page]
    assert str(timezone.localdate().year) not in pages[1].partition("<main")[2].partition("</main>")[0]


@pytest.fixture
def found(publish):
    """Publish a post, and index it as the db_worker would."""

    def make(model=Article, **fields):
        post = publish(model, **fields)
        insert_or_update_object(post)
        return post

    return make


def test_search_shows_passages_and_ways_to_narrow(found, client):
    body = [("text", "<p>Vi talar om förtroende.</p>")]
    found(Article, title="Tillit <b>nu</b>", summary="Om tillit & mod.", date=OLD, body=body)
    found(Call, title="Tillit i Malmö")
    page = text(client, "/sok/", q="tillit")
    assert "2 träffar" in page
    assert "<mark>Tillit</mark> &lt;b&gt;nu&lt;/b&gt;" in page
    assert "?q=tillit&amp;typ=call" in page
    assert "Malmö" not in text(client, "/sok/", q="tillit", typ="article")
    assert "1 träff<" in text(client, "/sok/", q="tillit", ar="2025")
    assert "<mark>förtroende</mark>" in text(client, "/sok/", q="förtroende")
    assert "noindex" in page


def test_a_search_without_hits_helps(found, client):
    found(Article, title="Nyast")
    Topic.objects.create(name="Socialtjänstlagen", slug="sol")
    page = text(client, "/sok/", q="socialtjansten")
    assert "Inget hittades för ”socialtjansten”" in page
    assert ">Nyast</a>" in page
    assert 'href="/amnen/sol/"' in text(client, "/sok/", q="socialen")


@pytest.mark.parametrize("words", ['"', "a'b -- ", "\0", "%s%d", "(a & b) | !c:*", "<script>x", "å" * 999, "🙂 🙂", "a\\"])
def test_search_takes_whatever_somebody_types(found, client, words):
    found(Article, title="Tillit")
    page = text(client, "/sok/", q=words, typ=words, ar=words)
    assert "<script>x" not in page
    assert client.get("/sok/forslag", {"q": words}).json() == {"suggestions": []}
    assert client.get("/sok/", {"q": "tillit", "efter": words}).status_code in (200, 404)


def test_suggestions_name_topics_people_and_posts_and_cost_little(found, client):
    found(Article, title="Tillit i vardagen")
    insert_or_update_object(Topic.objects.create(name="Tillit", slug="tillit"))
    insert_or_update_object(Person.objects.create(name="Tilda Ek", slug="tilda-ek"))
    client.get("/sok/forslag", {"q": "warm"})
    cache.clear()
    with CaptureQueriesContext(connection) as asked:
        names = client.get("/sok/forslag", {"q": "til"}).json()["suggestions"]
    assert [(one["path"], one["kind"]) for one in names] == [
        ("/amnen/tillit/", "Ämne"),
        ("/personer/tilda-ek/", "Person"),
        ("/nyheter/tillit-i-vardagen/", ""),
    ]
    assert len(asked) <= 4, [query["sql"] for query in asked]
    with CaptureQueriesContext(connection) as again:
        client.get("/sok/forslag", {"q": "til"})
    assert len(again) == 1
    shelf = caches["suggestions"]
    # What somebody makes up takes no place.
    number = len(shelf._cache)
    client.get("/sok/forslag", {"q": "tilxyz"})
    assert len(shelf._cache) == number
    assert (shelf._max_entries, cache._max_entries) == (1_000, 10_000)


PATHS = ["arkiv/", "arkiv/2025/", "kalender/", "kalender/?ar=2025", "sok/?q=tillit", "sok/?q=saknas"]


def test_a_page_costs_the_same_however_much_there_is(found, client):
    def fill(number):
        for count in range(number):
            found(Call, title=f"Tillit {count}", date=OLD, deadline=date(2025, 5, 2))
            found(Event, title=f"Tillit {count}", first_day=timezone.localdate() + timedelta(days=count))

    def cost(path):
        cache.clear()
        client.get(f"/{path}")
        cache.clear()
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/{path}").status_code == 200
        return len(asked)

    fill(1)
    few = {path: cost(path) for path in PATHS}
    fill(6)
    assert {path: cost(path) for path in PATHS} == few
    assert max(few.values()) <= 24, few


def test_menu_and_footer_lead_to_all_of_them(publish, client):
    publish(Article)
    page = text(client, "/")
    head, _main, foot = page.partition("<main")
    assert all(f'href="{path}"' in head for path in navigation.IN_HEADER)
    assert all(f'href="{path}"' in foot for path in navigation.IN_FOOTER)
    assert {path.strip("/") for path in navigation.IN_HEADER + navigation.IN_FOOTER} <= LANDING


def test_a_page_that_an_editor_had_there_before_comes_first_and_can_still_be_edited(publish, home, client):
    section = home.add_child(instance=SectionIndex(title="Vår kalender", slug="kalender-forr", show_in_menus=True))
    type(section).objects.filter(pk=section.pk).update(slug="kalender", url_path=f"{home.url_path}kalender/")
    page = text(client, "/kalender/")
    assert "<h1>Vår kalender</h1>" in page
    assert page.partition("<main")[0].count('href="/kalender/"') == 1
    section = SectionIndex.objects.get(pk=section.pk)
    section.title = "Kalendern"
    section.save_revision().publish()
    section.unpublish()
    assert "Prenumerera på kalendern" in text(client, "/kalender/")
    with pytest.raises(ValidationError, match="egna adresser"):
        home.add_child(instance=SectionIndex(title="Personer", slug="personer"))


def test_each_page_names_itself_and_the_way_to_it(publish, client):
    publish(Article, date=OLD)
    for path in ("/arkiv/", "/arkiv/2025/", "/kalender/", "/sok/", "/personer/", "/amnen/", "/regioner/"):
        page = text(client, path)
        assert f'<link rel="canonical" href="https://ordet.example.se{path}">' in page
        assert '<meta name="description" content="' in page
        assert 'aria-label="Du är här"' in page
        assert page.count("<h1") == 1
    assert client.post("/kalender/").status_code == 405
    assert client.get("/kalender").status_code == 301
