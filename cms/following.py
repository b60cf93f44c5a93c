"""What one can follow by a calendar or a feed: the whole site, a section, a topic, or the dates of one post."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from wagtail.models import Page

from cms import calendars, listing
from cms.addresses import site_path
from cms.feeds import Source
from cms.identity import Identity
from cms.keydates import EXACT
from cms.models import Home, Post, SectionIndex, Topic


def association() -> str:
    """Return the association's name, as calendars and feeds are called."""
    return str(Identity.objects.first() or Identity())


def standing(path: str) -> Any:
    """Return the public page at `path` (without slashes around it; empty: home), as its own type. Raises Http404."""
    root = Home.objects.order_by("pk").first()
    if root is None:
        raise Http404
    found = listing.public(Page.objects.filter(url_path=f"{root.url_path}{path}/" if path else root.url_path)).first()
    if found is None:
        raise Http404
    return found.specific


def calendar(path: str, locale_id: int, now: datetime) -> bytes:
    """Return the calendar of what stands at `path`. Raises Http404, for a post without exact dates too."""
    page = standing(path)
    if isinstance(page, Post):
        return of_post(page)
    return coming(below(page, locale_id), name(page), now)


def of_post(post: Post) -> bytes:
    """Return the calendar of a post's own dates. Raises Http404 where none is exact."""
    if not any(moment.precision in EXACT for moment in post.moments()):
        raise Http404
    return calendars.calendar([post], post.title)


def coming(posts: QuerySet[Any], called: str, now: datetime) -> bytes:
    """Return the calendar of what `posts` have dates for, from a year before `now`."""
    return calendars.calendar(calendars.dated(posts, now), called, now - calendars.PAST)


def name(page: Any) -> str:
    """Return what a section's calendar or feed is called; home's bears the association's name alone."""
    return association() if isinstance(page, Home) else f"{association()}: {page.title}"


def below(page: Any, locale_id: int) -> QuerySet[Any]:
    """Return the listed posts of home or a section. Raises Http404 for any other page."""
    if not isinstance(page, Home | SectionIndex):
        raise Http404
    posts = listing.listed(locale_id)
    return posts if isinstance(page, Home) else posts.filter(path__startswith=page.path)


def source(path: str, locale_id: int) -> Source:
    """Return what the feed of home or a section shows. Raises Http404."""
    page = standing(path)
    return Source(below(page, locale_id), name(page), site_path(page), page.introduction)


def about(slug: str, locale_id: int) -> tuple[Topic, QuerySet[Any]]:
    """Return a topic with its listed posts. Raises Http404."""
    topic = Topic.objects.filter(slug=slug).first()
    if topic is None:
        raise Http404
    return topic, listing.listed(locale_id).filter(topics=topic)


def topic_calendar(slug: str, locale_id: int, now: datetime) -> bytes:
    """Return the calendar of a topic. Raises Http404."""
    topic, posts = about(slug, locale_id)
    return coming(posts, f"{association()}: {topic.name}", now)


def topic_source(slug: str, locale_id: int) -> Source:
    """Return what the feed of a topic shows. Raises Http404."""
    topic, posts = about(slug, locale_id)
    return Source(posts, f"{association()}: {topic.name}", f"/amnen/{topic.slug}/")
