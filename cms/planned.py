"""Registry of what is planned: every room tells what goes out of it when; cms shows it as the publishing calendar.

cms knows nothing of a room's plans: each leads to the room's own pages, and tells only what its reader may see.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, islice
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cms.keydates import STOCKHOLM, midnight

logger = logging.getLogger(__name__)

# So many plans of one room are shown at once; a room asks its tables for one more.
MOST = 200
WEEK, MONTH = "vecka", "manad"
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Span:
    """Who asks, and when, for what lies between two moments (the latter not included)."""

    user: Any
    begin: datetime
    end: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """One thing to come: when, what happens, to what; `url` leads there, `whole_day`: the hour means nothing."""

    at: datetime
    what: str
    title: str
    url: str = ""
    whole_day: bool = False


Source = Callable[[Span], Iterable[Plan]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan with the name and label of its room."""

    plan: Plan
    room: str
    label: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day that has plans."""

    day: date
    shown: list[Shown]


@dataclass(frozen=True, slots=True)
class Found:
    """The days with plans; `cut`: labels of rooms that have more than are shown, `silent`: of those that couldn't tell."""

    days: list[Day]
    cut: list[str]
    silent: list[str]


@dataclass(frozen=True, slots=True)
class _Room:
    label: Any
    source: Source
    order: int


_rooms: dict[str, _Room] = {}


def register(name: str, label: Any, source: Source, *, order: int = 500) -> None:
    """Add a room: `source(span)` yields at most MOST + 1 Plans by a bounded number of queries; the same name replaces it."""
    _rooms[name] = _Room(label, source, order)


def rooms() -> list[tuple[str, str]]:
    """Return names and labels of the rooms, by their order."""
    return [(name, str(room.label)) for name, room in sorted(_rooms.items(), key=lambda entry: entry[1].order)]


def planned(span: Span, only: str = "") -> Found:
    """Return what is planned within `span`, day by day in Stockholm; of one room where `only` names it."""
    found: list[Shown] = []
    cut, silent = [], []
    for name, label in rooms():
        if only and only != name:
            continue
        plans = _ask(name, span)
        if plans is None:
            silent.append(label)
            continue
        found += [Shown(plan, name, label) for plan in plans[:MOST]]
        cut += [label] if len(plans) > MOST else []
    found.sort(key=lambda one: (day_of(one.plan), not one.plan.whole_day, one.plan.at))
    return Found([Day(day, list(group)) for day, group in groupby(found, lambda one: day_of(one.plan))], cut, silent)


def _ask(name: str, span: Span) -> list[Plan] | None:
    try:
        return list(islice(_rooms[name].source(span), MOST + 1))
    except Exception:
        # A fault in one room must not hide what the others plan.
        logger.exception("The plans of “%s” could not be told.", name)
        return None


def day_of(plan: Plan) -> date:
    """Return the plan's day in Stockholm."""
    return plan.at.astimezone(STOCKHOLM).date()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf of the calendar: a week or a month, by its first day and the first day after it."""

    kind: str
    first: date
    after: date

    @property
    def before(self) -> date:
        """The first day of the leaf before."""
        return leaf(self.kind, self.first - timedelta(days=1)).first

    def span(self, user: Any, now: datetime) -> Span:
        """Return the leaf's time for `user`, who asks at `now`."""
        return Span(user, midnight(self.first), midnight(self.after), now)

    def name(self) -> str:
        """Return the leaf's name in words."""
        if self.kind == MONTH:
            return date_format(self.first, "F Y")
        return _("Week %(number)s, %(year)s") % {"number": self.first.isocalendar().week, "year": self.first.isocalendar().year}


def leaf(kind: str, day: date) -> Leaf:
    """Return the week (beginning on Monday) or month that `day` lies in."""
    if kind == MONTH:
        first = day.replace(day=1)
        after = date(first.year + first.month // MONTHS, first.month % MONTHS + 1, 1)
        return Leaf(MONTH, first, after)
    first = day - timedelta(days=day.weekday())
    return Leaf(WEEK, first, first + timedelta(days=7))
