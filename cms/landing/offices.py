"""Who holds the association's offices on a day: the board first, as a list of names in the order of a letterhead.

A role is the association's when its organisation is empty or one of the association's names.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Min, Q, QuerySet
from django.utils.translation import gettext as _

from cms.identity import Identity
from cms.landing.swedish import order
from cms.models import Role
from cms.renditions import bring

# More would be no association's board but a mistake in the register.
LONGEST = 300
YEARS = 60
CALENDAR = range(1850, 2201)
UNION = "Föreningen "

OFFICE = re.compile(
    r"(?:(?:tf\.?|t\.\s?f\.|tillförordnad|avgående|tillträdande|adjungerad|ordinarie)\s+)*"
    r"(?:(?:först[ae]|andr[ae]|[12]:[ae])\s+)?(?P<vice>vice\s+)?(?:styrelse|förbunds|förenings)?"
    r"(?P<office>ordförande|kassör|kassaförvaltare|skattmästare|sekreterare|ledamot|suppleant|ersättare)"
    r"(?:\s+i\s+(?:förbunds|förenings)?(?:styrelsen|föreningen|förbundet))?",
    re.IGNORECASE,
)
RANKS = {
    "ordförande": 0,
    "kassör": 2,
    "kassaförvaltare": 2,
    "skattmästare": 2,
    "sekreterare": 3,
    "ledamot": 4,
    "suppleant": 5,
    "ersättare": 5,
}


@dataclass(slots=True)
class Seat:
    """Somebody with what he or she does in the association; `rank` is the place on the board, None for others."""

    person: Any
    titles: list[str] = field(default_factory=list)
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Offices:
    """Who does what in the association on `day`: the board by rank, and the others by name."""

    day: date
    board: tuple[Seat, ...]
    others: tuple[Seat, ...]


def rank(title: str) -> int | None:
    """Return where an office stands on the board, 0 first; None for what isn't the board's, such as "valberedare"."""
    found = OFFICE.fullmatch(" ".join(title.split()))
    if found is None:
        return None
    office = found["office"].casefold()
    # A vice chair comes after the chair and before the treasurer; any other vice after the one whose place it is.
    return 1 if found["vice"] and office == "ordförande" else RANKS[office]


@dataclass(frozen=True, slots=True)
class Day:
    """A chosen day; `wrong` is what somebody wrote that is none."""

    day: date
    wrong: str = ""


def chosen_day(written: str, today: date) -> Day:
    """Return the day that somebody wrote as 2025-03-01: today when it is empty, or no day of ours."""
    if not written:
        return Day(today)
    try:
        day = date.fromisoformat(written.strip())
    except ValueError:
        return Day(today, written[:40])
    return Day(day) if day.year in CALENDAR else Day(today, written[:40])


def names(identity: Identity | None) -> tuple[str, ...]:
    """Return the names by which roles call the association: the full and the short one, with or without "Föreningen"."""
    known = [identity.name, identity.short_name] if identity else []
    written = [name.strip() for name in known if name.strip()]
    full = written[:1] if identity and identity.name.strip() else []
    return (*written, *(name.removeprefix(UNION) if name.startswith(UNION) else UNION + name for name in full))


def own_roles(identity: Identity | None) -> QuerySet[Role]:
    """Return all roles in the association, whenever they were held."""
    ours = Q(organisation="")
    for name in names(identity):
        ours |= Q(organisation__iexact=name)
    return Role.objects.filter(ours)


def on_day(roles: QuerySet[Role], day: date) -> QuerySet[Role]:
    """Keep the roles that were held on `day`; an open end has no limit."""
    begun = Q(begins__isnull=True) | Q(begins__lte=day)
    return roles.filter(begun, Q(ends__isnull=True) | Q(ends__gte=day))


def held(identity: Identity | None, day: date) -> Offices:
    """Return who holds which office on `day`, in three queries."""
    roles = on_day(own_roles(identity), day).select_related("person", "person__region").order_by("person_id", "sort_order")
    seats = seated(roles.prefetch_related(bring("person__portrait", "portrait"))[:LONGEST])
    board = sorted((seat for seat in seats if seat.rank is not None), key=lambda seat: (seat.rank, order(seat.person.name)))
    others = sorted((seat for seat in seats if seat.rank is None), key=lambda seat: order(seat.person.name))
    return Offices(day, tuple(board), tuple(others))


def seated(roles: Iterable[Role]) -> list[Seat]:
    """Return a seat for each person, the highest office first among the titles."""
    seats: dict[int, Seat] = {}
    for role in sorted(roles, key=_by_rank):
        seat = seats.setdefault(role.person_id, Seat(role.person))
        seat.titles.append(role.title)
        if seat.rank is None:
            seat.rank = rank(role.title)
    return list(seats.values())


def _by_rank(role: Role) -> int:
    found = rank(role.title)
    return len(RANKS) if found is None else found


def earlier_years(identity: Identity | None, today: date) -> list[int]:
    """Return the years before this one in which somebody is known to have held an office, latest first."""
    first = own_roles(identity).aggregate(first=Min("begins"))["first"]
    return list(range(today.year - 1, max(first.year, today.year - YEARS) - 1, -1)) if first else []


def years(role: Role, today: date) -> str:
    """Return when a role was held: "2019–2023", "sedan 2022", "till 2021", "från 2027", or nothing."""
    if role.begins and role.ends and role.ends < today:
        same = role.begins.year == role.ends.year
        return str(role.ends.year) if same else f"{role.begins.year}–{role.ends.year}"
    if role.begins:
        words = _("since %(year)s") if role.begins <= today else _("from %(year)s")
        return words % {"year": role.begins.year}
    return _("until %(year)s") % {"year": role.ends.year} if role.ends else ""
