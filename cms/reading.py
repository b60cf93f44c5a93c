"""What a reader's page of a post needs beyond the post itself, in a bounded number of queries."""

from datetime import datetime
from html import unescape
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.utils.html import strip_tags
from wagtail.blocks import StructValue
from wagtail.fields import StreamField

from cms import access, copying, embeds, faces, listing
from cms.keydates import EXACT
from cms.navigation import way_to
from cms.renditions import bring, bring_copies


def context(post: Any, request: HttpRequest, now: datetime) -> dict[str, Any]:
    """Return the template's context for `post` as it stands at `now` for whoever asks."""
    may_read = not post.members_only or access.may_read_members_only(request)
    if getattr(request, "is_preview", False):
        # The editor's own look at what no job has seen yet.
        copying.prepare(post)
    bring_along(post)
    own = post.own_moments(now)
    return {
        "post": post,
        "teaser": post.teaser(now),
        "now": now,
        "may_read": may_read,
        "way_in": "" if may_read else access.way_in(post.path_on_site),
        "lead": "" if may_read and begins_with_summary(post) else post.summary,
        "is_open": post.is_open(now),
        "own_dates": [moment.part(now) for moment in own],
        "closing": faces.closing(own),
        "in_calendar": any(moment.precision in EXACT for moment in post.moments()),
        "players": embeds.players(embeds.film_urls(post)) if may_read else {},
        "meanings": {word.short: word.meaning for word in post.abbreviations.all()},
        "related": related(post),
        "way": way_to(post),
    }


def begins_with_summary(post: Any) -> bool:
    """Tell whether the text opens with the very words of the summary, as imported posts do: then once is enough."""
    first = next(iter(post.body), None)
    if first is None or first.block_type != "text" or not post.summary:
        return False
    opening = " ".join(unescape(strip_tags(first.value.source)).split())
    return opening.startswith(" ".join(post.summary.rstrip("… ").split()))


def bring_along(post: Any) -> None:
    """Fetch pictures and people of the page with their copies, a query for each kind and not for each one."""
    picture = bring("lead_image", "lead", "share")
    prefetch_related_objects([post], picture, "topics", "regions", "abbreviations", listing.bylines())
    people = [block.value["person"] for stream in streams(post) for block in stream if has_person(block)]
    prefetch_related_objects(people, bring("portrait", "portrait"))
    bring_pictures(post)


def bring_pictures(post: Any) -> None:
    """Fetch the copies of all pictures in the text in one query."""
    values = [block.value for stream in streams(post) for block in stream if isinstance(block.value, StructValue)]
    prefetch_related_objects([value["image"] for value in values if value.get("image")], bring_copies("", "body"))


def streams(post: Any) -> list[Any]:
    """Return the streams of `post`: people may stand in any."""
    return [getattr(post, field.name) or () for field in post._meta.concrete_fields if isinstance(field, StreamField)]


def has_person(block: Any) -> bool:
    """Tell whether a block shows a person who still exists."""
    return isinstance(block.value, StructValue) and bool(block.value.get("person"))


def related(post: Any) -> list[Any]:
    """Return the related posts that may be listed, in the editor's order."""
    wanted = [row.other_id for row in post.related.all()]
    if not wanted:
        return []
    found = {other.pk: other for other in listing.listed(post.locale_id).filter(pk__in=wanted)}
    return [found[key] for key in wanted if key in found]
