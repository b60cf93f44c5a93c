"""What was counted of one announcement so far, as its page shows it: curves, and the table behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cms.keydates import STOCKHOLM
from social.channels import channel_of
from social.charts import Chart, chart
from social.models import Announcement, Figure
from social.words import clock_time

NAMES = ("impressions", "clicks", "reactions", "comments", "shares")


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of figure: its name in words, the latest count, its curve."""

    label: str
    latest: int
    chart: Chart | None


@dataclass(frozen=True, slots=True)
class Day:
    """The last counts of one day in Stockholm, in the order of the series; None where nothing was counted."""

    words: str
    counts: list[int | None]


@dataclass(frozen=True, slots=True)
class FiguresShown:
    """All that `social/admin/figures.html` shows; without series there is only the note, without a note nothing."""

    key: int
    series: list[Series]
    days: list[Day]
    since: str
    at: str
    note: str


def label_of(name: str) -> str:
    """Return what a figure is called: "Visningar"."""
    return str(capfirst(Figure._meta.get_field(name).verbose_name))


def figures_of(row: Announcement) -> FiguresShown:
    """Return the figures of one announcement, in one query."""
    counted = list(row.figures.all())
    names = [name for name in NAMES if any(getattr(figure, name) is not None for figure in counted)]
    first, last = (clock_time(counted[place].taken_at) if counted else "" for place in (0, -1))
    series = [_series(name, counted) for name in names]
    return FiguresShown(row.pk, series, _days(counted, names), first, last, _note(row, bool(series)))


def _series(name: str, counted: Sequence[Figure]) -> Series:
    points = [(figure.taken_at, getattr(figure, name)) for figure in counted if getattr(figure, name) is not None]
    return Series(label_of(name), points[-1][1], chart(points))


def _days(counted: Sequence[Figure], names: Sequence[str]) -> list[Day]:
    latest: dict[date, Figure] = {figure.taken_at.astimezone(STOCKHOLM).date(): figure for figure in counted}
    newest_first = sorted(latest.items(), reverse=True)
    return [Day(date_format(day, "j F Y"), [getattr(figure, name) for name in names]) for day, figure in newest_first]


def _note(row: Announcement, told: bool) -> str:
    if row.state != Announcement.PUBLISHED:
        return ""
    channel = channel_of(row.channel)
    if row.figures_due_at is None:
        return "" if told else _("%(label)s tells no figures of this post.") % {"label": channel.label}
    if told or not channel.capabilities.figures:
        return ""
    words = _("%(label)s has told no figures of this post yet. It is asked again %(at)s.")
    return words % {"label": channel.label, "at": clock_time(row.figures_due_at)}
