"""The report of all that was announced in a period: a line per announcement, sums and medians per content type, a file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import batched
from statistics import median
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from cms.csvfiles import as_csv
from cms.keydates import STOCKHOLM
from cms.models import content_types
from social.channels import channel_of
from social.history import NAMES, label_of
from social.models import Announcement, Figure

BEGINNING = 90
AT_ONCE = 500
_NEEDED = ("pk", "settled_at", "post_title", "post__kind", "channel", "text", "remote_url", "latest")


@dataclass(frozen=True, slots=True)
class Choice:
    """What the report is about: the first and the last day in Stockholm; "" for every channel or content type."""

    begin: date
    end: date
    channel: str = ""
    kind: str = ""

    def rows(self) -> QuerySet[Announcement]:
        """Return the announcements that are out, newest first, each with the key of its latest `Figure` as `latest`."""
        within = {"settled_at__gte": _midnight(self.begin), "settled_at__lt": _midnight(self.end + timedelta(days=1))}
        chosen = {name: value for name, value in (("channel", self.channel), ("post__kind", self.kind)) if value}
        found = Announcement.objects.filter(state=Announcement.PUBLISHED, **within, **chosen)
        latest = Figure.objects.filter(announcement=OuterRef("pk")).order_by("-taken_at").values("pk")[:1]
        return found.annotate(latest=Subquery(latest)).order_by("-settled_at", "-pk")

    def table(self) -> QuerySet[Announcement, dict[str, Any]]:
        """Return the rows as what `lines` needs of them and nothing else."""
        return self.rows().values(*_NEEDED)


@dataclass(frozen=True, slots=True)
class Line:
    """One announcement: times are Stockholm's, counts the latest, in the order of NAMES."""

    pk: int
    title: str
    kind: str
    channel: str
    at: datetime
    text: str
    counts: list[int | None]
    counted_at: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class Summed:
    """One figure of several announcements."""

    sum: int
    median: float


@dataclass(frozen=True, slots=True)
class Total:
    """A content type's announcements: how many, and of each figure sum and median, None where the figure isn't known."""

    kind: str
    posts: int
    counts: list[Summed | None]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, STOCKHOLM)


def headings() -> list[str]:
    """Return what the figures are called, in the order of NAMES."""
    return [label_of(name) for name in NAMES]


def kinds() -> list[tuple[str, str]]:
    """Return every content type that may be announced, with its name in words."""
    found = [(kind, str(capfirst(model._meta.verbose_name))) for kind, model in content_types().items() if model.LISTED]
    return sorted(found, key=lambda one: one[1])


def lines(rows: Iterable[dict[str, Any]]) -> list[Line]:
    """Return the lines of some rows of `Choice.table`, with one query more."""
    chosen, words = list(rows), dict(kinds())
    figures = Figure.objects.in_bulk([row["latest"] for row in chosen if row["latest"]])
    return [_line(row, figures.get(row["latest"]), words) for row in chosen]


def _line(row: dict[str, Any], figure: Figure | None, words: dict[str, str]) -> Line:
    return Line(
        row["pk"],
        row["post_title"],
        words.get(row["post__kind"] or "", ""),
        channel_label(row["channel"]),
        row["settled_at"].astimezone(STOCKHOLM),
        Truncator(" ".join(row["text"].split())).chars(BEGINNING),
        [getattr(figure, name, None) for name in NAMES],
        figure.taken_at.astimezone(STOCKHOLM) if figure else None,
        row["remote_url"],
    )


def channel_label(alias: str) -> str:
    """Return a channel's name; of one that the settings no longer hold, its alias."""
    return channel_of(alias).label


def totals(choice: Choice) -> list[Total]:
    """Return the sums and medians per content type, then of all together, in two queries."""
    rows, words = choice.rows().order_by(), dict(kinds())
    posts = dict(rows.values_list("post__kind").annotate(Count("pk")))
    figures = Figure.objects.filter(pk__in=rows.values("latest")).order_by()
    counted = list(figures.values_list("announcement__post__kind", *NAMES))
    found = [
        _total(words.get(kind or "") or _("Posts that are gone"), number, [counts for its, *counts in counted if its == kind])
        for kind, number in posts.items()
    ]
    found.sort(key=lambda total: total.kind)
    everything = _total(_("In all"), sum(posts.values()), [counts for _kind, *counts in counted])
    return [*found, everything] if len(found) > 1 else found


def _total(kind: str, posts: int, counted: Sequence[Sequence[int | None]]) -> Total:
    columns = [[counts[place] for counts in counted] for place in range(len(NAMES))]
    known = [[count for count in column if count is not None] for column in columns]
    return Total(kind, posts, [Summed(sum(column), median(column)) if column else None for column in known])


def as_file(choice: Choice) -> Iterator[bytes]:
    """Yield all lines of a choice as a CSV file."""
    heading = [_("Post"), _("Type"), _("Channel"), _("Published at"), _("The text's beginning"), *headings()]
    return as_csv([*heading, _("Counted at"), _("Link")], _cells(choice))


def _cells(choice: Choice) -> Iterator[list[object]]:
    for some in batched(choice.table().iterator(chunk_size=AT_ONCE), AT_ONCE):
        for line in lines(some):
            words = [line.title, line.kind, line.channel, _moment(line.at), line.text]
            yield [*words, *line.counts, _moment(line.counted_at), line.url]


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""
