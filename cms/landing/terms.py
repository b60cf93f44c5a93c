"""Topics and regions: which there are, how much stands under each, and the posts of one."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Model, QuerySet
from django.http import Http404

from cms import listing
from cms.landing.swedish import order
from cms.models import Post, Region, Topic

# The Post's field that points to each.
FIELDS: dict[type[Model], str] = {Topic: "topics", Region: "regions"}


@dataclass(frozen=True, slots=True)
class Counted:
    """A topic or a region with the number of listed posts."""

    name: str
    slug: str
    posts: int


def counted(model: type[Topic] | type[Region], locale_id: int) -> list[Counted]:
    """Return all topics (or regions) in Swedish order with their numbers of listed posts, in a query for each of the two."""
    posts = listing.unrestricted(Post.objects.filter(listed=True, listed_locale_id=locale_id)).order_by()
    numbers = dict(posts.values_list(FIELDS[model]).annotate(number=Count("pk")))
    rows = model.objects.order_by().values_list("pk", "name", "slug")
    return sorted((Counted(name, slug, numbers.get(key, 0)) for key, name, slug in rows), key=lambda one: order(one.name))


def term(model: type[Topic] | type[Region], slug: str) -> Any:
    """Return the topic or region with `slug`. Raises Http404."""
    found = model.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def posts_of(found: Any, locale_id: int) -> QuerySet[Any]:
    """Return the listed posts of a topic or a region, newest first."""
    return listing.listed(locale_id).filter(**{FIELDS[type(found)]: found})
