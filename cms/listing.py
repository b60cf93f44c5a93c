"""Flat lists of posts, newest first, a page at a time by key instead of by offset."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Left, Length
from django.utils.translation import gettext_lazy as _
from wagtail.models import PageViewRestriction

from cms.renditions import LIST_SHAPES, bring_copies

PAGE_SIZE = 20
# What a bigint of either database holds.
KEYS = range(1, 2**63)


class BadCursor(ValueError):
    """An `after` that we did not make."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of posts; `after` leads to the next one, empty at the end.

    Of a search: the passage of each post as HTML, by its key, and how many there are, or that many and `more`.
    """

    posts: list[Any]
    after: str
    passages: dict[int, str] | None = None
    count: int | None = None
    more: bool = False


def listed(locale_id: int) -> QuerySet[Any]:
    """Return the posts that a public list may show, with what a card needs, newest first."""
    return with_cards(shown(locale_id)).order_by("-date", "-page_ptr_id")


def shown(locale_id: int) -> QuerySet[Any]:
    """Return the posts that a public list may show, bare and in no order."""
    from cms.pages.post import Post

    return unrestricted(Post.objects.filter(listed=True, listed_locale_id=locale_id))


def unrestricted(pages: QuerySet[Any], column: str = "path") -> QuerySet[Any]:
    """Return `pages` without those that stand under a restriction of Wagtail's, their own or an ancestor's.

    `column` leads to the page's place in the tree: other rows that belong to pages may be asked for too.
    """
    # Within the same query: a list has few to spare, and a table that is nearly always empty costs nothing.
    above = PageViewRestriction.objects.filter(page__path=Left(OuterRef(column), Length("page__path")))
    return pages.exclude(Exists(above))


def public(pages: QuerySet[Any]) -> QuerySet[Any]:
    """Return the pages that anybody may open, listed or not."""
    return unrestricted(pages.filter(live=True))


def with_cards(posts: QuerySet[Any], *shapes: str) -> QuerySet[Any]:
    """Return `posts` with all that a card shows, in a fixed number of queries however many there are.

    `shapes`: the lead pictures' copies for further places.
    """
    lead = bring_copies("lead_image", *LIST_SHAPES, *shapes)
    return posts.select_related("lead_image").prefetch_related(lead, "dates", "topics", "regions", bylines())


def bylines() -> Prefetch[Any]:
    """Return a Prefetch for the bylines of posts with their people and portraits."""
    from cms.people import Byline

    rows = Byline.objects.select_related("person__portrait").prefetch_related(bring_copies("person__portrait", "portrait"))
    return Prefetch("bylines", queryset=rows)


def cursor(post: Any) -> str:
    """Return the key that leads to what follows `post`."""
    return sealed(post.date.isoformat(), str(post.pk))


def read_cursor(after: str) -> tuple[datetime, int]:
    """Return date (in UTC) and id that `cursor` was made from. Raises BadCursor."""
    try:
        date, key = opened(after)
        moment, number = datetime.fromisoformat(date), int(key)
        if moment.tzinfo is None or number not in KEYS:
            raise ValueError
        return moment.astimezone(UTC), number
    # A time zone can carry the first or the last day out of the calendar.
    except (ValueError, OverflowError):
        raise BadCursor(_("The key “after” is not one that this list gave.")) from None


def sealed(first: str, second: str) -> str:
    """Return a cursor that holds two texts without a bar."""
    return base64.urlsafe_b64encode(f"{first}|{second}".encode()).rstrip(b"=").decode()


def opened(after: str) -> tuple[str, str]:
    """Return the texts that a cursor was made from. Raises BadCursor."""
    try:
        first, second = base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True).decode().split("|")
    except ValueError:
        raise BadCursor(_("The key “after” is not one that this list gave.")) from None
    return first, second


def page(posts: QuerySet[Any], *, after: str = "", limit: int = PAGE_SIZE, oldest_first: bool = False) -> Listing:
    """Return up to `limit` posts that follow the cursor `after`. Raises BadCursor."""
    if oldest_first:
        posts = posts.order_by("date", "page_ptr_id")
    if after:
        date, key = read_cursor(after)
        way = "gt" if oldest_first else "lt"
        beyond = Q(**{f"date__{way}": date}) | Q(date=date, **{f"page_ptr_id__{way}": key})
        posts = posts.filter(beyond, **{f"date__{way}e": date})
    found = list(posts[: limit + 1])
    return Listing(found[:limit], cursor(found[limit - 1]) if len(found) > limit else "")
