"""Reminders before a post's key dates: which suggest themselves, and the rows of those that an editor chose.

A reminder's key is `<kind>.<n>:<days>`: the n-th date of its kind, and how many days before. It never
names a row, because key dates are rebuilt at every publication.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cms import outlets
from cms.keydates import EXACT, STOCKHOLM, Moment
from cms.models import Post
from social.channels import aliases
from social.copies import is_live_copy
from social.models import REMINDER, Announcement, ChannelState
from social.rows import insert, retime

KEY = re.compile(r"[\w-]+\.\d+:\d+")
# When people open LinkedIn on their way to work.
MORNING = time(8)
CLOSING, OPENING, DAYS_OF = (7, 1), (0,), (1,)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One that could be: which date it is about, how many days before it comes, and when exactly."""

    key: str
    moment: Moment
    days: int
    at: datetime


def suggestions(moments: Iterable[Moment], now: datetime) -> list[Reminder]:
    """Return what could be reminded of after `now`, soonest first: deadlines, openings and days to come to."""
    found, counts = [], dict[str, int]()
    for moment in moments:
        counts[moment.kind] = number = counts.get(moment.kind, 0) + 1
        if moment.precision in EXACT and moment.starts is not None:
            found += [_reminder(moment, number, days) for days in _days(moment)]
    return sorted((one for one in found if one.at > now), key=lambda one: one.at)


def _days(moment: Moment) -> tuple[int, ...]:
    if moment.closes:
        return CLOSING
    if moment.kind.endswith("_opens"):
        return OPENING
    return DAYS_OF if moment.kind == "event" else ()


def _reminder(moment: Moment, number: int, days: int) -> Reminder:
    assert moment.starts is not None  # noqa: S101 - exact moments have a beginning
    day = moment.starts.astimezone(STOCKHOLM).date() - timedelta(days=days)
    return Reminder(f"{moment.kind}.{number}:{days}", moment, days, datetime.combine(day, MORNING, STOCKHOLM))


def find(moments: Iterable[Moment], occasion: str) -> Moment | None:
    """Return the moment that a row's `occasion` is about, None where the post no longer has it."""
    kind, _dot, rest = occasion.removeprefix(REMINDER).rpartition(":")[0].rpartition(".")
    same = [moment for moment in moments if moment.kind == kind and moment.precision in EXACT]
    return same[int(rest) - 1] if rest.isdecimal() and 0 < int(rest) <= len(same) else None


def chosen(post: Post, channel: str) -> dict[str, str]:
    """Return the editor's reminders for `channel`: key → a text of its own, "" for the composed one."""
    found = outlets.value(post.outlets, channel, "reminders", {})
    return found if isinstance(found, dict) else {}


def why_not(row: Announcement, post: Post, now: datetime) -> str:
    """Return why the reminder `row` can't go out at `now`; "" when it can."""
    if not row.by_hand and row.occasion.removeprefix(REMINDER) not in chosen(post, row.channel):
        return _("The reminder is no longer chosen.")
    moment = find(post.specific.moments(), row.occasion)
    if moment is None:
        return _("The post no longer has this date.")
    if moment.ends is not None and moment.ends <= now:
        return _("The date has passed.")
    return ""


def plan(post: Post, now: datetime) -> int:
    """Make the rows of what was chosen, move those whose date has moved, drop the others; returns how many are new."""
    made = 0
    for channel in aliases():
        wanted = _wanted(post, channel, now)
        for one, text in wanted:
            made += _keep(post, channel, one, text)
        _drop(post, channel, [REMINDER + one.key for one, _text in wanted], now)
    return made


def _wanted(post: Post, channel: str, now: datetime) -> list[tuple[Reminder, str]]:
    keys = chosen(post, channel)
    if not keys or post.alias_of_id or ChannelState.of(channel).active_since is None or is_live_copy(post):
        return []
    return [(one, keys[one.key]) for one in suggestions(post.specific.moments(), now) if one.key in keys]


def _keep(post: Post, channel: str, one: Reminder, text: str) -> bool:
    occasion = REMINDER + one.key
    if insert(post, channel, occasion, one.at, planned_at=one.at, own_text=text):
        return True
    retime(post, channel, occasion, one.at, one.at)
    row = _rows(post, channel).filter(occasion=occasion)
    row.filter(state=Announcement.WAITING, lease_owner="").exclude(own_text=text).update(own_text=text)
    # Chosen anew: only what the choice itself had dropped comes back, never what somebody cancelled.
    dropped = row.filter(state=Announcement.SKIPPED, attempts=0, by_hand=False)
    fresh: dict[str, Any] = {"next_attempt_at": one.at, "planned_at": one.at, "settled_at": None, "last_error": ""}
    return bool(dropped.update(state=Announcement.WAITING, own_text=text, **fresh))


def _drop(post: Post, channel: str, occasions: list[str], now: datetime) -> None:
    waiting = _rows(post, channel).filter(state=Announcement.WAITING, lease_owner="", by_hand=False, next_attempt_at__gt=now)
    gone = waiting.exclude(occasion__in=occasions)
    gone.update(state=Announcement.SKIPPED, settled_at=now, last_error=_("The reminder is no longer chosen."))


def _rows(post: Post, channel: str) -> Any:
    return Announcement.objects.filter(
        translation_key=post.translation_key, channel=channel, occasion__startswith=REMINDER
    )


def sweep(now: datetime) -> int:
    """Make the rows that a killed publication left out, for posts whose dates lie ahead; returns how many."""
    ahead = Post.objects.filter(Q(dates__starts__gt=now) | Q(dates__ends__gt=now), listed=True, alias_of__isnull=True)
    return sum(plan(post, now) for post in ahead.distinct() if any(chosen(post, channel) for channel in aliases()))
