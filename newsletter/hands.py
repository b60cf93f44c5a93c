"""The rule “another person must approve”: who has had an issue in hand, and whose approval counts."""

import json
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _
from wagtail.log_actions import registry
from wagtail.models import Page, Revision

from newsletter.models import Approval, Issue, NewsletterRules

# What an editor writes; the rest of a version is Wagtail's bookkeeping.
WRITTEN = (
    "subject",
    "preheader",
    "number",
    "issue_line",
    "introduction",
    "content",
    "mailing_list",
    "segment",
    "left_out",
)


class OwnWork(PermissionDenied):
    """Somebody would approve their own work; the words are for the editor."""


def check_hands(issue: Issue, user: Any, now: datetime) -> None:
    """Raises OwnWork where the rule is on and `user` may not approve what stands now."""
    if not NewsletterRules.current().second_person:
        return
    if user is None or user.pk in edited_by(issue, _last_good(issue), now):
        raise OwnWork(_refused(user is not None))


def in_other_hands(issue: Issue, approvals: list[Approval]) -> Approval:
    """Return the first of `approvals` that counts under the rule. Raises OwnWork where none does."""
    if not NewsletterRules.current().second_person:
        return approvals[0]
    good = {one.pk for one in _good(issue)}
    found = next((one for one in approvals if one.pk in good), None)
    if found is None:
        raise OwnWork(_refused(any(one.by_id for one in approvals)))
    return found


def _refused(known: bool) -> str:
    if known:
        return _(
            "Another person must approve: whoever has changed the issue, a post in it or its audience since it was last "
            "approved can't be the one."
        )
    return _("Another person must approve, and nobody is known to have done so.")


def _good(issue: Issue) -> list[Approval]:
    """Return the approvals that count, oldest first; the others leave the work as unapproved as it was."""
    good: list[Approval] = []
    for approval in issue.approvals.order_by("at", "pk"):
        if approval.by_id and approval.by_id not in edited_by(issue, good[-1] if good else None, approval.at):
            good.append(approval)
    return good


def _last_good(issue: Issue) -> Approval | None:
    good = _good(issue)
    return good[-1] if good else None


def edited_by(issue: Issue, since: Approval | None, until: datetime) -> set[int]:
    """Return the users who changed the issue after the approval `since` (None: ever) and until `until`.

    Since an earlier approval, changes of its posts and of its audience count as well.
    """
    found = _writers(issue, since, until)
    return found if since is None else found | _others(issue, since, until)


def _writers(issue: Issue, since: Approval | None, until: datetime) -> set[int]:
    found, before = set(), None
    for version in issue.revisions.filter(created_at__lte=until).order_by("created_at", "pk"):
        # Saving without a change, as publishing from the editor does, is no work of one's own.
        written = _written(version)
        if written != before and (since is None or _after(version, since)):
            found.add(version.user_id)
        before = written
    return {user for user in found if user}


def _after(version: Revision, since: Approval) -> bool:
    # A version may be overwritten by its author: then its number is old and its time is new.
    return version.created_at > since.at or version.pk > (since.revision_id or 0)


def _written(version: Revision) -> str:
    return json.dumps([_bare(version.content.get(name)) for name in WRITTEN], sort_keys=True)


def _bare(value: Any) -> Any:
    """Return a stored value without the ids that blocks are given when they are saved."""
    if isinstance(value, str) and value.startswith("["):
        return _bare(json.loads(value))
    if isinstance(value, list):
        return [_bare(one) for one in value]
    if isinstance(value, dict):
        return {name: _bare(one) for name, one in value.items() if name != "id"}
    return value


def _others(issue: Issue, since: Approval, until: datetime) -> set[int]:
    span = Q(created_at__gt=since.at, created_at__lte=until)
    posts = [str(block.value["post"].pk) for block in issue.content if block.block_type == "post" and block.value["post"]]
    versions = Revision.objects.filter(span, base_content_type=_pages(), object_id__in=posts)
    users = set(versions.values_list("user_id", flat=True))
    for segment in (issue.segment, issue.left_out):
        if segment is not None:
            acts = registry.get_logs_for_instance(segment).filter(timestamp__gt=since.at, timestamp__lte=until)
            users |= set(acts.values_list("user_id", flat=True))
    return {user for user in users if user}


def _pages() -> Any:
    return ContentType.objects.get_for_model(Page)
