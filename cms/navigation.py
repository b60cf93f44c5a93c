"""Where the reader is and can go: the menu, and the way back to the home page."""

from dataclasses import dataclass
from typing import Any

from wagtail.models import Page

from cms import listing
from cms.addresses import site_path


@dataclass(frozen=True, slots=True)
class Place:
    """A page as the menu names it; `path` begins with a slash."""

    title: str
    path: str


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
