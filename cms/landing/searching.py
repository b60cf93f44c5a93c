"""The search page: what was asked, how it is narrowed, and what helps where nothing was found."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cms import listing, search
from cms.keydates import midnight
from cms.landing.terms import Counted
from cms.models import content_types
from cms.navigation import PEOPLE, TOPICS
from cms.suggestions import suggest

# The first letters of a word that found nothing are enough to look for a topic that resembles it.
STEM = 4
NEWEST = 3
YEARS = 12
FIRST = 1900


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for: words, a content type or empty, a year or None."""

    words: str = ""
    kind: str = ""
    year: int | None = None

    def narrow(self, posts: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the content type and the year asked for."""
        if self.kind:
            posts = posts.filter(kind=self.kind)
        if self.year is None:
            return posts
        first, beyond = date(self.year, 1, 1), date(self.year + 1, 1, 1)
        return posts.filter(date__gte=midnight(first), date__lt=midnight(beyond))


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to narrow what was found; `value` is what stands in the address."""

    value: str
    words: str


def asked(words: str, kind: str, year: str, now: datetime) -> Asked:
    """Return what the address asks for; types and years that don't exist narrow nothing."""
    clean = " ".join(words.replace("\0", " ").split())[: search.LONGEST]
    known = kind if kind in content_types() else ""
    wanted = int(year) if year.isascii() and year.isdigit() and len(year) == 4 else 0  # noqa: PLR2004
    return Asked(clean, known, wanted if FIRST <= wanted <= now.year + 1 else None)


def found(what: Asked, locale_id: int, after: str = "") -> search.Found:
    """Return a page of what was found. Raises BadCursor."""
    return search.find(what.words, locale_id, after=after, narrow=what.narrow)


def kinds() -> list[Choice]:
    """Return the content types that lists show, as readers call them in the plural."""
    shown = [(kind, model) for kind, model in content_types().items() if model.LISTED]
    return [Choice(kind, capfirst(str(model._meta.verbose_name_plural))) for kind, model in shown]


def years(posts_by_year: dict[int, Any]) -> list[Choice]:
    """Return the latest years with posts."""
    return [Choice(str(year), str(year)) for year in list(posts_by_year)[:YEARS]]


def suggestions(words: str, locale_id: int) -> list[dict[str, str]]:
    """Return topics, people and posts whose words begin as `words` do: title, path and what each is."""
    places = {"topic": (TOPICS, _("Topic")), "person": (PEOPLE, _("Person"))}
    found = []
    for one in suggest(words, locale_id):
        base, kind = places.get(one.kind, ("", ""))
        found.append({"title": one.text, "path": f"{base}{one.slug}/" if base else one.path, "kind": kind})
    return found


def alike(words: str, topics: list[Counted]) -> list[Counted]:
    """Return topics that begin as one of the words does."""
    stems = tuple(word[:STEM].casefold() for word in search.words(words) if len(word) >= STEM)
    return [one for one in topics if stems and any(part.casefold().startswith(stems) for part in one.name.split())]


def newest(locale_id: int) -> list[Any]:
    """Return the newest posts, for whoever found nothing."""
    return list(listing.listed(locale_id)[:NEWEST])
