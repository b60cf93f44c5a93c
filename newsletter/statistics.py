"""A mailing's figures: what became of it, who left because of it, which pages it led to; beside the list's latest ten."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from statistics import median

from django.db.models import Count, OuterRef, Subquery, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.csvfiles import safe
from newsletter import mailings, tracking
from newsletter.models import Delivery, Mailing, Subscription, SubscriptionChange, Visits

COMPARED, PAGES = 10, 50
ACCEPTED, BOUNCED, COMPLAINED, UNSUBSCRIBED, VISITS = "accepted", "bounced", "complained", "unsubscribed", "visits"
OPENED, CLICKED = "open", "click"
# What each figure is called, and what it is a part of.
LABELS = {
    ACCEPTED: gettext_lazy("Sent"),
    BOUNCED: gettext_lazy("Bounced"),
    COMPLAINED: gettext_lazy("Marked as spam"),
    UNSUBSCRIBED: gettext_lazy("Unsubscribed by way of the letter"),
    VISITS: gettext_lazy("Page views from the letter"),
    OPENED: gettext_lazy("Opened, among those who agreed to be counted"),
    CLICKED: gettext_lazy("Followed a link, among those who agreed to be counted"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: how many, which share of what left (in percent), and the usual share of the list's latest mailings."""

    name: str
    label: str
    count: int
    share: float
    usual: float | None = None


@dataclass(frozen=True, slots=True)
class PageCount:
    """A page of our own, how often it was read by way of the letter, and its share of the most read one (in percent)."""

    path: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Statistics:
    """All that is shown about a mailing; `compared` says with how many others."""

    figures: list[Figure]
    pages: list[PageCount]
    compared: int
    tracked: bool


def of(mailing: Mailing) -> Statistics:
    """Return the figures of `mailing`, in a number of queries that doesn't grow with members or mailings."""
    others = _others(mailing)
    counts = _counts([mailing, *others])
    usual = _usual([counts[other.pk] for other in others])
    mine = counts[mailing.pk]
    names = [name for name in LABELS if mailing.tracked or name not in (OPENED, CLICKED)]
    figures = [Figure(name, str(LABELS[name]), mine[name], _share(mine, name), usual.get(name)) for name in names]
    return Statistics(figures, _pages(mailing), len(others), mailing.tracked)


def _others(mailing: Mailing) -> list[Mailing]:
    """Return the latest ten earlier mailings of the same list that are done."""
    found = Mailing.objects.filter(list_id=mailing.list_id, state=Mailing.SENT, start_at__lt=mailing.start_at)
    return list(found.defer("html", "text").order_by("-start_at")[:COMPARED])


def _counts(found: list[Mailing]) -> dict[int, dict[str, int]]:
    keys = [mailing.pk for mailing in found]
    left, visits, reports = _left(keys), _visits(keys), mailings.reports(found)
    out = {}
    for mailing in found:
        states = reports[mailing.pk].counts
        reading = tracking.readers(mailing.pk) if mailing.tracked else {}
        out[mailing.pk] = {
            # What came back or was complained about had been sent too.
            ACCEPTED: states[Delivery.ACCEPTED] + states[Delivery.BOUNCED] + states[Delivery.COMPLAINED],
            BOUNCED: states[Delivery.BOUNCED],
            COMPLAINED: states[Delivery.COMPLAINED],
            UNSUBSCRIBED: left.get(mailing.pk, 0),
            VISITS: visits.get(mailing.pk, 0),
            OPENED: reading.get(OPENED, 0),
            CLICKED: reading.get(CLICKED, 0),
        }
    return out


def _left(keys: list[int]) -> dict[int, int]:
    """Return how many left by way of each mailing and didn't take it back by the same link."""
    same = SubscriptionChange.objects.filter(mailing=OuterRef("mailing"), member=OuterRef("member"))
    newest = same.order_by("-since", "-pk").values("pk")[:1]
    changes = SubscriptionChange.objects.filter(mailing__in=keys, state=Subscription.UNSUBSCRIBED, pk=Subquery(newest))
    return dict(changes.order_by().values_list("mailing").annotate(n=Count("member_id", distinct=True)))


def _visits(keys: list[int]) -> dict[int, int]:
    return dict(Visits.objects.filter(mailing__in=keys).order_by().values_list("mailing").annotate(n=Sum("count")))


def _share(counts: dict[str, int], name: str) -> float:
    return 100 * counts[name] / counts[ACCEPTED] if counts[ACCEPTED] else 0.0


def _usual(others: list[dict[str, int]]) -> dict[str, float]:
    names = (BOUNCED, COMPLAINED, UNSUBSCRIBED, VISITS)
    return {name: median(_share(counts, name) for counts in others) for name in names} if others else {}


def _pages(mailing: Mailing) -> list[PageCount]:
    rows = Visits.objects.filter(mailing=mailing).order_by().values_list("path").annotate(n=Sum("count")).order_by("-n", "path")
    found = list(rows[:PAGES])
    most = max((count for _path, count in found), default=0)
    return [PageCount(path, count, 100 * count / most) for path, count in found if most]


def table(mailing: Mailing, found: Statistics) -> Iterator[str]:
    """Yield the figures as lines of a CSV file that a Swedish spreadsheet opens (semicolons, decimal commas, UTF-8 mark)."""
    yield "\ufeff" + _line([_("Subject"), mailing.subject])
    yield _line([_("List"), mailing.list.name])
    yield _line([_("Figure"), _("Count"), _("Share in percent"), _("Usually, in percent")])
    for figure in found.figures:
        usual = "" if figure.usual is None else _decimal(figure.usual)
        yield _line([figure.label, str(figure.count), _decimal(figure.share), usual])
    yield _line([])
    yield _line([_("Page"), _("Page views")])
    for page in found.pages:
        yield _line([page.path, str(page.count)])


def _decimal(number: float) -> str:
    return f"{number:.2f}".replace(".", ",")


def _line(cells: list[str]) -> str:
    out = StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerow([safe(cell) for cell in cells])
    return out.getvalue()
