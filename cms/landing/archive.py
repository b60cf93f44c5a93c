"""All that was ever published, by year and month."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.http import Http404
from django.utils.formats import date_format

from cms import listing
from cms.keydates import STOCKHOLM, midnight
from cms.models import Post

PAGE_SIZE = 50
DECEMBER = 12

Months = dict[int, dict[int, int]]


@dataclass(frozen=True, slots=True)
class Year:
    """A year and its number of posts."""

    year: int
    posts: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month, named, with its number of posts in the whole archive."""

    number: int
    name: str
    posts: int


@dataclass(frozen=True, slots=True)
class Chapter:
    """Posts of one month, newest first."""

    name: str
    posts: list[Any]


@dataclass(frozen=True, slots=True)
class Volume:
    """One page of a year (or of one of its months); `after` leads to the next, empty at the end."""

    chapters: list[Chapter]
    after: str


def months(locale_id: int) -> Months:
    """Return how many posts are listed by year and month of Stockholm's calendar, latest year first, in one query."""
    posts = listing.unrestricted(Post.objects.filter(listed=True, listed_locale_id=locale_id)).order_by()
    found: Months = {}
    rows = posts.annotate(month=TruncMonth("date", tzinfo=STOCKHOLM)).values_list("month").annotate(number=Count("pk"))
    for month, number in sorted(rows, reverse=True):
        found.setdefault(month.year, {})[month.month] = number
    return found


def years(found: Months) -> list[Year]:
    """Return the years of `months`, latest first."""
    return [Year(year, sum(numbers.values())) for year, numbers in found.items()]


def of_year(found: Months, year: int) -> list[Month]:
    """Return the months of `year` that have posts, January first. Raises Http404 for a year without any."""
    if year not in found:
        raise Http404
    return [Month(month, month_name(year, month), number) for month, number in sorted(found[year].items())]


def chosen(months: list[Month], number: str) -> Month | None:
    """Return the month that somebody chose by its number; None when nothing was. Raises Http404 for one without posts."""
    if not number:
        return None
    found = next((month for month in months if str(month.number) == number), None)
    if found is None:
        raise Http404
    return found


def month_name(year: int, month: int) -> str:
    """Return a month's name without the year."""
    return date_format(date(year, month, 1), "F")


def span(year: int, month: int | None) -> tuple[date, date]:
    """Return the first day of a year, or of one of its months, and the first day after it."""
    if month is None:
        return date(year, 1, 1), date(year + 1, 1, 1)
    return date(year, month, 1), date(year + month // DECEMBER, month % DECEMBER + 1, 1)


def volume(locale_id: int, year: int, month: int | None = None, after: str = "") -> Volume:
    """Return a page of what was published in `year`, or in its `month`, newest first, by months. Raises BadCursor."""
    first, beyond = span(year, month)
    posts = listing.listed(locale_id).prefetch_related(None).filter(date__gte=midnight(first), date__lt=midnight(beyond))
    found = listing.page(posts.defer("body", "afterword", "postscript"), after=after, limit=PAGE_SIZE)
    by_month = groupby(found.posts, key=lambda post: post.date.astimezone(STOCKHOLM).month)
    return Volume([Chapter(month_name(year, number), list(posts)) for number, posts in by_month], found.after)
