"""What the command line says, in the domain's words: numbers, names and times → objects; reports → JSON and text."""

from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware

from newsletter.mailings import Report, start_mailing
from newsletter.models import Issue, Mailing, MailingList


class BadRequest(ValueError):
    """There is no such thing; the words say which."""


def list_by_name(name: str) -> MailingList:
    """Return the list with this short name or name; raises BadRequest."""
    found = MailingList.objects.filter(slug=name).first() or MailingList.objects.filter(name=name).first()
    if found is None:
        known = ", ".join(MailingList.objects.values_list("slug", flat=True)) or "–"
        raise BadRequest(f"There is no list “{name}”; there are: {known}.")
    return found


def mailing_by_id(key: int) -> Mailing:
    """Return the mailing; raises BadRequest."""
    found = Mailing.objects.filter(pk=key).first()
    if found is None:
        raise BadRequest(f"There is no mailing {key}.")
    return found


def start_by_name(issue: int, mailing_list: str, at: str, now: datetime) -> Mailing:
    """Start a mailing of issue number `issue`; raises BadRequest or CannotStart."""
    found = Issue.objects.filter(pk=issue).first()
    if found is None:
        raise BadRequest(f"There is no issue {issue}.")
    return start_mailing(found, list_by_name(mailing_list), moment(at) if at else now, now=now)


def moment(text: str) -> datetime:
    """Read an ISO 8601 time, in Stockholm where it names no zone; raises BadRequest."""
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise BadRequest(f"“{text}” is no time; write 2026-03-06T09:30.")
    return make_aware(found) if is_naive(found) else found


def report_as_json(report: Report) -> dict[str, Any]:
    """Return counts per state, the invariant's sum, and uncertain rows."""
    return {
        "mailing": report.mailing,
        "state": report.state,
        "subject": report.subject,
        "why": report.why,
        "frozen": report.frozen,
        "sum": sum(report.counts.values()),
        "counts": report.counts,
        "uncertain": report.uncertain,
    }


def report_as_text(report: Report) -> str:
    """Return the report for people."""
    lines = [f"{report.mailing} “{report.subject}”: {report.state} {report.why}".rstrip()]
    lines += [f"  {state}: {count}" for state, count in report.counts.items() if count]
    lines += [f"  uncertain: {row['address']} ({row['last_reply']})" for row in report.uncertain]
    return "\n".join([*lines, f"  sum {sum(report.counts.values())} of {report.frozen}"])
