"""The calendar: key dates of listed posts, those to come by month and those that have passed by year."""

import base64
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncYear
from django.http import Http404
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cms import faces, listing
from cms.addresses import own_url, trail
from cms.keydates import EXACT, STOCKHOLM, KeyDate, Moment, midnight
from cms.models import Post, Topic, content_types

PAGE_SIZE = 60
VAGUE = 30
# A date in words never passes of itself, so its post's age must tell.
STALE = timedelta(days=365)
CLOSING = "sista-dag"
COLUMNS = (
    *("kind", "label", "precision", "starts", "ends", "text", "closes", "pk"),
    *("post_id", "post__title", "post__url_path", "post__kind", "post__members_only"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader wants to see: `kind` is a content type, CLOSING or empty, `topic` a slug or empty."""

    kind: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to narrow the calendar."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A key date with its post; an event's own days are called by its type.

    `at` is its time of day; `left` says how long it is until it shuts something, `shut` that it has.
    """

    moment: Moment
    label: str
    block: faces.Block | None
    at: str
    title: str
    path: str
    type_label: str
    members_only: bool
    left: str
    shut: bool
    key: str


@dataclass(frozen=True, slots=True)
class Month:
    """The entries under one heading."""

    name: str
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the calendar; `after` leads to the next, empty at the end."""

    months: list[Month]
    after: str


def listed(locale_id: int) -> QuerySet[KeyDate]:
    """Return the key dates of posts that a public list may show."""
    rows = KeyDate.objects.filter(post__listed=True, post__listed_locale_id=locale_id)
    return listing.unrestricted(rows, "post__path")


def narrowed(rows: QuerySet[KeyDate], wanted: Wanted) -> QuerySet[KeyDate]:
    """Keep what is wanted."""
    if wanted.kind == CLOSING:
        rows = rows.filter(closes=True)
    elif wanted.kind:
        rows = rows.filter(post__kind=wanted.kind)
    return rows.filter(post__topics__slug=wanted.topic) if wanted.topic else rows


def coming(locale_id: int, wanted: Wanted, now: datetime, after: str = "") -> Page:
    """Return exact dates that haven't passed at `now`, the next first: what goes on, then month by month. Raises BadCursor."""
    rows = narrowed(listed(locale_id), wanted).filter(precision__in=EXACT, ends__gt=now)
    return _page(rows, now, after, "gt")


def past(locale_id: int, wanted: Wanted, now: datetime, year: int, after: str = "") -> Page:
    """Return exact dates of `year` that have passed at `now`, the latest first. Raises BadCursor."""
    within = {"starts__gte": midnight(date(year, 1, 1)), "starts__lt": midnight(date(year + 1, 1, 1))}
    rows = narrowed(listed(locale_id), wanted).filter(precision__in=EXACT, ends__lte=now, **within)
    return _page(rows, now, after, "lt")


def _page(rows: QuerySet[KeyDate], now: datetime, after: str, way: str) -> Page:
    if after:
        starts, post, key = read_cursor(after)
        later = Q(starts=starts, post_id=post, pk__gt=key) | Q(starts=starts, post_id__gt=post)
        rows = rows.filter(Q(**{f"starts__{way}": starts}) | later)
    ordered = rows.order_by("starts" if way == "gt" else "-starts", "post_id", "pk")
    found = [_entry(row, now) for row in ordered.values(*COLUMNS)[: PAGE_SIZE + 1]]
    shown = found[:PAGE_SIZE]
    by_month = groupby(shown, key=lambda entry: heading(entry.moment, now))
    months = [Month(name, list(entries)) for name, entries in by_month]
    return Page(months, shown[-1].key if len(found) > PAGE_SIZE else "")


def vague(locale_id: int, wanted: Wanted, now: datetime) -> list[Entry]:
    """Return dates known only as a month or in words, of months to come and of posts not older than a year, a few."""
    month = Q(precision="month", ends__gt=now)
    words = Q(precision="text", post__date__gt=now - STALE)
    rows = narrowed(listed(locale_id), wanted).filter(month | words)
    return [_entry(row, now) for row in rows.order_by("starts", "-post__date", "pk").values(*COLUMNS)[:VAGUE]]


def heading(moment: Moment, now: datetime) -> str:
    """Return the month under which a date stands, "december 2026"; what has begun and goes on stands under today."""
    if moment.starts is None:
        return ""
    if moment.starts <= now and not moment.passed(now):
        return _("Today and ongoing")
    return capfirst(date_format(moment.starts.astimezone(STOCKHOLM), "F Y"))


def _entry(row: dict[str, Any], now: datetime) -> Entry:
    moment = Moment(*(row[name] for name in ("kind", "label", "precision", "starts", "ends", "text", "closes")))
    shut = moment.closes and moment.passed(now)
    return Entry(
        moment,
        capfirst(row["label"]) if row["kind"] != row["post__kind"] else type_label(row["post__kind"]),
        faces.block(moment),
        clock(moment),
        row["post__title"],
        trail(row["post__url_path"]),
        type_label(row["post__kind"]),
        row["post__members_only"],
        faces.left(moment.ends, now) if moment.closes and moment.ends and not shut else "",
        shut,
        cursor(moment.starts, row["post_id"], row["pk"]) if moment.starts else "",
    )


def clock(moment: Moment) -> str:
    """Return the time of day of a date to the minute, "09.30" or "09.30–16.00"."""
    if moment.precision != "minute" or moment.starts is None or moment.ends is None:
        return ""
    first, last = (f"{time.astimezone(STOCKHOLM):%H.%M}" for time in (moment.starts, moment.ends))
    return first if first == last else f"{first}–{last}"


def subscription() -> str:
    """Return the address by which a calendar programme subscribes to all dates."""
    return "webcal://" + own_url("/kalender.ics").partition("://")[2]


def type_label(kind: str) -> str:
    """Return what readers call a content type: "Utlysning"."""
    model = content_types().get(kind)
    return capfirst(str(model._meta.verbose_name)) if model else ""


def cursor(starts: datetime, post: int, key: int) -> str:
    """Return the key that leads to what follows a key date."""
    return base64.urlsafe_b64encode(f"{starts.isoformat()}|{post}|{key}".encode()).rstrip(b"=").decode()


def read_cursor(after: str) -> tuple[datetime, int, int]:
    """Return moment, post and id that `cursor` was made from. Raises BadCursor."""
    try:
        written = base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True).decode()
        starts, post, key = written.split("|")
        moment, numbers = datetime.fromisoformat(starts), (int(post), int(key))
        if moment.tzinfo is None or any(number not in listing.KEYS for number in numbers):
            raise ValueError
        return moment.astimezone(UTC), *numbers
    except (ValueError, OverflowError):
        raise listing.BadCursor(_("The key “after” is not one that this list gave.")) from None


@dataclass(frozen=True, slots=True)
class Choices:
    """All ways to narrow the calendar; `years` are those of what has passed, with their numbers of dates."""

    kinds: list[Choice]
    topics: list[Choice]
    years: list[tuple[int, int]]

    def wanted(self, kind: str, topic: str) -> Wanted:
        """Return what is wanted, as far as there is such a content type and topic."""
        kinds = {CLOSING, *content_types()}
        return Wanted(kind if kind in kinds else "", topic if any(one.value == topic for one in self.topics) else "")

    def year(self, written: str) -> int | None:
        """Return the year of what has passed; None for what comes. Raises Http404 for a year without dates."""
        if not written:
            return None
        found = next((year for year, _number in self.years if str(year) == written), None)
        if found is None:
            raise Http404
        return found


def choices(locale_id: int, now: datetime) -> Choices:
    """Return the ways to narrow the calendar at `now`, in three queries."""
    rows = listed(locale_id).order_by()
    ahead = rows.filter(ends__gt=now)
    kinds = set(ahead.values_list("post__kind", flat=True).distinct())
    named = [(kind, str(model._meta.verbose_name_plural)) for kind, model in content_types().items() if kind in kinds]
    about = Post.topics.through.objects.filter(post__in=rows.values("post_id")).values("topic_id")
    topics = [Choice(topic.slug, topic.name) for topic in Topic.objects.filter(pk__in=about)]
    return Choices([Choice(kind, capfirst(words)) for kind, words in named], topics, years(rows, now))


def years(rows: QuerySet[KeyDate], now: datetime) -> list[tuple[int, int]]:
    """Return the years of what has passed with their numbers of dates, latest first, in one query."""
    passed = rows.filter(precision__in=EXACT, ends__lte=now)
    counted = passed.annotate(year=TruncYear("starts", tzinfo=STOCKHOLM)).values_list("year").annotate(number=Count("pk"))
    return sorted(((year.year, number) for year, number in counted), reverse=True)
