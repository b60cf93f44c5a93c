"""Filters for the templates of letters: dates as a mail shows them, addresses for people."""

from collections.abc import Iterable
from datetime import timedelta

from django import template
from django.utils.formats import date_format

from cms.keydates import STOCKHOLM
from cms.teaser import DatePart, Fact
from newsletter.plaintext import from_html

register = template.Library()
register.filter("as_text", from_html)


@register.filter
def first_of(dates: Iterable[DatePart], kind: str) -> DatePart | None:
    """Return the first date of `kind`."""
    return next((date for date in dates if date.kind == kind), None)


@register.filter
def without(dates: Iterable[DatePart], date: DatePart | None) -> list[DatePart]:
    """Return the other dates."""
    return [other for other in dates if other is not date]


def _one_day(date: DatePart) -> bool:
    if date.starts is None or date.ends is None:
        return False
    return date.ends - date.starts <= timedelta(days=1, hours=1)


@register.filter
def in_full(date: DatePart) -> str:
    """Return the date with its weekday where it is one day: "fredag 15 december 2023"."""
    if date.starts is None or date.precision not in ("day", "minute") or not _one_day(date):
        return date.text
    return f"{date_format(date.starts.astimezone(STOCKHOLM), 'l')} {date.text}"


@register.filter
def days(date: DatePart) -> str:
    """Return the number of the day or days, "17–19"; empty where there is no day, or the days span two months."""
    if date.starts is None or date.ends is None or date.precision not in ("day", "minute"):
        return ""
    first = date.starts.astimezone(STOCKHOLM)
    last = max(first, date.ends.astimezone(STOCKHOLM) - timedelta(microseconds=1))
    if (first.year, first.month) != (last.year, last.month):
        return f"{first.day}"
    return f"{first.day}" if first.day == last.day else f"{first.day}–{last.day}"


@register.filter
def month(date: DatePart) -> str:
    """Return the month of the first day in short form: "juni", "dec."."""
    return date_format(date.starts.astimezone(STOCKHOLM), "M").lower() if date.starts else ""


@register.filter
def year(date: DatePart) -> str:
    """Return the year of the first day."""
    return f"{date.starts.astimezone(STOCKHOLM).year}" if date.starts else ""


@register.filter
def stripped(url: str) -> str:
    """Return an address without scheme and last slash, to be read by people."""
    return url.removeprefix("https://").removeprefix("http://").removeprefix("mailto:").rstrip("/")


@register.filter
def figures(facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts that are figures."""
    return [fact for fact in facts if fact.figure]


@register.filter
def other_facts(facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts that are no figures."""
    return [fact for fact in facts if not fact.figure]
