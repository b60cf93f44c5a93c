"""Calendars: key dates as iCalendar files (RFC 5545), of one post or of all that has dates.

Days are all-day events whose end is exclusive, points in time stand in Stockholm's own time. What an event
is called stays the same at every publication (`UID`), so that calendars follow a date that is moved.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import icalendar
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, prefetch_related_objects

from cms.addresses import public_url, site_path
from cms.keydates import EXACT, STOCKHOLM, KeyDate, Moment, numbered

PAST = timedelta(days=365)
MOST = 500  # posts in one calendar, the newest
DAY = timedelta(days=1)
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def dated(posts: QuerySet[Any], now: datetime) -> list[Any]:
    """Return those of `posts` with an exact key date that was not over a year before `now`, as their own types."""
    dates = KeyDate.objects.order_by().filter(post=OuterRef("pk"), precision__in=EXACT, ends__gte=now - PAST)
    found = posts.filter(Exists(dates)).select_related(None).prefetch_related(None).order_by("-date", "-page_ptr_id")
    dated = list(found.specific()[:MOST])
    prefetch_related_objects(dated, "topics")
    return dated


def calendar(posts: Iterable[Any], name: str, since: datetime | None = None) -> bytes:
    """Return the exact key dates of `posts`, those alone that were not over at `since`, as a calendar file in UTF-8."""
    made = icalendar.Calendar()
    head = {"prodid": "-//Ordet//Kalender//SV", "version": "2.0", "calscale": "GREGORIAN", "method": "PUBLISH"}
    for field, value in (head | {"name": name, "x-wr-calname": name, "x-wr-timezone": STOCKHOLM.key}).items():
        made.add(field, value)
    made.add("refresh-interval", timedelta(hours=12), parameters={"value": "DURATION"})
    moments = [one for post in posts for one in _moments(post, since)]
    for post, number, moment in moments:
        made.add_component(_event(post, number, moment))
    if any(moment.precision == "minute" for _post, _number, moment in moments):
        _explain_stockholm(made, [moment for _post, _number, moment in moments])
    return made.to_ical()


def _moments(post: Any, since: datetime | None) -> Iterator[tuple[Any, int, Moment]]:
    for number, moment in numbered(post.moments()):
        over = since is not None and moment.ends is not None and moment.ends < since
        if moment.precision in EXACT and not over:
            yield post, number, moment


def _explain_stockholm(made: icalendar.Calendar, moments: list[Moment]) -> None:
    """Add the rules of Stockholm's time for the years in question."""
    days = [day for moment in moments for day in (moment.starts, moment.ends) if day]
    made.add_missing_timezones(date(min(days).year - 1, 1, 1), date(max(days).year + 2, 1, 1))


def _event(post: Any, number: int, moment: Moment) -> icalendar.Event:
    made = icalendar.Event()
    changed = (post.last_published_at or post.date).astimezone(UTC)
    words = {
        "uid": f"{post.translation_key}-{moment.kind}-{number}@{urlsplit(settings.SITE_URL).hostname}",
        "summary": post.title if moment.kind == post.kind else f"{moment.label}: {post.title}",
        "description": post.summary,
        "url": public_url(site_path(post)),
        # Where members meet is theirs to know.
        "location": "" if post.members_only else moment.place,
        "categories": [topic.name for topic in post.topics.all()],
        "dtstamp": changed,
        "last-modified": changed,
        # Rises with every publication, and stays within 32 bits for four thousand years.
        "sequence": max(0, int((changed - EPOCH) / timedelta(minutes=1))),
    }
    for field, value in words.items():
        if value or field == "sequence":
            made.add(field, value)
    _when(made, moment)
    return made


def _when(made: icalendar.Event, moment: Moment) -> None:
    assert moment.starts is not None  # noqa: S101 - what is exact has both
    assert moment.ends is not None  # noqa: S101
    starts, ends = moment.starts.astimezone(STOCKHOLM), moment.ends.astimezone(STOCKHOLM)
    if moment.precision == "minute":
        made.add("dtstart", starts)
        if ends > starts:
            made.add("dtend", ends)
        return
    made.add("dtstart", starts.date())
    made.add("dtend", max(ends.date(), starts.date() + DAY))
    # A last day keeps nobody from being booked.
    made.add("transp", "TRANSPARENT")
