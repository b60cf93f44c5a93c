"""Issues that haven't been sent: in which of them a post lies, and which is a list's next one.

What an editor writes stands in an issue's latest version, not in its row, so the versions of the newest
issues are read; no post is fetched for it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from wagtail.models import WorkflowState

from newsletter.models import Issue, Mailing, MailingList

NEWEST = 20


@dataclass(frozen=True, slots=True)
class Draft:
    """An issue that hasn't been sent, as it was saved last: its list's key and its posts' (page keys)."""

    issue: Issue
    subject: str
    number: int | None
    list_id: int | None
    posts: frozenset[int]

    @property
    def name(self) -> str:
        """What the issue is called in a sentence."""
        return called(self.number, self.subject)

    @property
    def in_approval(self) -> bool:
        """Whether it waits for somebody's approval."""
        return any(state.status == WorkflowState.STATUS_IN_PROGRESS for state in self.issue.workflow_states.all())

    @property
    def state(self) -> str:
        """Where it stands, in words."""
        if self.in_approval:
            return _("waiting for approval")
        return _("approved") if self.issue.approved else _("draft")


def called(number: int | None, subject: str) -> str:
    """Return what an issue is called in a sentence: "nr 3, ”Vårens nummer”"."""
    names = {"number": number, "subject": subject}
    return _("no. %(number)s, “%(subject)s”") % names if number else _("“%(subject)s”") % names


def unsent() -> list[Draft]:
    """Return the newest issues that no mailing has been started of, newest first; corrections left out."""
    started = Mailing.objects.filter(issue=OuterRef("pk")).exclude(state=Mailing.CANCELLED)
    found = Issue.objects.filter(~Exists(started), corrects=None).select_related("latest_revision")
    return [read(issue) for issue in found.prefetch_related("workflow_states").order_by("-created_at", "-pk")[:NEWEST]]


def read(issue: Issue) -> Draft:
    """Return the issue as its latest version has it."""
    version = issue.latest_revision.content if issue.latest_revision else issue.serializable_data()
    number, list_id = version.get("number"), version.get("mailing_list")
    return Draft(issue, str(version.get("subject") or issue.subject), number, list_id, _posts(version.get("content")))


def _posts(content: Any) -> frozenset[int]:
    blocks = json.loads(content or "[]")
    return frozenset(key for block in blocks if block["type"] == "post" and (key := block["value"].get("post")))


def next_of(mailing_list: MailingList, drafts: Iterable[Draft], only: bool) -> Draft | None:
    """Return the newest of `drafts` that is for `mailing_list`; `only`: it is the only list, so issues without one are its."""
    mine = {mailing_list.pk, None} if only else {mailing_list.pk}
    return next((draft for draft in drafts if draft.list_id in mine), None)

