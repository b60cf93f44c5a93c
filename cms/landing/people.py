"""All people by letter, and one person: roles with their years, competences and posts."""

import base64
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr
from django.http import Http404
from django.utils.translation import gettext as _

from cms import listing
from cms.identity import Identity
from cms.landing import offices
from cms.landing.swedish import ALPHABET, order
from cms.models import Byline, Person
from cms.renditions import bring

PAGE_SIZE = 60


@dataclass(frozen=True, slots=True)
class Letter:
    """An initial and how many people have it."""

    letter: str
    people: int


@dataclass(frozen=True, slots=True)
class Register:
    """One page of people in Swedish order; `letter` is empty when all fit, `after` at the end."""

    people: list[Any]
    letter: str
    after: str


@dataclass(frozen=True, slots=True)
class Held:
    """A role as a person's page shows it."""

    title: str
    organisation: str
    years: str


@dataclass(frozen=True, slots=True)
class Profile:
    """A person as the site shows one; `email` only while he or she holds an office in the association."""

    person: Any
    now: tuple[Held, ...]
    before: tuple[Held, ...]
    competences: tuple[str, ...]
    email: str


def initials() -> list[Letter]:
    """Return the initials of all people in the alphabet's order, in one query."""
    counts: dict[str, int] = {}
    rows = Person.objects.order_by().annotate(initial=Substr("name", 1, 1)).values_list("initial").annotate(people=Count("pk"))
    for initial, people in rows:
        counts[initial.upper()] = counts.get(initial.upper(), 0) + people
    return [Letter(letter, counts[letter]) for letter in sorted(counts, key=_place)]


def _place(letter: str) -> tuple[int, str]:
    found = ALPHABET.find(letter)
    return (found if found >= 0 else len(ALPHABET), letter)


def register(letters: list[Letter], *, letter: str = "", after: str = "") -> Register:
    """Return a page of people: all while they fit on one, else those of `letter` (the first when empty).

    Raises Http404 for a letter that nobody has, BadCursor for an `after` that no page gave.
    """
    if not letter and sum(one.people for one in letters) <= PAGE_SIZE:
        return _page(Person.objects.all(), "", after)
    known = [one.letter for one in letters]
    wanted = (letter or known[0]).upper()
    if wanted not in known:
        raise Http404(_("Nobody's name begins so."))
    same = Q(name__startswith=wanted) | Q(name__startswith=wanted.lower())
    return _page(Person.objects.filter(same), wanted, after)


def _page(people: QuerySet[Person], letter: str, after: str) -> Register:
    if after:
        name, key = read_cursor(after)
        people = people.filter(Q(name__gt=name) | Q(name=name, pk__gt=key))
    found = list(people.select_related("region").order_by("name", "pk")[: PAGE_SIZE + 1])
    rest = cursor(found[PAGE_SIZE - 1]) if len(found) > PAGE_SIZE else ""
    return Register(sorted(found[:PAGE_SIZE], key=lambda one: order(one.name)), letter, rest)


def cursor(person: Person) -> str:
    """Return the key that leads to the people after `person`."""
    return base64.urlsafe_b64encode(f"{person.pk}|{person.name}".encode()).rstrip(b"=").decode()


def read_cursor(after: str) -> tuple[str, int]:
    """Return name and id that `cursor` was made from. Raises BadCursor."""
    try:
        key, _bar, name = base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True).decode().partition("|")
        if int(key) not in listing.KEYS or "\0" in name:
            raise ValueError
        return name, int(key)
    except ValueError:
        raise listing.BadCursor(_("The key “after” is not one that this list gave.")) from None


def profile(slug: str, identity: Identity | None, today: date) -> Profile:
    """Return the person with `slug` as the site shows one on `today`. Raises Http404."""
    people = Person.objects.select_related("region").prefetch_related("roles", bring("portrait", "portrait"))
    person = people.filter(slug=slug).first()
    if person is None:
        raise Http404(_("Nobody has this address."))
    roles = list(person.roles.all())
    now = [role for role in roles if role.covers(today)]
    before = sorted((role for role in roles if role not in now), key=lambda role: role.ends or date.max, reverse=True)
    return Profile(person, _shown(now, today), _shown(before, today), competences(person), _email(person, now, identity))


def _shown(roles: list[Any], today: date) -> tuple[Held, ...]:
    return tuple(Held(role.title, role.organisation, offices.years(role, today)) for role in roles)


def _email(person: Person, now: list[Any], identity: Identity | None) -> str:
    """Return the address of who speaks for the association; anybody else's is the register's alone."""
    ours = {"", *(name.casefold() for name in offices.names(identity))}
    return str(person.email) if any(role.organisation.casefold() in ours for role in now) else ""


def competences(person: Person) -> tuple[str, ...]:
    """Return what a person can be asked about, one by one."""
    return tuple(filter(None, (word.strip() for word in person.competences.split(","))))


def posts_by(person: Person, locale_id: int) -> QuerySet[Any]:
    """Return the listed posts in whose byline `person` stands, newest first."""
    return listing.listed(locale_id).filter(pk__in=Byline.objects.filter(person=person).values("post_id"))


def people_of(region: Any) -> list[Any]:
    """Return people of a region in Swedish order, at most a page of them."""
    found = Person.objects.filter(region=region).prefetch_related(bring("portrait", "portrait"))[:PAGE_SIZE]
    return sorted(found, key=lambda one: order(one.name))
