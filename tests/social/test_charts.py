"""Curves as numbers, and what an announcement's page shows of its figures."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from social import announce, desk
from social.channels.memory import Memory
from social.charts import EDGE, HEIGHT, WIDTH, chart
from social.history import figures_of
from social.models import Announcement, Figure

NOON = datetime(2026, 3, 6, 11, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hours):
    return NOON + hours * HOUR


def numbers(line):
    return [tuple(float(part) for part in point.split(",")) for point in line.split()]


def test_time_passes_evenly_and_the_largest_count_is_at_the_top():
    found = chart([(at(0), 0), (at(1), 50), (at(4), 100)])
    assert numbers(found.line) == [(4, 60), (62, 32), (236, 4)]
    assert numbers(found.area) == [(4, 60), (4, 60), (62, 32), (236, 4), (236, 60)]
    assert (found.x, found.y) == ("236.0", "4.0")


def test_one_count_is_a_dot_and_no_count_no_curve():
    assert numbers(chart([(at(0), 7)]).line) == [(WIDTH - EDGE, EDGE)]
    assert chart([]) is None


COUNTS = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 2**62)), min_size=1, max_size=200)


@settings(max_examples=100)
@given(COUNTS)
def test_a_curve_stays_within_its_frame(found):
    made = chart([(at(hours), count) for hours, count in sorted(found)])
    assert all(EDGE <= x <= WIDTH - EDGE and EDGE <= y <= HEIGHT - EDGE for x, y in numbers(made.line))


@pytest.fixture
def row(memory, publish):
    publish()
    announce.announce_due(timezone.now())
    return Announcement.objects.get()


def count(row, hours, **counts):
    Figure.objects.create(announcement=row, taken_at=at(hours), **counts)


@pytest.fixture
def detail(client, eva, row):
    client.force_login(eva)

    def page():
        return client.get(reverse("social_announcement", args=[row.pk])).content.decode()

    return page


def test_the_page_draws_a_curve_per_kind_with_words_and_a_table_behind(row, detail):
    count(row, 0, impressions=12, reactions=0)
    count(row, 30, impressions=12345, reactions=3)
    page = detail()
    assert page.count("<polyline") == 2
    assert "Visningar från 6 mars 2026 kl. 12.00 till 7 mars 2026 kl. 18.00: 12\xa0345 vid senaste räkningen." in page
    assert "Klick</span>" not in page
    assert "<script" not in page[page.index("social-figures") : page.index("</section>", page.index("social-figures"))]


def test_the_table_holds_each_days_last_count(row):
    for hours, impressions in ((0, 1), (5, 2), (20, 3), (30, 4)):
        count(row, hours, impressions=impressions)
    # 22:30 UTC is the next day in Stockholm.
    Figure.objects.create(announcement=row, taken_at=datetime(2026, 3, 8, 23, 30, tzinfo=UTC), impressions=5, clicks=1)
    found = figures_of(row)
    assert [(day.words, day.counts) for day in found.days] == [
        ("9 mars 2026", [5, 1]),
        ("7 mars 2026", [4, None]),
        ("6 mars 2026", [2, None]),
    ]
    assert [(one.label, one.latest) for one in found.series] == [("Visningar", 5), ("Klick", 1)]


def test_figures_cost_one_query_however_many(row, django_assert_num_queries):
    for hours in range(100):
        count(row, hours, impressions=hours)
    with django_assert_num_queries(1):
        figures_of(row)


def test_before_the_first_count_the_page_says_when_it_comes(row, detail):
    Announcement.objects.update(figures_due_at=NOON)
    assert "Memory har inte lämnat några siffror för inlägget än. Ordet frågar igen 6 mars 2026 kl. 12.00." in detail()


def test_what_is_not_out_has_no_figures(row, detail):
    Announcement.objects.update(state=Announcement.CANCELLED)
    assert "social-figures" not in detail()


def test_when_nothing_was_ever_told_the_page_says_so(row, detail):
    Announcement.objects.update(figures_due_at=None)
    assert "Memory lämnar inte ut några siffror för det här inlägget." in detail()


@pytest.mark.parametrize(("kind", "counts"), [("share", True), ("ugcPost", True), ("activity", False)])
def test_a_pasted_address_is_counted_where_linkedin_can_tell(linkedin, publish, kind, counts):
    publish()
    row = Announcement.objects.get()
    desk.it_is_there(row, f"https://www.linkedin.com/feed/update/urn:li:{kind}:7123456789012345678/", timezone.now())
    assert (row.figures_due_at is not None) is counts


def test_what_a_channel_never_counts_is_not_asked_for(memory, publish, monkeypatch):
    monkeypatch.setattr(Memory, "capabilities", Memory.capabilities.__replace__(figures=()))
    publish()
    announce.announce_due(timezone.now())
    assert Announcement.objects.get().figures_due_at is None
