"""From pages to what the schemas describe: plain dicts, absolute addresses, no queries beyond what was prefetched."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from cms import embeds, listing, parts, reading
from cms.addresses import absolute_html, own_url, public_url, site_path
from cms.models import Home, Post, SectionIndex, content_types


def byline(row: Any) -> dict[str, Any]:
    """Return a Byline."""
    person = row.person
    return {
        "name": row.name,
        "roles": list(row.printed_roles()),
        "slug": person.slug if person else None,
        "portrait": parts.image(person.portrait, "portrait") if person else None,
    }


def key_date(row: Any, now: datetime) -> dict[str, Any]:
    """Return a KeyDate as it stands at `now`."""
    moment = row.moment()
    return parts.key_date(moment, closed=moment.closes and moment.passed(now))


def terms(rows: Any) -> list[dict[str, str]]:
    """Return Terms."""
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
        "image": parts.image(post.lead_image, "card"),
        "byline": [byline(row) for row in post.bylines.all()],
        "topics": terms(post.topics.all()),
        "regions": terms(post.regions.all()),
        "key_dates": [key_date(row, now) for row in post.dates.all()],
    }


def cards(found: listing.Listing, now: datetime) -> dict[str, Any]:
    """Return Cards."""
    passages = found.passages or {}
    items = [{**card(post, now), "snippet": passages.get(post.pk)} for post in found.posts]
    return {"items": items, "after": found.after or None, "count": found.count, "more": found.more}


def blocks(stream: Any) -> list[dict[str, Any]]:
    """Return a stream's blocks as the API shows them; what can't be shown (a picture whose file is gone) is left out."""
    found = stream.stream_block.get_api_representation(stream) if stream else []
    return [block for block in found if block["value"] is not None]


def players(post: Any) -> list[dict[str, Any]]:
    """Return Players of the films that have been looked up."""
    found = embeds.players(embeds.film_urls(post)).items()
    return [{"url": url, **asdict(player), "still": own_url(player.still) if player.still else ""} for url, player in found]


def text(post: Any) -> dict[str, Any]:
    """Return what members alone may read of a members-only post."""
    return {
        "fields": post.fields(),
        "body": blocks(post.body),
        "postscript": parts.rich_text(absolute_html(post.postscript)) if post.postscript else None,
        "afterword": blocks(post.afterword),
        "players": players(post),
    }


NOTHING: dict[str, Any] = {"fields": None, "body": [], "postscript": None, "afterword": [], "players": []}


def detail(row: Any, now: datetime, *, whole: bool = False) -> dict[str, Any]:
    """Return a Detail of the card row `row`; what is for members only stays here, unless a member asks for the `whole`."""
    post = row.specific
    withheld = post.members_only and not whole
    if not withheld:
        reading.bring_pictures(post)
    return {
        **card(row, now),
        **(NOTHING if withheld else text(post)),
        "withheld": withheld,
        "updated_at": post.last_published_at or post.date,
        "search_title": post.seo_title or post.title,
        "search_description": post.search_description or post.summary,
        "lead_image": parts.image(row.lead_image, "lead"),
        "abbreviations": [{"short": word.short, "meaning": word.meaning} for word in post.abbreviations.all()],
        "related": [card(other, now) for other in reading.related(post)],
    }


def index(page: Home | SectionIndex, now: datetime) -> dict[str, Any]:
    """Return an Index."""
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
    """Return whatever stands at a path: an Index, or a Detail, the `whole` of it or what is open to all."""
    specific = found.specific
    if isinstance(specific, Home | SectionIndex):
        return index(specific, now)
    return detail(listing.with_cards(Post.objects.filter(pk=found.pk), "lead").get(), now, whole=whole)
