"""The report "Sociala medier": what went out in a period, its sums and medians, and the same as a file."""

import csv
import io
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cms.models import Article, Column
from social import report
from social.models import Announcement, Figure
from social.report import Choice

STOCKHOLM = ZoneInfo("Europe/Stockholm")
YEAR = Choice(date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def out(memory, publish):
    """An announcement that is out: `out("Rubrik", at=…, impressions=…)`; counted twice, the latest being what is given."""
    posts = {}

    def make(title, *, at=None, model=Column, channel="memory", text="Om samarbete.", **counts):
        post = posts.get((title, model)) or posts.setdefault((title, model), publish(model, title=title))
        at = at or datetime(2026, 3, 6, 12, tzinfo=STOCKHOLM)
        row = Announcement.objects.create(
            post=post, post_title=title, translation_key=post.translation_key, channel=channel, occasion=f"again:{uuid4()}",
            state="published", settled_at=at, text=text, remote_id=str(uuid4()), remote_url="https://memory.example/x",
        )  # fmt: skip
        if counts:
            Figure.objects.create(announcement=row, taken_at=at + timedelta(hours=2), **counts)
            Figure.objects.create(announcement=row, taken_at=at + timedelta(hours=1), impressions=1)
        return row

    yield make
    Announcement.objects.filter(occasion="first").delete()


@pytest.fixture
def page(client, eva):
    client.force_login(eva)
    return lambda **query: client.get(reverse("social_report"), query)


def titles(choice):
    return [line.title for line in report.lines(choice.table())]


def test_a_line_holds_the_latest_figures(out):
    row = out("Vi behövs", text="Om\n\nsamarbete " + "i vardagen " * 20, impressions=1240, clicks=31)
    (line,) = report.lines(YEAR.table())
    assert (line.pk, line.title, line.kind, line.channel, line.url) == (row.pk, "Vi behövs", "Krönika", "Memory", row.remote_url)
    assert line.counts == [1240, 31, None, None, None]
    assert line.text.startswith("Om samarbete i vardagen")
    assert len(line.text) == report.BEGINNING
    assert f"{line.at:%F %R} {line.counted_at:%F %R}" == "2026-03-06 12:00 2026-03-06 14:00"


def test_a_period_holds_its_days_from_midnight_to_midnight_in_stockholm_whatever_the_clocks_do(out):
    for title, at in {
        "kvällen före": datetime(2026, 10, 24, 23, 59, tzinfo=STOCKHOLM),
        "natten": datetime(2026, 10, 25, 0, 0, tzinfo=STOCKHOLM),
        "första två": datetime(2026, 10, 25, 2, 30, tzinfo=STOCKHOLM),
        "andra två": datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=STOCKHOLM),
        "kvällen": datetime(2026, 10, 25, 23, 59, tzinfo=STOCKHOLM),
        "dagen efter": datetime(2026, 10, 26, 0, 0, tzinfo=STOCKHOLM),
    }.items():
        out(title, at=at)
    assert titles(Choice(date(2026, 10, 25), date(2026, 10, 25))) == ["kvällen", "andra två", "första två", "natten"]


def test_only_what_is_out_stands_there(out):
    for state in dict(Announcement.STATES):
        row = out(state)
        needed = {"wire": "{}", "sending_since": timezone.now()} if state == "unknown" else {}
        Announcement.objects.filter(pk=row.pk).update(state=state, **needed)
    assert titles(YEAR) == ["published"]


def test_channel_and_content_type_choose(out):
    out("Krönikan")
    out("Artikeln", model=Article)
    out("Annorstädes", channel="fidonet")
    assert titles(Choice(YEAR.begin, YEAR.end, kind="article")) == ["Artikeln"]
    assert titles(Choice(YEAR.begin, YEAR.end, channel="fidonet", kind="column")) == ["Annorstädes"]


def test_sums_and_medians_per_content_type_then_of_all(out):
    for impressions in (100, 200, 1000):
        out(f"K{impressions}", impressions=impressions, clicks=1)
    out("Oräknad")
    out("Artikeln", model=Article, impressions=50)
    gone = out("Borta", model=Article, impressions=7)
    Announcement.objects.filter(pk=gone.pk).update(post=None)
    found = [
        (total.kind, total.posts, [one and (one.sum, one.median) for one in total.counts[:3]]) for total in report.totals(YEAR)
    ]
    assert found == [
        ("Artikel", 1, [(50, 50), None, None]),
        ("Borttagna inlägg", 1, [(7, 7), None, None]),
        ("Krönika", 4, [(1300, 200), (3, 1), None]),
        ("Totalt", 6, [(1357, 100), (3, 1), None]),
    ]


def test_the_page_writes_numbers_as_swedes_do(out, page):
    out("Vi behövs & vill", impressions=1234567, clicks=3)
    out("En till", impressions=2, clicks=4)
    html = page(begin="2026-03-01", end="2026-03-31").content.decode()
    assert "1\xa0234\xa0567" in html
    assert "median 617\xa0284,5" in html
    assert "Vi behövs &amp; vill" in html
    assert "<span>2026-03-06</span> 12:00" in html


def test_without_a_period_the_last_ninety_days_are_shown(out, page):
    out("I går", at=timezone.now() - timedelta(days=1))
    out("I fjol", at=timezone.now() - timedelta(days=400))
    html = page().content.decode()
    assert ("I går" in html, "I fjol" in html) == (True, False)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"begin": "2026-03-02", "end": "2026-03-01"}, "Perioden slutar innan den börjar."),
        ({"begin": "igår"}, "error-message"),
        ({"begin": "0001-01-01"}, "error-message"),
        ({"end": "9999-12-31"}, "error-message"),
        ({"channel": "fidonet"}, "error-message"),
        ({"begin": "2020-01-01", "end": "2020-01-02"}, "Inget annonserades"),
    ],
)
def test_what_cannot_be_shown_is_said(out, page, query, words):
    out("Vi behövs")
    answer = page(**query)
    assert (answer.status_code, words in answer.content.decode(), "Vi behövs" in answer.content.decode()) == (200, True, False)


def test_a_choice_that_makes_no_sense_gives_no_file_but_the_form(page, client):
    answer = client.get(reverse("social_report_file"), {"begin": "igår"})
    assert answer.url == f"{reverse('social_report')}?begin=ig%C3%A5r"


def test_the_queries_do_not_grow_with_the_announcements(out, page):
    def asked():
        page(begin="2026-01-01", end="2026-12-31")
        with CaptureQueriesContext(connection) as queries:
            page(begin="2026-01-01", end="2026-12-31")
        return len(queries)

    out("En", impressions=1)
    out("Två", model=Article, impressions=1)
    few = asked()
    for number in range(70):
        out("En", impressions=number)
    assert asked() == few


def test_long_lists_come_in_pages_that_keep_the_choice(out, page):
    for number in range(60):
        out("En", text=f"Text {number}.", at=datetime(2026, 3, 6, 12, number % 60, tzinfo=STOCKHOLM), impressions=1)
    first = page(begin="2026-01-01", end="2026-12-31").content.decode()
    assert ("Text 59." in first, "Text 9." in first) == (True, False)
    assert 'href="?begin=2026-01-01&amp;end=2026-12-31&amp;p=2"' in first
    second = page(begin="2026-01-01", end="2026-12-31", p="2").content.decode()
    assert "Text 9." in second
    # The sums are those of the whole choice.
    assert second.count("60<small>") == 1


def cells(answer):
    content = b"".join(answer.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_the_file_holds_the_whole_choice_as_a_spreadsheet_wants_it(out, page, client, monkeypatch):
    monkeypatch.setattr(report, "AT_ONCE", 2)
    for number in range(5):
        out("En", text="=1+1; farligt", impressions=12345 + number, reactions=0)
    answer = client.get(reverse("social_report_file"), {"begin": "2026-01-01", "end": "2026-12-31"})
    assert answer["Content-Disposition"] == 'attachment; filename="sociala-medier-2026-01-01--2026-12-31.csv"'
    heading, *rows = cells(answer)
    assert heading == [
        "Inlägg", "Typ", "Kanal", "Publicerat", "Textens början", "Visningar", "Klick", "Reaktioner", "Kommentarer", "Delningar",
        "Räknat", "Länk",
    ]  # fmt: skip
    assert len(rows) == 5
    assert rows[-1] == [
        "En", "Krönika", "Memory", "2026-03-06 12:00", "'=1+1; farligt", "12345", "", "0", "", "", "2026-03-06 14:00",
        "https://memory.example/x",
    ]  # fmt: skip


def test_the_report_is_for_those_who_may_see_the_queue(client, django_user_model):
    otto = django_user_model.objects.create_user("otto", "otto@example.se", "x")
    client.force_login(otto)
    for name in ("social_report", "social_report_file"):
        assert client.get(reverse(name)).status_code == 302
    otto.groups.add(Group.objects.get(name="Redaktör"))
    assert client.get(reverse("social_report")).status_code == 200
    assert reverse("social_report") in client.get(reverse("wagtailadmin_home")).content.decode()
