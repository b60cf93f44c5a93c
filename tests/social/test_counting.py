"""When a post's figures are due: often at first, ever more rarely, for twelve months; and across the nights of the clocks."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from social.counting import DAY, HOUR, YEAR, next_count

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  (hypothesis wants them so)


def moments(published, until=YEAR):
    """All moments at which a worker that is always awake counts."""
    found, at = [], next_count(published, published)
    while at is not None and at - published <= until:
        found.append(at)
        at = next_count(published, at)
    return found


def local(*parts) -> datetime:
    return datetime(*parts, tzinfo=STOCKHOLM).astimezone(UTC)


def between(published, begin, end):
    """The moments between two others, in Stockholm's time."""
    return [at.astimezone(STOCKHOLM) for at in moments(published) if begin < at < end]


def test_hourly_then_every_six_hours_then_daily_then_weekly_then_never():
    published = local(2026, 1, 12, 9, 30)
    ages = [at - published for at in moments(published)]
    assert ages[:48] == [HOUR * number for number in range(1, 49)]
    assert ages[48:68] == [2 * DAY + 6 * HOUR * number for number in range(1, 21)]
    days = [at.astimezone(STOCKHOLM) for at in moments(published)[68:]]
    assert [(at.date() - datetime(2026, 1, 12).date()).days for at in days] == [*range(8, 91), *range(91, 365, 7)]  # noqa: DTZ001
    assert {(at.hour, at.minute) for at in days} == {(9, 30)}
    assert next_count(published, published + YEAR) is None


def test_a_day_in_october_has_twenty_five_hours():
    days = between(local(2026, 10, 10, 23, 30), local(2026, 10, 23), local(2026, 10, 28))
    assert [f"{at:%d %H:%M}" for at in days] == ["23 23:30", "24 23:30", "25 23:30", "26 23:30", "27 23:30"]
    assert days[2].astimezone(UTC) - days[1].astimezone(UTC) == 25 * HOUR


def test_a_clock_time_that_the_spring_night_skips_is_counted_all_the_same():
    days = between(local(2027, 3, 10, 2, 30), local(2027, 3, 27), local(2027, 3, 30))
    assert [f"{at:%d %H:%M}" for at in days] == ["27 02:30", "28 03:30", "29 02:30"]


def test_hours_pass_as_they_are_in_the_night_that_has_one_twice():
    found = moments(local(2026, 10, 24, 22, 0), until=12 * HOUR)
    assert [later - at for at, later in pairwise(found)] == [HOUR] * 11


@settings(max_examples=150)
@given(MOMENTS, st.timedeltas(timedelta(0), YEAR + 10 * DAY))
@example(datetime(2026, 8, 1, tzinfo=UTC), 90 * DAY)
def test_a_worker_that_comes_late_goes_on_with_the_same_moments(published, late):
    at, regular = next_count(published, published + late), moments(published)
    assert at == next((one for one in regular if one > published + late), None)


@settings(max_examples=60)
@given(MOMENTS)
def test_no_day_of_the_first_ninety_is_left_out_and_no_day_has_two_once_it_is_daily(published):
    begun, found = published.astimezone(STOCKHOLM).date(), moments(published, 90 * DAY)
    days = [(at.astimezone(STOCKHOLM).date() - begun).days for at in found]
    assert set(range(1, 90)) <= set(days)
    daily = [day for day in days if day > 8]
    assert len(daily) == len(set(daily))


def test_a_post_is_counted_fewer_than_two_hundred_times():
    assert len(moments(local(2026, 3, 6, 12, 0))) == 48 + 20 + 83 + 40
