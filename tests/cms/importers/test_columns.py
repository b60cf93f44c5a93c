"""Columns, patterns and slugs as other sites write them, through the whole import."""

from datetime import date

import pytest

from cms.models import Article, Column, PlainPage
from tests.cms.importers.exports import LONG, item, problems


def test_no_page_is_put_where_ordet_itself_answers(run):
    run(
        *[item(number, kind="page", slug=slug) for number, slug in enumerate(("media", "admin", "social"), 1)],
        item(7, kind="page", slug="media", parent=1),
        item(8, slug="admin"),
    )
    assert set(PlainPage.objects.values_list("slug", flat=True)) == {"media-2", "admin-2", "social-2", "media"}
    assert Article.objects.get().slug == "admin"


def test_a_synced_pattern_stands_in_the_text(run):
    report = run(
        item(1, '<p>Hej.</p><!-- wp:block {"ref":9} /-->'),
        item(9, "<!-- wp:paragraph --><p>Kontakt.</p><!-- /wp:paragraph -->", kind="wp_block"),
    )
    assert report.problems == []
    assert Article.objects.get().body.raw_data[0]["value"] == "<p>Hej.</p><p>Kontakt.</p>"


@pytest.mark.parametrize(
    ("title", "body", "left", "day"),
    [
        ("Ordföranden har ordet: Första linjen", LONG, "Första linjen", 2),
        ("Ordföranden har ordet 6 april 2023 – Rubrik", LONG, "Rubrik", 6),
        ("Ordföranden har ordet", f"<p>Ordföranden har ordet maj 2023:</p>{LONG}", "Ordföranden har ordet", 2),
        ("Ordföranden har ordet den 1 maj", f"<p>Ordföranden har ordet:</p>{LONG}", "Ordföranden har ordet den 1 maj", 1),
    ],
)
def test_a_column_may_say_so_in_its_title(run, title, body, left, day):
    report = run(item(1, f"{body}<p>Eva Ek, ordförande FSS</p>", title=title))
    column = Column.objects.get()
    assert (column.title, column.date.day, column.series) == (left, day, "chair")
    assert report.problems == []
    assert run(item(1, f"{body}<p>Eva Ek, ordförande FSS</p>", title=title)).problems == []


def test_a_kicker_of_another_month_is_told(run):
    report = run(item(1, f"<p>Ordföranden har ordet, september 2022:</p>{LONG}<p>Eva Ek, ordförande FSS</p>"))
    assert ["2022-09" in what for what in problems(report)] == [True]
    assert Column.objects.get().date.date() == date(2023, 5, 2)


@pytest.mark.parametrize(
    "given",
    [{"body": "<p>Ordföranden har ordet i dag.</p>"}, {"title": "Ordföranden har ordet nu"}],
)
def test_what_is_almost_a_column_is_told(run, given):
    report = run(item(1, **given), item(2, "<p>Ordförandens ord.</p>"), item(3, kind="page", title="Ordföranden har ordet"))
    assert report.created == {"article": 2, "page": 1}
    assert [problem.item for problem in report.problems] == ["inlagg-1"]
