"""What the eye meets first on a post: date blocks, days left, the time in which one may vote."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.keydates import STOCKHOLM

FAR = 120  # days; further away a count of days says less than the date itself


@dataclass(frozen=True, slots=True)
class Block:
    """A date set large: "17–19" · "juni" · "2024"; or "30" · "maj – 2 juni" · "2024"."""

    days: str
    month: str
    year: str


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time and how much of it has passed, 0 to 100."""

    opens: Any
    closes: Any
    share: int
    state: str


def last_day(ends: datetime) -> datetime:
    """Return the moment before `ends` (exclusive), in Stockholm."""
    return ends.astimezone(STOCKHOLM) - timedelta(microseconds=1)


def block(part: Any) -> Block | None:
    """Return a key date as a date block; nothing for one that isn't exact, or isn't there."""
    if not part or part.starts is None or part.ends is None or part.precision not in ("day", "minute"):
        return None
    first, last = part.starts.astimezone(STOCKHOLM), last_day(max(part.ends, part.starts + timedelta(seconds=1)))
    if first.date() == last.date():
        return Block(str(first.day), date_format(first, "F"), str(first.year))
    if (first.year, first.month) == (last.year, last.month):
        return Block(f"{first.day}–{last.day}", date_format(first, "F"), str(first.year))
    return Block(str(first.day), f"{date_format(first, 'F')} – {date_format(last, 'j F')}", str(last.year))


def left(ends: datetime, now: datetime) -> str:
    """Return how long there is until `ends` (exclusive), in words; empty when it is far away."""
    if ends <= now:
        return _("Closed")
    days = (last_day(ends).date() - now.astimezone(STOCKHOLM).date()).days
    if days == 0:
        return _("Today is the last day")
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days} if days <= FAR else ""


def closing(dates: Iterable[Any]) -> Any:
    """Return the key date that shuts the post: the first of those that close."""
    return min((date for date in dates if date.closes and date.ends), key=lambda date: date.ends, default=None)


def window(dates: Iterable[Any], opens: str, closes: str, now: datetime) -> Window | None:
    """Return the span between two kinds of key dates; nothing unless both are there."""
    found = {date.kind: date for date in dates}
    first, last = found.get(opens), found.get(closes)
    if first is None or last is None:
        return None
    if now < first.starts:
        return Window(first, last, 0, "before")
    if now >= last.ends:
        return Window(first, last, 100, "after")
    return Window(first, last, round(100 * ((now - first.starts) / (last.ends - first.starts))), "open")
