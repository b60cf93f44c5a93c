"""Finding posts and pages for the API, among what is public alone."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

from cms import listing
from cms.addresses import site_path
from cms.api.schemas import Filters
from cms.keydates import KeyDate, midnight
from cms.models import Byline, Home, Post, SectionIndex

SEARCH_DEPTH = 1000
DAY = timedelta(days=1)


def posts(filters: Filters, locale_id: int, now: datetime) -> listing.Listing:
    """Return the page of posts that `filters` ask for. Raises BadCursor."""
    found = listing.listed(locale_id)
    for narrow in (by_kind, by_terms, by_publication, by_deadline):
        found = narrow(found, filters)
    found = by_openness(found, filters.open, now)
    if filters.q.strip():
        found = found.filter(pk__in=matching(words(filters.q), locale_id))
    return listing.page(found, after=filters.after, limit=filters.limit, oldest_first=filters.order == "date")


def by_kind(found: QuerySet[Any], filters: Filters) -> QuerySet[Any]:
    """Keep the content types asked for."""
    return found.filter(kind__in=filters.type) if filters.type else found


def by_terms(found: QuerySet[Any], filters: Filters) -> QuerySet[Any]:
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


def words(asked: str) -> list[str]:
    """Return the words in what somebody typed: SQLite would take a quotation mark for its own, and signs alone find nothing."""
    return [word for word in asked.replace('"', " ").split() if any(map(str.isalnum, word))]


def matching(wanted: list[str], locale_id: int) -> list[int]:
    """Return the newest posts in which all `wanted` words occur, at most SEARCH_DEPTH; none without a word."""
    if not wanted:
        return []
    newest = Post.objects.filter(listed=True, listed_locale_id=locale_id).order_by("-date")
    results = newest.search(" ".join(wanted), operator="and", order_by_relevance=False)[:SEARCH_DEPTH]
    return [post.pk for post in results]


def post(key: UUID, locale_id: int) -> Any:
    """Return the public post with the id `key`. Raises Http404."""
    found = listing.public(Post.objects.filter(translation_key=key, locale_id=locale_id))
    row = listing.with_cards(found).first()
    if row is None:
        raise Http404
    return row


def page(path: str) -> Page | Redirect:
    """Return the public page at `path`, or the redirect that stands there. Raises Http404."""
    root = Home.objects.order_by("pk").first()
    trail = path.strip("/")
    if root is None:
        raise Http404
    wanted = f"{root.url_path}{trail}/" if trail else root.url_path
    found = listing.public(Page.objects.filter(url_path=wanted)).first()
    if found is None or not issubclass(found.specific_class, Home | SectionIndex | Post):
        return redirect(f"/{trail}")
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
