"""What every landing page says of itself, and what is kept between requests while no content changes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from django.core.cache import cache, caches

from cms.keydates import STOCKHOLM
from cms.navigation import Place
from cms.version import State

KEEP_SECONDS = 3600
HOME = Place("", "/")


@dataclass(frozen=True, slots=True)
class Head:
    """A page's title, its path (with slashes around it), the way to it, and its words for search engines.

    `indexed` is False for what they should leave alone: results and narrowed lists.
    """

    title: str
    path: str
    description: str = ""
    way: tuple[Place, ...] = (HOME,)
    indexed: bool = True

    @property
    def url_path(self) -> str:
        """The path as Wagtail's pages have it, so that heads are written in the same way."""
        return f"/site{self.path}"


@dataclass(frozen=True, slots=True)
class Moment:
    """When a page is asked for, and what readers' content stands at then."""

    now: datetime
    state: State

    @property
    def today(self) -> date:
        """The day in Stockholm."""
        return self.now.astimezone(STOCKHOLM).date()

    @property
    def locale_id(self) -> int:
        """The site's language."""
        return self.state.locale_id


@dataclass(frozen=True, slots=True)
class Page:
    """A landing page ready to be shown: its template's name, its head and what the template shows."""

    template: str
    head: Head
    context: dict[str, Any]


def kept[Made](at: Moment, name: str, make: Callable[[], Made], seconds: int = KEEP_SECONDS) -> Made:
    """Return what `make()` gives, kept in the cache under `name` until readers' content changes, or for `seconds`."""
    found: Any = cache.get_or_set(_key(at, name), make, seconds)
    return found  # type: ignore[no-any-return]


def kept_suggestions[Made](at: Moment, words: str, make: Callable[[], list[Made]], seconds: int) -> list[Made]:
    """Return what `make()` gives for `words`, kept beside for `seconds` if it is anything.

    Words are endless, and most mean nothing.
    """
    shelf, key = caches["suggestions"], _key(at, words)
    found: Any = shelf.get(key)
    if found is None and (found := make()):
        shelf.set(key, found, seconds)
    return found  # type: ignore[no-any-return]


def _key(at: Moment, name: str) -> str:
    short = blake2b(name.encode(), digest_size=12).hexdigest()
    return f"landing:{at.state.key}:{short}"
