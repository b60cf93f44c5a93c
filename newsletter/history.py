"""A member's history, "did Anna get it, and when?": all that is known of one person, in words; and the search for Anna.

Each part is one indexed query of bounded length, whatever the number of members and mailings.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import ModelLogEntry

from newsletter import words
from newsletter.importing.story import differences
from newsletter.members import find
from newsletter.models import (
    BounceReport,
    Delivery,
    ImportedRow,
    Mailing,
    Member,
    ProviderEvent,
    Subscription,
    SubscriptionChange,
)
from newsletter.progress import ICONS

MAILINGS = 50
EVENTS = 30
FOUND = 25
# What each state of a delivery means for the person.
_ANSWERS = {
    Delivery.ACCEPTED: gettext_lazy("Yes: the receiver's mail server took it"),
    Delivery.WAITING: gettext_lazy("Not yet: waits for its turn"),
    Delivery.SENDING: gettext_lazy("Is being sent right now"),
    Delivery.DEFERRED: gettext_lazy("Not yet: tried, and will be tried again"),
    Delivery.UNCERTAIN: gettext_lazy("Perhaps: the connection broke before the mail server answered"),
    Delivery.BOUNCED: gettext_lazy("No: it came back"),
    Delivery.COMPLAINED: gettext_lazy("Yes, and marked it as spam"),
    Delivery.REFUSED: gettext_lazy("No: the mail server refused it"),
    Delivery.EXCLUDED: gettext_lazy("No: left out"),
    Delivery.LEFT: gettext_lazy("Perhaps: the connection broke, and it was left at that"),
    Delivery.CANCELLED: gettext_lazy("No: the mailing was cancelled before their turn"),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """One mailing as it went for this person; `at` is when it was settled or tried last, or None."""

    mailing: int
    subject: str
    list: str
    started: datetime
    answer: str
    icon: str
    at: datetime | None
    address: str
    reply: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something else that happened: a choice, a report, an import, an edit."""

    at: datetime
    icon: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class Letters:
    """A page of mailings, and the key before which the next page begins (0: there is none)."""

    shown: list[Letter]
    next: int


def letters(member: Member, before: int = 0) -> Letters:
    """Return the newest mailings (older than the mailing `before`), each with what became of it for `member`.

    Those in which the person had no part are shown too: that they didn't get it is an answer as well.
    """
    mailings = Mailing.objects.exclude(frozen_at=None).order_by("-pk")
    mailings = mailings.filter(pk__lt=before) if before else mailings
    found = list(mailings.values_list("pk", "subject", "list__name", "start_at")[: MAILINGS + 1])
    more, found = len(found) > MAILINGS, found[:MAILINGS]
    rows = Delivery.objects.filter(mailing_id__in=[entry[0] for entry in found], member_id=member.pk)
    delivered = {row.mailing_id: row for row in rows}
    shown = [_letter(delivered.get(key), key, subject, name, started) for key, subject, name, started in found]
    return Letters(shown, found[-1][0] if more else 0)


def _letter(row: Delivery | None, key: int, subject: str, name: str, started: datetime) -> Letter:
    if row is None:
        answer = _("No: wasn't among the receivers when it started")
        return Letter(key, subject, name, started, answer, "minus", None, "", "")
    answer = str(_ANSWERS[row.state])
    if row.reason:
        answer = f"{answer} ({words.reason(row.reason)})"
    at = row.settled_at or row.first_attempt_at
    return Letter(key, subject, name, started, answer, ICONS[row.state], at, row.address, row.last_reply)


def events(member: Member) -> list[Event]:
    """Return the newest of everything else that happened, at most 30 of each kind."""
    found = [*_choices(member), *_reports(member), *_imports(member), *_edits(member)]
    return sorted(found, key=lambda event: event.at, reverse=True)


def _choices(member: Member) -> Iterable[Event]:
    changes = SubscriptionChange.objects.filter(member=member).select_related("list").order_by("-since", "-pk")[:EVENTS]
    for change in changes:
        joined = change.state == Subscription.SUBSCRIBED
        what = _("Subscribed to %(list)s") if joined else _("Left %(list)s")
        detail = " · ".join(filter(None, (words.source(change.source), f"”{change.wording}”" if change.wording else "")))
        yield Event(change.since, "plus" if joined else "minus", what % {"list": change.list.name}, detail)


def _reports(member: Member) -> Iterable[Event]:
    reports = BounceReport.objects.filter(member=member).order_by("-received_at").defer("raw")[:EVENTS]
    for report in reports:
        yield Event(
            report.received_at, "warning", _("A report came back: %(kind)s") % {"kind": words.kind(report.kind)}, report.reason
        )
    for event in ProviderEvent.objects.filter(member=member).order_by("-received_at")[:EVENTS]:
        what = _("The mail provider tells: %(kind)s") % {"kind": words.kind(event.kind)}
        yield Event(event.happened_at, "warning", what, event.reason)


def _imports(member: Member) -> Iterable[Event]:
    lines = ImportedRow.objects.filter(member=member, done=True).select_related("source").order_by("-pk").defer("source__content")
    for line in lines[:EVENTS]:
        what = _("Imported from %(file)s: %(act)s") % {"file": line.source.filename, "act": line.get_act_display()}
        detail = ", ".join(f"{change['field']}: {change['after']}" for change in differences(line.changes))
        yield Event(line.source.created_at, "upload", what, detail)


def _edits(member: Member) -> Iterable[Event]:
    kind = ContentType.objects.get_for_model(Member)
    log = ModelLogEntry.objects.filter(content_type=kind, object_id=str(member.pk)).select_related("user")
    for entry in log.order_by("-timestamp")[:EVENTS]:
        yield Event(entry.timestamp, "edit", str(entry.message), str(entry.user_display_name))


def choices(member: Member) -> list[Subscription]:
    """Return the member's choices, list by list."""
    return list(member.subscriptions.select_related("list").order_by("list__name"))


def search(said: str) -> list[Member]:
    """Return members by address (exactly, at once, however it is spelled), else by parts of name, address or number."""
    said = said.strip()
    if not said:
        return []
    try:
        exact = find(said)
    except ValidationError:
        exact = None
    if exact is not None:
        return [exact]
    wanted = Q()
    for word in said.split()[:5]:
        wanted &= Q(name__icontains=word) | Q(address__icontains=word)
    number: Any = Q(membership_number=said)
    return list(Member.objects.filter(wanted | number).exclude(status=Member.ERASED).order_by("name", "address")[:FOUND])
