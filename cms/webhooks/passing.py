"""Key dates that pass change what readers see (a call closes) without anybody's hand: front ends are told."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Min, QuerySet

from cms.addresses import public_url, site_path
from cms.keydates import EXACT
from cms.models import HookedPost, HookEndpoint, KeyDate
from cms.webhooks import events
from cms.webhooks.telling import Event, moment, tell

# Older ones are nobody's news, even if nothing was at work meanwhile.
WINDOW = timedelta(days=7)


def _dates() -> QuerySet[Any]:
    """Return the exact key dates of posts that front ends can read, which pass after the post was first seen."""
    seen = {"post__hooked__visible": True, "ends__gt": F("post__hooked__seen_at")}
    return KeyDate.objects.filter(precision__in=EXACT, **seen).order_by("ends", "pk")


def tell_passed(now: datetime) -> int:
    """Tell of the key dates that have passed by `now`; returns how many rows are new. May be repeated."""
    if not any(events.DATE_PASSED in one.events for one in HookEndpoint.objects.filter(active=True).only("events")):
        return 0
    passed = _dates().filter(ends__lte=now, ends__gt=now - WINDOW).select_related("post__hooked")
    return tell(list(_events(passed)), now)


def _events(dates: QuerySet[Any]) -> Iterator[Event]:
    for date in dates:
        known: HookedPost = date.post.hooked
        # Rows are made anew at every publication, so the date is known by what it says.
        yield Event(
            events.DATE_PASSED,
            str(known.translation_key),
            f"{date.post_id} {date.kind} {moment(date.ends)}",
            date.ends,
            _data(known, date),
            known.title,
        )


def _data(known: HookedPost, date: KeyDate) -> dict[str, Any]:
    path = site_path(known)
    return {
        "id": str(known.translation_key),
        "type": known.kind,
        "path": path,
        "url": public_url(path),
        "title": known.title,
        "changed_at": moment(date.ends),  # type: ignore[arg-type]
        "version": known.version,
        "key_date": {
            "kind": date.kind,
            "label": date.label,
            "text": date.moment().shown(),
            "starts": moment(date.starts) if date.starts else None,
            "ends": moment(date.ends) if date.ends else None,
            "precision": date.precision,
            "closes": date.closes,
        },
    }


def next_due(now: datetime) -> datetime | None:
    """Return when after `now` a key date passes; the scheduler sets its alarm by it."""
    found: datetime | None = _dates().filter(ends__gt=now).aggregate(at=Min("ends"))["at"]
    return found
