"""What a reader may mean before the word is finished: topics, people and titles of posts, by the beginnings of their words."""

from dataclasses import dataclass
from typing import Any

from cms import listing, search_index
from cms.addresses import site_path
from cms.search import words

LIMIT = 8
# One letter begins nearly everything.
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something that exists: `kind` is "topic", "person" or "post"; `slug` names the first two, `path` leads to a post."""

    kind: str
    text: str
    slug: str = ""
    path: str = ""


def suggest(asked: str, locale_id: int, limit: int = LIMIT) -> list[Suggestion]:
    """Return up to `limit` suggestions whose words begin with those of `asked`: topics and people by name, then the newest posts.

    Topics and people take at most half of the places each.
    """
    wanted = words(asked)
    if max(map(len, wanted), default=0) < SHORTEST:
        return []
    from cms.models import Person, Topic

    half = max(limit // 2, 1)
    named = [*_named("topic", Topic, wanted, half), *_named("person", Person, wanted, half)][:limit]
    return [*named, *_posts(wanted, locale_id, limit - len(named))]


def _named(kind: str, model: type[Any], wanted: tuple[str, ...], limit: int) -> list[Suggestion]:
    keys = search_index.index().beginning(model, wanted)
    rows = model.objects.filter(pk__in=keys).order_by("name").values_list("name", "slug")[:limit]
    return [Suggestion(kind, name, slug) for name, slug in rows]


def _posts(wanted: tuple[str, ...], locale_id: int, limit: int) -> list[Suggestion]:
    from cms.models import Post

    keys = search_index.index().beginning(Post, wanted)
    found = listing.shown(locale_id).filter(pk__in=keys).order_by("-date", "-page_ptr_id").only("title", "url_path", "date")
    return [Suggestion("post", post.title, path=site_path(post)) for post in found[:limit]] if limit else []
