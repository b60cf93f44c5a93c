"""The association's own corpus, where it lies beside the project: what each post becomes, field by field."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cms.importers import mapping
from cms.importers.wordpress import import_wordpress
from cms.models import Article, Award, Call, Clipping, Column, Event, Film, KeyDate, Person, Post

ROOT = Path(__file__).resolve().parents[3]
CORPUS = ROOT.parent / "shared" / "corpus"
MAP = ROOT / "deploy" / "demo" / "wordpress-map.json"
NOW = datetime(2026, 3, 6, 11, 0, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the corpus isn't beside the project")


@pytest.fixture
def report(home):
    return import_wordpress(CORPUS / "wordpress-export.xml", media=CORPUS / "media", mapping=mapping.load(MAP), now=NOW)


def test_eleven_posts_and_a_draft_without_a_problem(report):
    assert report.created == {"column": 4, "event": 1, "clipping": 1, "film": 1, "call": 1, "award": 1, "article": 2}
    assert (report.drafts, report.redirects, report.pictures, report.documents, report.people) == (1, 11, 2, 1, 2)
    assert report.problems == []
    assert Post.objects.filter(live=True, listed=True).count() == 11
    assert not Article.objects.get(imported_from__contains="?p=190#").live


def test_a_column_is_taken_apart(report):
    column = Column.objects.get(imported_from__contains="?p=108#")
    assert (column.series, column.sign_off, column.date.date()) == ("chair", "Varma hälsningar", date(2023, 10, 2))
    assert column.kicker == "Ordföranden har ordet 2 oktober 2023"
    byline = column.bylines.get()
    assert (byline.name, byline.printed_roles()) == ("Monica Persson", ("ordförande, FSS",))
    assert "HAR ORDET" not in column.body.raw_data[0]["value"]
    assert f"2023: {column.body.raw_data[0]['value'][3:40]}" in (CORPUS / "wordpress-export.xml").read_text()
    assert "socialchefsdagarna.se/dokumentation" in column.postscript
    assert [block.block_type for block in column.afterword] == ["picture"]
    assert column.afterword[0].value["photographer"] == "dalapeter.se"
    assert "Monica Persson" not in str(column.body.raw_data)


def test_the_picture_above_the_signature_is_the_portrait(report):
    monica = Person.objects.get(name="Monica Persson")
    assert monica.portrait.source_url.endswith("monica.jpg")
    assert (monica.portrait.description, monica.portrait.photographer) == ("Person utomhus", "ur arkivet")
    column = Column.objects.get(imported_from__contains="?p=100#")
    assert [block.block_type for block in column.body] == ["text"]


def test_a_signed_blog_keeps_both_roles_as_printed(report):
    blog = Article.objects.get(imported_from__contains="?p=109#")
    assert blog.genre == "blog"
    assert blog.bylines.get().name == "Anna Burston"
    assert blog.bylines.get().printed_roles() == ("verksamhetschef socialpsykiatri, Lunds kommun", "regionansvarig, FSS Skåne")


def test_the_call_and_the_award_by_the_map(report):
    call = Call.objects.get()
    assert (call.deadline, call.decision, call.event_first, call.event_last) == (
        date(2023, 12, 15), date(2024, 2, 1), date(2024, 6, 17), date(2024, 6, 19),
    )  # fmt: skip
    assert set(KeyDate.objects.filter(post=call).values_list("kind", flat=True)) == {"deadline", "decision", "event"}
    award = Award.objects.get()
    assert (award.submitted, award.nominated, award.category_count, award.voting_closes) == (110, 44, 6, date(2023, 11, 4))
    assert len(award.nominees) == 4
    assert [len(table.rows) for table in award.tables()] == [2, 4, 1, 1]


def test_the_clipping_has_paper_day_page_and_quotation(report):
    clipping = Clipping.objects.get()
    assert (clipping.paper, clipping.printed) == ("Dagens Nyheter", date(2022, 11, 21))
    assert clipping.document.title == "DN-2022-11-21.pdf"
    assert clipping.quotation[0].isalpha()
    assert f"”{clipping.quotation[:60]}" in (CORPUS / "wordpress-export.xml").read_text()
    assert f"{clipping.quotation[-60:]}”" in (CORPUS / "wordpress-export.xml").read_text()
    assert [block.block_type for block in clipping.body] == ["text"]


def test_the_film_and_the_event(report):
    film = Film.objects.get()
    assert [block.value["url"] for block in film.films] == ["https://vimeo.com/76979871"]
    assert [block.block_type for block in film.body] == ["text"]
    event = Event.objects.get()
    assert (event.first_day, event.last_day, event.pre_day) == (date(2023, 6, 14), date(2023, 6, 16), date(2023, 6, 13))
    assert [block.block_type for block in event.body] == ["text", "heading", "text", "heading", "text"]


def test_every_page_can_be_opened_by_its_old_address(report, client):
    for post in Post.objects.filter(live=True):
        found = client.get(f"/{post.slug}/")
        assert found.status_code == 301
        assert found["Location"].endswith(post.path_on_site)
