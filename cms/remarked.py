"""All posts with remarks, from the newest on: each leaf looks through so many posts and no more."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from wagtail.models import Revision

from cms.models import Post, content_types
from cms.remarks import known, remarks
from cms.review import editable

# So many posts are fetched at once; a leaf ends when it has shown so many, or looked through so many.
SLICE, SHOWN, MOST = 100, 30, 300


@dataclass(frozen=True, slots=True)
class Remarked:
    """A post, as its row stands, with the remarks about its newest version."""

    post: Post
    remarks: list[str]


@dataclass(frozen=True, slots=True)
class Leaf:
    """Some posts with remarks; `after` leads to the next leaf (a post's key), None at the end."""

    posts: list[Remarked]
    after: int | None


def leaf(user: Any, now: datetime, after: int | None = None) -> Leaf:
    """Return the posts with remarks that `user` may edit and that were made before the post `after`, newest first."""
    posts = editable(user).order_by("-pk")
    found: list[Remarked] = []
    for looked, (post, said) in enumerate(_looked_through(posts, now, after), start=1):
        if said:
            found.append(Remarked(post, said))
        if len(found) == SHOWN or looked == MOST:
            return Leaf(found, post.pk)
    return Leaf(found, None)


def _looked_through(posts: QuerySet[Post], now: datetime, after: int | None) -> Iterator[tuple[Post, list[str]]]:
    while rows := list((posts if after is None else posts.filter(pk__lt=after))[:SLICE]):
        newest = [_newest(row, drafts) for drafts in [_drafts(rows)] for row in rows]
        facts = known(newest)
        yield from ((row, remarks(version, now, facts)) for row, version in zip(rows, newest, strict=True))
        after = rows[-1].pk


def _drafts(rows: list[Post]) -> dict[int, Revision]:
    """Return the newest versions of those whose row isn't it, by key."""
    found: dict[int, Revision] = Revision.objects.in_bulk(
        [row.latest_revision_id for row in rows if row.latest_revision_id and (row.has_unpublished_changes or not row.live)]
    )
    return found


def _newest(row: Post, drafts: dict[int, Revision]) -> Post:
    """Return the newest version; of its type where that has dates to look at. Its other rows are not asked for."""
    draft = drafts.get(row.latest_revision_id)
    model = content_types().get(row.kind)
    if draft is None or model is None:
        return row
    version: Post = model.from_serializable_data(draft.content, check_fks=False)
    version.live = row.live
    return version
