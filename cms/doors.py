"""The doors of calendars and feeds: beside the page that they follow, kept while readers' content stays the same.

`/kalender.ics` and `/feed.atom` are the whole site's; `…/kalender.ics` and `…/feed.atom` below a section or a
topic are theirs, and below a post stands the calendar of its own dates.
"""

from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from cms import feeds, following, version
from cms.api.stampede import once
from cms.keydates import STOCKHOLM
from cms.version import State

CACHE_CONTROL = "public, max-age=300, stale-while-revalidate=3600"
CALENDAR, FEED = "text/calendar; charset=utf-8", "application/atom+xml; charset=utf-8"

Make = Callable[[State, datetime], bytes]


def digest(data: bytes) -> str:
    """Return a short name for `data`."""
    return blake2b(data, digest_size=16).hexdigest()


def answer(request: HttpRequest, content_type: str, make: Make) -> HttpResponseBase:
    """Return what `make(state, now)` gives, kept until content or day changes, with its ETag; a 304 for who has it."""
    now = timezone.now()
    state = version.state(now)
    # A calendar looks back a year from today, so it changes by itself at midnight.
    day = now.astimezone(STOCKHOLM).date()
    key = f"door:{state.key}:{day}:{digest(request.path.encode())}"
    body: bytes | None = cache.get(key)
    if body is None:
        body = once(key, lambda: HttpResponse(make(state, now))).content
    response = HttpResponse(body, content_type=content_type)
    response["ETag"] = f'"{digest(body)}"'
    response["Cache-Control"] = CACHE_CONTROL
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


@require_safe
def calendar(request: HttpRequest, path: str = "") -> HttpResponseBase:
    """Give the calendar of the site, of a section or of a post."""
    response = answer(request, CALENDAR, lambda state, now: following.calendar(path, state.locale_id, now))
    response["Content-Disposition"] = 'inline; filename="kalender.ics"'
    return response


@require_safe
def topic_calendar(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Give the calendar of a topic."""
    return answer(request, CALENDAR, lambda state, now: following.topic_calendar(slug, state.locale_id, now))


@require_safe
def feed(request: HttpRequest, path: str = "") -> HttpResponseBase:
    """Give the feed of the site or of a section."""
    return answer(request, FEED, lambda state, now: feeds.atom(request, following.source(path, state.locale_id)))


@require_safe
def topic_feed(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Give the feed of a topic."""
    return answer(request, FEED, lambda state, now: feeds.atom(request, following.topic_source(slug, state.locale_id)))
