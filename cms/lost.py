"""What helps a reader who came to an address where nothing stands."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import unquote

from django.utils.text import slugify
from wagtail.models import Page

from cms import listing
from cms.navigation import Place, place

# How many pages are compared, how alike two slugs must be, and how many are shown.
BEGIN_ALIKE, NEWEST, ALIKE, SHOWN = 200, 300, 0.6, 3
SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Help:
    """Pages whose address is like the one that was asked for, the words of it to search for, and the newest posts."""

    alike: list[Place]
    words: str
    newest: list[Any]


def help_for(path: str, locale_id: int) -> Help:
    """Return what helps whoever asked for `path`, in a bounded number of queries over a bounded number of pages.

    Nothing for what looks like a file: programs that try doors ask for those, and have no use for it.
    """
    if not (slug := wanted(path)):
        return Help([], "", [])
    return Help(alike(slug), slug.replace("-", " "), list(listing.listed(locale_id)[:SHOWN]))


def wanted(path: str) -> str:
    """Return the slug that somebody seems to have looked for; empty for what names a file or nothing."""
    last = unquote(path).rstrip("/").rpartition("/")[2]
    return slugify(last.removesuffix(".html"))[:100] if "." not in last.removesuffix(".html") else ""


def alike(slug: str) -> list[Place]:
    """Return the public pages whose slugs are most like `slug`, the likeliest first.

    Looks among those that begin alike and among the newest; to compare with all would take as long as there are many.
    """
    if len(slug) < SHORTEST:
        return []
    pages = listing.public(Page.objects.filter(depth__gte=3)).only("title", "slug", "url_path")
    begin = pages.filter(slug__startswith=slug[:SHORTEST]).order_by()[:BEGIN_ALIKE]
    newest = pages.order_by("-pk")[:NEWEST]
    found = {page.pk: page for page in [*begin, *newest]}
    scored = [(_likeness(slug, page.slug), page.pk) for page in found.values()]
    best = sorted((score for score in scored if score[0] >= ALIKE), reverse=True)[:SHOWN]
    return [place(found[key]) for _, key in best]


def _likeness(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    # The whole comparison is slow; what can't reach the mark is left at once.
    return matcher.ratio() if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE else 0.0
