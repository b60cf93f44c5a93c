"""From pages to what the schemas describe: plain dicts, absolute addresses, no queries beyond what was prefetched."""

from datetime import datetime
from typing import Any

from cms import listing, reading, renditions
from cms.addresses import absolute_html, own_url, public_url, site_path
from cms.models import Home, Post, SectionIndex, content_types


def image(picture: Any, shape: str) -> dict[str, Any] | None:
    """Return an ImageShape, or nothing when there is no picture to show."""
    copies = [
        {"url": own_url(copy.url), "width": copy.width, "height": copy.height} for copy in renditions.copies(picture, shape)
    ]
    if not copies:
        return None
    words = {"alt": picture.description, "caption": picture.caption, "photographer": picture.photographer}
    return {**copies[-1], **words, "copies": copies}


def byline(row: Any) -> dict[str, Any]:
    """Return a BylineShape."""
    person = row.person
    return {
        "name": row.name,
        "roles": list(row.printed_roles()),
        "slug": person.slug if person else None,
        "portrait": image(person.portrait, "portrait") if person else None,
    }


def key_date(row: Any, now: datetime) -> dict[str, Any]:
    """Return a KeyDateShape as it stands at `now`."""
    moment = row.moment()
    return {
        **{name: getattr(moment, name) for name in ("kind", "label", "precision", "starts", "ends", "closes")},
        "text": moment.shown(),
        "closed": moment.closes and moment.passed(now),
    }


def terms(rows: Any) -> list[dict[str, str]]:
    """Return TermShapes."""
    return [{"name": row.name, "slug": row.slug} for row in rows]


def card(post: Any, now: datetime) -> dict[str, Any]:
    """Return a Card of a post that was read with `listing.with_cards`."""
    path = site_path(post)
    return {
        "id": post.translation_key,
        "type": post.kind,
        "type_label": str(content_types()[post.kind]._meta.verbose_name),
        "path": path,
        "url": public_url(path),
        **{name: getattr(post, name) for name in ("kicker", "title", "summary", "date", "members_only")},
        "image": image(post.lead_image, "card"),
        "byline": [byline(row) for row in post.bylines.all()],
        "topics": terms(post.topics.all()),
        "regions": terms(post.regions.all()),
        "key_dates": [key_date(row, now) for row in post.dates.all()],
    }


def cards(found: listing.Listing, now: datetime) -> dict[str, Any]:
    """Return Cards."""
    return {"items": [card(post, now) for post in found.posts], "after": found.after or None}


def blocks(stream: Any) -> list[dict[str, Any]]:
    """Return a stream's blocks as the API shows them."""
    return stream.stream_block.get_api_representation(stream, context=None) if stream else []


def detail(row: Any, now: datetime, *, whole: bool = False) -> dict[str, Any]:
    """Return a Detail of the card row `row`; what is for members only stays here, unless the `whole` of it is asked for."""
    post = row.specific
    withheld = post.members_only and not whole
    content = {
        "fields": None if withheld else post.fields(),
        "body": [] if withheld else blocks(post.body),
        "postscript": "" if withheld else absolute_html(post.postscript),
        "afterword": [] if withheld else blocks(post.afterword),
    }
    return {
        **card(row, now),
        **content,
        "withheld": withheld,
        "updated_at": post.last_published_at or post.date,
        "abbreviations": [{"short": word.short, "meaning": word.meaning} for word in post.abbreviations.all()],
        "related": [card(other, now) for other in reading.related(post)],
    }


def index(page: Home | SectionIndex, now: datetime) -> dict[str, Any]:
    """Return an IndexShape."""
    path = site_path(page)
    return {
        "type": "home" if isinstance(page, Home) else "section",
        "title": page.title,
        "introduction": page.introduction,
        "path": path,
        "url": public_url(path),
        "posts": cards(listing.page(page.posts()), now),
    }


def page(found: Any, now: datetime, *, whole: bool = False) -> dict[str, Any]:
    """Return whatever stands at a path: an IndexShape, or a Detail, the `whole` of it or what is open to all."""
    specific = found.specific
    if isinstance(specific, Home | SectionIndex):
        return index(specific, now)
    return detail(listing.with_cards(Post.objects.filter(pk=found.pk)).get(), now, whole=whole)
