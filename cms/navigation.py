"""Where the reader is and can go: the menu, and the way back to the home page."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from wagtail.models import Page

from cms import listing
from cms.addresses import site_path


@dataclass(frozen=True, slots=True)
class Place:
    """A page as the menu names it; `path` begins with a slash."""

    title: str
    path: str


PEOPLE, TOPICS, REGIONS = "/personer/", "/amnen/", "/regioner/"
ARCHIVE, CALENDAR, SEARCH = "/arkiv/", "/kalender/", "/sok/"
# The header has room for two; the footer leads to the rest.
IN_HEADER, IN_FOOTER = (CALENDAR, SEARCH), (PEOPLE, TOPICS, REGIONS, ARCHIVE)


def landing_title(path: str) -> str:
    """Return what the landing page at `path` is called."""
    titles = {
        PEOPLE: _("People"),
        TOPICS: _("Topics"),
        REGIONS: _("Regions"),
        ARCHIVE: _("Archive"),
        CALENDAR: _("Calendar"),
        SEARCH: _("Search"),
    }
    return titles[path]


def in_header(places: list[Place]) -> list[Place]:
    """Return the landing pages of the header, without those that an editor's page among `places` stands for."""
    known = {place.path for place in places}
    return [Place(landing_title(path), path) for path in IN_HEADER if path not in known]


def in_footer() -> list[Place]:
    """Return the landing pages of the footer."""
    return [Place(landing_title(path), path) for path in IN_FOOTER]


def path_of(row: Any) -> str:
    """Return where a person, a topic or a region has its page."""
    base = {"person": PEOPLE, "topic": TOPICS, "region": REGIONS}[row._meta.model_name]
    return f"{base}{row.slug}/"


def place(page: Any) -> Place:
    """Return `page` as the menu names it."""
    return Place(page.title, site_path(page))


def sections() -> list[Place]:
    """Return the pages below home that stand in the menu, in the editors' order."""
    pages = listing.public(Page.objects.in_menu().filter(depth=3))
    return [place(page) for page in pages.order_by("path")]


def way_to(page: Any) -> list[Place]:
    """Return the pages above `page`, home first."""
    return [place(above) for above in page.get_ancestors().filter(depth__gte=2)]
