"""Where an issue stands, in words: draft, waiting for approval, approved, being sent, sent to so many."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from wagtail.models import WorkflowState

from newsletter import mailings
from newsletter.models import Delivery, Issue, Mailing
from newsletter.progress import thousands


class State(NamedTuple):
    """An icon with words."""

    icon: str
    words: str


def states(issues: Iterable[Issue]) -> dict[int, State]:
    """Return the state of each issue; their mailings and workflow states should be prefetched."""
    issues = list(issues)
    sent = [mailing for issue in issues for mailing in issue.mailings.all()]
    reports = mailings.reports(sent) if sent else {}
    return {issue.pk: _state(issue, reports) for issue in issues}


def _state(issue: Issue, reports: dict[int, Any]) -> State:
    alive = [mailing for mailing in issue.mailings.all() if mailing.state != Mailing.CANCELLED]
    if any(mailing.state in mailings.RUNNING and mailing.state != Mailing.SCHEDULED for mailing in alive):
        return State("mail", _("being sent"))
    if any(mailing.state == Mailing.SCHEDULED for mailing in alive):
        return State("calendar-alt", _("scheduled"))
    if alive:
        got = sum(reports[mailing.pk].counts[Delivery.ACCEPTED] for mailing in alive)
        return State("check", _("sent to %(n)s") % {"n": thousands(got)})
    if any(found.status == WorkflowState.STATUS_IN_PROGRESS for found in issue.workflow_states.all()):
        return State("time", _("waiting for approval"))
    if issue.approved:
        return State("success", _("approved"))
    return State("edit", _("draft"))
