"""Search: what is found by which words, in what order, at what cost, and what it never tells."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import PageViewRestriction
from wagtail.search.index import insert_or_update_object
from wagtail.search.models import IndexEntry

from cms import listing, search, search_index, suggestions
from cms.models import Article, Column, Person, Topic

START = datetime(2024, 1, 1, 12, tzinfo=UTC)
postgres = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite knows neither stems nor weights")


@pytest.fixture
def post(publish):
    """Publish a post, and index it as the db_worker would."""

    def make(title, text="", model=Article, days=0, **fields):
        body = [("text", f"<p>{text}</p>")] if text else []
        made = publish(model, title=title, body=body, date=START + timedelta(days=days), **fields)
        insert_or_update_object(made)
        return made

    return make


@pytest.fixture
def find(home):
    """Search and return what was found."""
    return lambda asked, **more: search.find(asked, home.locale_id, **more)


def titles(found):
    return [hit.post.title for hit in found.hits]


def test_all_words_must_occur_and_longer_ones_may_go_on(post, find):
    post("Ny lag", "Socialtjänstlagen träder i kraft i höst.")
    post("Gammal lag", "Skollagen.", days=1)
    assert titles(find("socialtjänst")) == ["Ny lag"]
    assert titles(find("lag")) == ["Gammal lag", "Ny lag"]
    assert titles(find("LAG kraft")) == ["Ny lag"]
    assert titles(find("lag finnsinte")) == []
    assert titles(find("kra")) == []
    assert titles(find("lag", order="date")) == ["Ny lag", "Gammal lag"]


def test_words_are_marked_and_the_rest_is_escaped(post, find):
    post("Lag <b> & rätt", 'Om "lagar" 1 &lt; 2 &amp; \x02straff.', summary="Kort.")
    hit = find("lag rätt").hits[0]
    assert hit.title == "<mark>Lag</mark> &lt;b&gt; &amp; <mark>rätt</mark>"
    assert find("straff").hits[0].snippet == "Kort. Om &quot;lagar&quot; 1 &lt; 2 &amp; <mark>straff</mark>."


def test_what_is_no_longer_public_is_not_found(post, find, home):
    gone, closed, kept = (post(title, "vård") for title in ("Borta", "Spärrad", "Kvar"))
    gone.unpublish()
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    assert titles(find("vård")) == ["Kvar"]
    assert search.find("vård", home.locale_id + 1).count == 0
    assert titles(find("vård", narrow=lambda posts: posts.exclude(pk=kept.pk))) == []


def test_no_passage_tells_what_members_read(post, find):
    secret = post("Lön", "Avgångsvederlag om tre miljoner.", Column)
    secret.members_only = True
    # Published, but not yet indexed anew.
    secret.save_revision().publish()
    assert "miljoner" not in "".join(hit.snippet + hit.title for hit in find("avgångsvederlag").hits)
    insert_or_update_object(secret)
    assert titles(find("avgångsvederlag")) == []
    assert titles(find("lön")) == ["Lön"]


@pytest.mark.parametrize("depth", [1000, 2])
@pytest.mark.parametrize("order", ["-date", "date"])
def test_pages_follow_one_another_and_the_count_has_an_end(post, find, monkeypatch, depth, order):
    monkeypatch.setattr(search, "DEPTH", depth)
    made = [post(f"Vård {number}", days=number // 2).title for number in range(5)]
    first = find("vård", limit=2, order=order)
    post("Vård ny", days=90)
    second = find("vård", limit=2, order=order, after=first.after)
    third = find("vård", limit=2, order=order, after=second.after)
    seen = titles(first) + titles(second) + titles(third)
    assert seen[:5] == (made if order == "date" else made[::-1])
    assert (first.count, first.more) == ((5, False) if depth > 5 else (2, True))
    assert third.after == ""


@postgres
def test_stems_meet_and_weight_goes_before_date(post, find):
    post("Kommuner i norr", "Annat.")
    post("Annat", "Här nämns en kommun.", days=9)
    assert titles(find("kommunerna")) == ["Annat", "Kommuner i norr"]
    assert titles(find("kommun", order="relevance")) == ["Kommuner i norr", "Annat"]
    assert find("kommun", order="relevance").hits[1].snippet == "Om samarbete i vardagen. Här nämns en <mark>kommun</mark>."
    first = find("kommun", order="relevance", limit=1)
    assert titles(find("kommun", order="relevance", limit=1, after=first.after)) == ["Annat"]
    with pytest.raises(listing.BadCursor):
        find("kommun", order="relevance", after=listing.sealed("tung", "1"))


HOSTILE = [
    *("", "   ", "'", '"', "\\", "a\0b", "(a & b) | !c:*", "a <-> b", "'a':*A", "AND OR NOT NEAR", '"a" *', "{title}: x", "🙂"),
    *("①", "é" * 200, "a " * 200, "\ud800x", "-", "e-post", "a@b.se", "och", "x'; DROP TABLE cms_post; --", "%s %(x)s", "^a"),
]


def test_nothing_that_can_be_typed_fails(post, find, home):
    post("E-post, och", "a@b.se 🙂 50 % av a*")
    for asked in HOSTILE:
        find(asked)
        find(asked, order="relevance")
        suggestions.suggest(asked, home.locale_id)
    assert titles(find("e-post")) == ["E-post, och"]
    assert titles(find("e-post '")) == ["E-post, och"]


@pytest.mark.django_db
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30))
def test_no_text_at_all_fails(home, asked):
    search.find(asked, home.locale_id)
    suggestions.suggest(asked, home.locale_id)


def test_a_page_of_results_costs_the_same_however_much_is_found(post, find, django_assert_max_num_queries):
    for number in range(6):
        post(f"Vård {number}")
    with django_assert_max_num_queries(9):
        assert len(find("vård").hits) == 6


def test_suggestions_begin_with_what_was_typed(post, home):
    old, new = post("Hemtjänst i norr"), post("Ny hemtjänst", days=5)
    post("Dold hemtjänst").unpublish()
    topic = Topic.objects.create(name="Hemtjänst", slug="hemtjanst")
    karin = Person.objects.create(name="Karin Hemberg", slug="karin-hemberg")
    for row in (topic, karin):
        insert_or_update_object(row)
    found = suggestions.suggest("hem", home.locale_id)
    assert [(one.kind, one.text) for one in found] == [
        ("topic", "Hemtjänst"),
        ("person", "Karin Hemberg"),
        ("post", new.title),
        ("post", old.title),
    ]
    assert (found[0].slug, found[2].path) == ("hemtjanst", new.path_on_site)
    assert [one.text for one in suggestions.suggest("kar hem", home.locale_id)] == ["Karin Hemberg"]
    assert len(suggestions.suggest("hem", home.locale_id, limit=1)) == 1
    assert suggestions.suggest("h", home.locale_id) == []


@postgres
def test_the_index_serves_the_search(post, home):
    post("Vård")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
        plan = search_index.Postgres().matching(IndexEntry.objects.all(), ("vård",)).explain()
    assert "cms_search_title_body" in plan
