"""Finding posts and pages for the API, among what is public alone."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

from cms import listing, search
from cms.addresses import site_path
from cms.api.schemas import Filters, WhichPosts
from cms.keydates import KeyDate, midnight
from cms.models import Byline, Home, Post, SectionIndex

DAY = timedelta(days=1)


def posts(filters: Filters, locale_id: int, now: datetime) -> listing.Listing:
    """Return the page of posts that `filters` ask for. Raises BadCursor."""
    keep = partial(narrowed, filters=filters, now=now)
    if filters.q.strip():
        return sought(filters, locale_id, keep)
    found = keep(listing.listed(locale_id))
    return listing.page(found, after=filters.after, limit=filters.limit, oldest_first=filters.order == "date")


def sought(filters: Filters, locale_id: int, keep: search.Narrow) -> listing.Listing:
    """Return the page of posts in which the words of `filters` occur, each with its passage. Raises BadCursor."""
    found = search.find(
        filters.q, locale_id, after=filters.after, limit=filters.limit, order=filters.order, narrow=keep
    )
    passages = {hit.post.pk: str(hit.snippet) for hit in found.hits}
    return listing.Listing([hit.post for hit in found.hits], found.after, passages, found.count, found.more)


def narrowed(found: QuerySet[Any], filters: Filters, now: datetime) -> QuerySet[Any]:
    """Keep what all filters but the words ask for."""
    for narrow in (by_kind, by_section, by_terms, by_publication, by_deadline):
        found = narrow(found, filters)
    return by_openness(found, filters.open, now)


def by_kind(found: QuerySet[Any], filters: WhichPosts) -> QuerySet[Any]:
    """Keep the content types asked for."""
    return found.filter(kind__in=filters.type) if filters.type else found


def by_section(found: QuerySet[Any], filters: Filters) -> QuerySet[Any]:
    """Keep what stands below the page at a path; nothing when there is none."""
    if not filters.section:
        return found
    section = at(filters.section)
    return found.filter(path__startswith=section.path) if section else found.none()


def by_terms(found: QuerySet[Any], filters: WhichPosts) -> QuerySet[Any]:
    """Keep what has one of the topics, one of the regions and one of the authors."""
    # EXISTS instead of joins: a post with two of the topics is still one post.
    links = (
        (Post.topics.through.objects.filter(post=OuterRef("pk"), topic__slug__in=filters.topic), filters.topic),
        (Post.regions.through.objects.filter(post=OuterRef("pk"), region__slug__in=filters.region), filters.region),
        (Byline.objects.filter(post=OuterRef("pk"), person__slug__in=filters.author), filters.author),
    )
    for rows, wanted in links:
        found = found.filter(Exists(rows)) if wanted else found
    return found


def by_publication(found: QuerySet[Any], filters: Filters) -> QuerySet[Any]:
    """Keep the days of publication asked for, both ends included."""
    if filters.published_from:
        found = found.filter(date__gte=midnight(filters.published_from))
    if filters.published_to:
        found = found.filter(date__lt=midnight(filters.published_to + DAY))
    return found


def closing() -> QuerySet[KeyDate]:
    """Return the closing dates of the outer post."""
    return KeyDate.objects.order_by().filter(post=OuterRef("pk"), closes=True)


def by_deadline(found: QuerySet[Any], filters: Filters) -> QuerySet[Any]:
    """Keep what closes on the days asked for, both ends included."""
    dates = closing()
    if filters.deadline_from:
        dates = dates.filter(starts__gte=midnight(filters.deadline_from))
    if filters.deadline_to:
        dates = dates.filter(starts__lt=midnight(filters.deadline_to + DAY))
    return found.filter(Exists(dates)) if filters.deadline_from or filters.deadline_to else found


def by_openness(found: QuerySet[Any], wanted: bool | None, now: datetime) -> QuerySet[Any]:
    """Keep what is open, or what has closed."""
    if wanted is None:
        return found
    passed = Exists(closing().filter(ends__lte=now))
    return found.filter(Exists(closing()), ~passed) if wanted else found.filter(passed)


def post(key: UUID, locale_id: int) -> Any:
    """Return the public post with the id `key`. Raises Http404."""
    found = listing.public(Post.objects.filter(translation_key=key, locale_id=locale_id))
    row = listing.with_cards(found, "lead").first()
    if row is None:
        raise Http404
    return row


def at(path: str) -> Page | None:
    """Return the public page at `path`, of any kind."""
    root = Home.objects.order_by("pk").first()
    if root is None:
        return None
    trail = path.strip("/")
    wanted = f"{root.url_path}{trail}/" if trail else root.url_path
    return listing.public(Page.objects.filter(url_path=wanted)).first()


def page(path: str) -> Page | Redirect:
    """Return the public page at `path`, or the redirect that stands there. Raises Http404."""
    found = at(path)
    if found is None or not issubclass(found.specific_class, Home | SectionIndex | Post):
        return redirect(f"/{path.strip('/')}")
    return found


def redirect(path: str) -> Redirect:
    """Return the redirect that stands at `path`. Raises Http404."""
    site = Site.objects.filter(is_default_site=True).first()
    try:
        old_path = Redirect.normalise_path(path)
    # A path can look like an address with a broken host.
    except ValueError:
        raise Http404 from None
    rows = Redirect.get_for_site(site).filter(old_path=old_path).select_related("redirect_page")
    row = rows.order_by("-site_id").first()
    if row is None or not goal(row):
        raise Http404
    return row


def goal(row: Redirect) -> str:
    """Return where a redirect leads: a path on the site, an address elsewhere, or nothing when its page isn't public."""
    if row.redirect_page_id is None:
        return row.redirect_link
    live = listing.public(Page.objects.filter(pk=row.redirect_page_id)).first()
    return f"{site_path(live)}{row.redirect_page_route_path.lstrip('/')}" if live else ""
