"""Search among the published posts: every word must occur, beginnings of longer words are enough.

Costs are bounded: a count is exact up to DEPTH, and only the posts of the shown page are read and
highlighted. How a database finds words is `cms.search_index`'s affair.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import QuerySet
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from cms import listing, search_index
from cms.search_index import Index

DEPTH = 1000
LONGEST, MOST_WORDS = 200, 12

Order = Literal["-date", "date", "relevance"]
Narrow = Callable[[QuerySet[Any]], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Hit:
    """A post that was found; title and the passage around the words are HTML, the words in `<mark>`."""

    post: Any
    title: SafeString
    snippet: SafeString


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found: `count` posts, or that many and `more`; `after` leads to the next page, empty at the end."""

    hits: list[Hit]
    count: int
    more: bool
    after: str


NOTHING = Found([], 0, more=False, after="")


def words(asked: str) -> tuple[str, ...]:
    """Return the words in what somebody typed; signs alone find nothing."""
    # A lone surrogate can't be written as UTF-8, and PostgreSQL takes no NUL.
    clean = asked[:LONGEST].encode(errors="ignore").decode().replace("\0", " ").replace('"', " ")
    return tuple(word for word in clean.split() if any(map(str.isalnum, word)))[:MOST_WORDS]


def find(
    asked: str,
    locale_id: int,
    *,
    after: str = "",
    limit: int = listing.PAGE_SIZE,
    order: Order = "-date",
    narrow: Narrow = lambda posts: posts,
) -> Found:
    """Return the listed posts in which all words of `asked` occur, up to `limit` of them from the cursor `after` on.

    `narrow` may filter further. Nobody finds by a text that is for members only. With "relevance" the
    newest DEPTH are weighed on PostgreSQL; SQLite, which would take quadratic time, keeps to dates.
    Raises BadCursor.
    """
    wanted = words(asked)
    if not wanted:
        return NOTHING
    index = search_index.index()
    posts = narrow(listing.listed(locale_id))
    keys = list(posts.order_by().filter(pk__in=index.posts(wanted)).values_list("pk", flat=True)[: DEPTH + 1])
    more = len(keys) > DEPTH
    # A frequent word is met soon on a walk by date, a rare one by its few keys.
    matching = index.having(posts, wanted) if more else posts.filter(pk__in=keys)
    if order == "relevance" and index.weighs:
        page = _by_weight(index, posts, _newest(matching) if more else keys, wanted, after, limit)
    else:
        page = listing.page(matching, after=after, limit=limit, oldest_first=order == "date")
    return Found(_hits(index, page.posts, wanted), min(len(keys), DEPTH), more, page.after)


def _newest(posts: QuerySet[Any]) -> list[int]:
    return list(posts.values_list("pk", flat=True)[:DEPTH])


def _by_weight(
    index: Index, posts: QuerySet[Any], keys: list[int], wanted: tuple[str, ...], after: str, limit: int
) -> listing.Listing:
    """Return the heaviest of `keys` that follow `after`; of equal weight the later made come first."""
    ranked = sorted(((weight, key) for key, weight in index.weights(keys, wanted).items()), reverse=True)
    if after:
        ranked = [place for place in ranked if place < read_weight(after)]
    shown = ranked[:limit]
    found = {post.pk: post for post in posts.order_by().filter(pk__in=[key for _weight, key in shown])}
    cursor = listing.sealed(*map(repr, shown[-1])) if len(ranked) > limit else ""
    return listing.Listing([found[key] for _weight, key in shown if key in found], cursor)


def read_weight(after: str) -> tuple[float, int]:
    """Return weight and id of the post that a cursor of `_by_weight` was made from. Raises BadCursor."""
    weight, key = listing.opened(after)
    try:
        return float(weight), int(key)
    except ValueError:
        raise listing.BadCursor from None


def _hits(index: Index, posts: list[Any], wanted: tuple[str, ...]) -> list[Hit]:
    # Between a post's closing for members and its indexing, the index still holds the text.
    passages = index.passages([post.pk for post in posts if not post.members_only], wanted) if posts else {}
    return [_hit(post, *passages.get(post.pk, ("", ""))) for post in posts]


def _hit(post: Any, title: str, passage: str) -> Hit:
    return Hit(post, marked(title or post.title), marked(passage or post.summary))


def marked(text: str) -> SafeString:
    """Return `text` as HTML, what stands between search_index's signs in `<mark>`."""
    html = search_index.BETWEEN.sub(r"<mark>\1</mark>", escape(text))
    return mark_safe(search_index.SIGNS.sub("", html))  # noqa: S308 - it was escaped
