"""Key dates: what is shown, when a day ends in Stockholm, and that vague ones never ring."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from cms import keydates
from cms.keydates import Moment, by_deadline, on_day
from cms.models import Call, KeyDate
from cms.publishing import sweep_key_dates
from cms.version import ContentVersion


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        (date(2023, 12, 15), None, "15 december 2023"),
        (date(2024, 6, 17), date(2024, 6, 19), "17–19 juni 2024"),
        (date(2024, 5, 30), date(2024, 6, 2), "30 maj–2 juni 2024"),
        (date(2024, 12, 30), date(2025, 1, 2), "30 december 2024–2 januari 2025"),
        (date(2026, 10, 25), None, "25 oktober 2026"),
        (date(2026, 3, 29), None, "29 mars 2026"),
    ],
)
def test_days_are_shown_as_an_editor_writes_them(first, last, shown):
    assert on_day("event", "När", first, last=last)[0].shown() == shown


def test_a_deadline_to_the_minute_shows_its_time():
    assert by_deadline("deadline", "Sista dag", date(2026, 10, 25), time(9, 30))[0].shown() == "25 oktober 2026 09.30"


def test_a_vague_date_is_words_and_never_passes():
    vague = by_deadline("deadline", "Sista dag", None, text="mars–april")[0]
    assert vague.shown() == "mars–april"
    assert not vague.passed(datetime(2100, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "last_open_moment"),
    [
        (date(2023, 12, 15), datetime(2023, 12, 15, 22, 59, 59, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)),
    ],
    ids=["winter", "the night of the spring change", "the night of the autumn change"],
)
def test_a_days_deadline_holds_until_midnight_in_stockholm(day, last_open_moment):
    moment = by_deadline("deadline", "Sista dag", day)[0]
    assert not moment.passed(last_open_moment)
    assert moment.passed(last_open_moment + timedelta(seconds=1))


@pytest.mark.django_db
def test_a_call_closes_by_itself():
    call = Call(title="Bidrag", deadline=date(2023, 12, 15), link="https://example.se/bidrag")
    assert call.is_open(datetime(2023, 12, 15, 12, tzinfo=UTC))
    assert not call.is_open(datetime(2023, 12, 16, 12, tzinfo=UTC))


def test_moments_are_numbered_within_their_kind(publish):
    post = publish(Call)
    moments = [Moment("event", "A", "text", text="i mars"), Moment("deadline", "B", "text", text="i april")] * 2
    keydates.rebuild(post.pk, moments)
    assert list(KeyDate.objects.order_by("id").values_list("kind", "number")) == [
        ("event", 1),
        ("deadline", 1),
        ("event", 2),
        ("deadline", 2),
    ]


def test_the_sweep_mends_lost_dates_and_then_rests(publish):
    publish(Call, deadline=date(2023, 12, 15))
    KeyDate.objects.all().delete()
    assert sweep_key_dates().mended == 1
    assert KeyDate.objects.get().moment().shown() == "15 december 2023"
    assert sweep_key_dates().mended == 0


def test_a_post_whose_dates_cannot_be_kept_is_named_and_stops_no_other(publish, monkeypatch):
    broken, whole = publish(Call, title="Trasig", deadline=date(2023, 12, 15)), publish(Call, deadline=date(2024, 1, 1))
    KeyDate.objects.all().delete()
    mend = keydates.mend

    def refuse(post_id, moments):
        if post_id == broken.pk:
            raise ValueError("too long")
        return mend(post_id, moments)

    monkeypatch.setattr(keydates, "mend", refuse)
    report = sweep_key_dates()
    assert (report.mended, KeyDate.objects.get().post_id) == (1, whole.pk)
    assert report.failed == ["Viktiga datum i ”Trasig”: ValueError: too long"]


def test_mended_dates_reach_cached_answers(publish):
    publish(Call, deadline=date(2023, 12, 15))
    KeyDate.objects.all().delete()
    before = ContentVersion.objects.get().number
    sweep_key_dates()
    assert ContentVersion.objects.get().number > before
