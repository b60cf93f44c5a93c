"""Key dates: deadlines, decisions, voting and event days of all content types in one shape.

A type states its dates as Moments; at publish they become rows (`KeyDate`) for boxes, calendars,
filters and reminders. A day's deadline holds until 24:00 in Stockholm. Only minute and day are exact.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cms.teaser import DatePart

STOCKHOLM = ZoneInfo("Europe/Stockholm")
EXACT = ("minute", "day")
YEARS = range(1900, 2201)


@dataclass(frozen=True, slots=True)
class Moment:
    """One key date as a content type states it; `ends` is exclusive. `closes`: its passing shuts something.

    `place` is for calendars alone; the rows don't keep it.
    """

    kind: str
    label: str
    precision: str
    starts: datetime | None = None
    ends: datetime | None = None
    text: str = ""
    closes: bool = False
    place: str = ""

    def passed(self, now: datetime) -> bool:
        """Tell whether it lies wholly behind `now`; a date that isn't exact never passes of itself."""
        return self.precision in EXACT and self.ends is not None and self.ends <= now

    def shown(self) -> str:
        """Return it as an editor would write it: "15 december 2023", "17–19 juni 2024", "mars–april"."""
        if self.text or self.starts is None or self.ends is None:
            return self.text
        first = self.starts.astimezone(STOCKHOLM)
        if self.precision == "minute":
            return f"{date_format(first, 'j F Y')} {first:%H.%M}"
        if self.precision == "month":
            return date_format(first, "F Y")
        return span((first).date(), (self.ends.astimezone(STOCKHOLM) - timedelta(microseconds=1)).date())

    def part(self, now: datetime) -> DatePart:
        """Return it as a Teaser's part, as it stands at `now`."""
        return DatePart(
            self.kind, str(self.label), self.shown(), self.starts, self.ends, self.precision, self.closes and self.passed(now)
        )


def span(first: date, last: date) -> str:
    """Return "17–19 juni 2024", "30 maj–2 juni 2024" or, for one day, "17 juni 2024"."""
    if first == last:
        return date_format(first, "j F Y")
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{date_format(last, 'j F Y')}"
    shape = "j F" if first.year == last.year else "j F Y"
    return f"{date_format(first, shape)}–{date_format(last, 'j F Y')}"


def midnight(day: date) -> datetime:
    """Return the moment at which `day` begins in Stockholm."""
    return datetime.combine(day, time.min, STOCKHOLM)


def check_years(post: models.Model) -> None:
    """Raise ValidationError for a day of `post` so far away that time zones or calendars lose it: it is a slip of the hand."""
    days = [field.name for field in post._meta.concrete_fields if type(field) is models.DateField]
    values = {name: getattr(post, name) for name in days}
    far = [name for name, day in values.items() if isinstance(day, date) and day.year not in YEARS]
    if far:
        raise ValidationError(dict.fromkeys(far, _("Choose a year between 1900 and 2200.")))


def on_day(
    kind: str, label: str, day: date | None, *, last: date | None = None, closes: bool = False, place: str = ""
) -> list[Moment]:
    """Return the Moment of a day, or of the days until `last`; nothing where `day` is None."""
    if day is None:
        return []
    ends = midnight((last or day) + timedelta(days=1))
    return [Moment(kind, label, "day", midnight(day), ends, closes=closes, place=place)]


def by_deadline(
    kind: str,
    label: str,
    day: date | None,
    at: time | None = None,
    text: str = "",
    *,
    until: time | None = None,
    closes: bool = True,
    place: str = "",
) -> list[Moment]:
    """Return the Moment of a deadline: to the minute with `at`, else the whole day; a vague one from `text`.

    What happens at that minute may last `until` another one on the same day.
    """
    if day is None:
        return [Moment(kind, label, "text", text=text)] if text else []
    if at is None:
        return on_day(kind, label, day, closes=closes, place=place)
    moment = datetime.combine(day, at, STOCKHOLM)
    # By the clock of the world: in the hour that spring skips, Stockholm's own runs backwards.
    ends = max(moment, datetime.combine(day, until or at, STOCKHOLM), key=datetime.timestamp)
    return [Moment(kind, label, "minute", moment, ends, closes=closes, place=place)]


def box_moments(box: Any) -> list[Moment]:
    """Return the key dates of one date box (KeyDatesBlock) of a body."""
    return [moment for value in box["dates"] for moment in _block_moments(value)]


def _block_moments(value: Any) -> list[Moment]:
    precision, label, day = value["precision"], value["label"], value["day"]
    if precision == "text":
        return [Moment("other", label, "text", text=value["text"])]
    if precision == "minute":
        return by_deadline("other", label, day, value["at"], closes=False)
    found = on_day("other", label, day, last=value["last_day"])
    return [Moment("other", label, precision, moment.starts, moment.ends, value["text"]) for moment in found]


class KeyDate(models.Model):
    """A row per key date of a live post; rebuilt at every publish, so never point at one by id."""

    PRECISIONS = [("minute", _("minute")), ("day", _("day")), ("month", _("month")), ("text", _("in words"))]

    post = models.ForeignKey("cms.Post", on_delete=models.CASCADE, related_name="dates")
    kind = models.CharField(_("kind"), max_length=40)
    number = models.PositiveSmallIntegerField(_("number within its kind"), default=1)
    label = models.CharField(_("label"), max_length=200)
    precision = models.CharField(_("precision"), max_length=10, choices=PRECISIONS)
    starts = models.DateTimeField(_("begins"), null=True)
    ends = models.DateTimeField(_("ends"), null=True)
    text = models.CharField(_("in words"), max_length=200, blank=True)
    closes = models.BooleanField(_("closes the post"), default=False)

    class Meta:
        ordering = ["starts", "id"]
        verbose_name = _("key date")
        verbose_name_plural = _("key dates")
        constraints = [models.UniqueConstraint(fields=["post", "kind", "number"], name="one_key_date_each")]
        indexes = [models.Index(fields=["starts"]), models.Index(fields=["ends"])]

    def __str__(self) -> str:
        return f"{self.label}: {self.moment().shown()}"

    def moment(self) -> Moment:
        """Return the row as the Moment that it was made from."""
        return Moment(self.kind, self.label, self.precision, self.starts, self.ends, self.text, self.closes)


def numbered(moments: Iterable[Moment]) -> Iterator[tuple[int, Moment]]:
    """Yield each of a post's moments with its number within its kind, from 1: its name in rows, reminders and calendars."""
    counts: dict[str, int] = {}
    for moment in moments:
        counts[moment.kind] = counts.get(moment.kind, 0) + 1
        yield counts[moment.kind], moment


def rows_of(post_id: int, moments: Iterable[Moment]) -> list[KeyDate]:
    """Return the rows of `moments`, not saved."""
    rows = []
    for number, moment in numbered(moments):
        values = {name: getattr(moment, name) for name in ("kind", "precision", "starts", "ends", "text", "closes")}
        rows.append(KeyDate(post_id=post_id, number=number, label=str(moment.label), **values))
    return rows


def rebuild(post_id: int, moments: Iterable[Moment]) -> None:
    """Replace the key dates of a post by `moments`, numbered within their kind in the given order."""
    rows = rows_of(post_id, moments)
    with transaction.atomic():
        KeyDate.objects.filter(post_id=post_id).delete()
        KeyDate.objects.bulk_create(rows)


def mend(post_id: int, moments: Iterable[Moment]) -> bool:
    """Rebuild the key dates of a post if they differ from `moments`; tell whether they did."""
    columns = ("kind", "number", "label", "precision", "starts", "ends", "text", "closes")
    wanted = {tuple(getattr(row, name) for name in columns) for row in rows_of(post_id, moments)}
    if wanted == set(KeyDate.objects.filter(post_id=post_id).values_list(*columns)):
        return False
    rebuild(post_id, moments)
    return True
