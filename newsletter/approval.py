"""Approval: publishing an issue approves the letter as it stands then, and to whom; only what was approved is sent.

An approval is a row with two hashes, of the rendered letter and of the audience's definition. Nothing
marks it as void: what would be sent now either has both hashes or it hasn't.
"""

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import ModelLogEntry, Revision

from newsletter import audience, audit
from newsletter.contents import envelope, gather, why
from newsletter.hands import OwnWork, check_hands, in_other_hands
from newsletter.items import Contents, LetterError
from newsletter.models import Approval, Issue, MailingList
from newsletter.render import render
from newsletter.segments import BadConditions

logger = logging.getLogger(__name__)

__all__ = [
    "NotApproved",
    "OwnWork",
    "approve",
    "check_publish",
    "demand",
    "fingerprint",
    "latest",
    "note_publish",
    "shown",
    "why_not",
]

# Of the letter's frame: an issue's own words can't change without a new version.
FRAME = ("subject", "preheader", "introduction", "issue_line")


class NotApproved(ValueError):
    """What would be sent isn't what was approved; the words say what has changed. `changes` has them one by one."""

    def __init__(self, message: str, changes: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.changes = tuple(changes)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What an approval covers: `letter` and `audience` are hashes, `parts` holds a short one per part of the letter.

    `parts["envelopes"]`: by the list's key, a hash of the names and the reply address that stand around the letter.
    """

    letter: str
    audience: str
    parts: dict[str, Any]


def fingerprint(issue: Issue, contents: Contents) -> Fingerprint:
    """Return the fingerprint of the issue with `contents`, which may be meant for any list and any day.

    An issue that names no list is approved for all of them, so the one line that tells lists apart is
    the issue's own; so is the issue line, which else follows the day of sending as a date stamp does.
    Everything else that time changes counts. Raises LetterError, BadConditions.
    """
    sender = replace(contents.sender, why=why(contents.sender.name, issue.mailing_list))
    own = replace(contents, sender=sender, issue_line=issue.issue_line)
    meant = audience.definition(issue.mailing_list or MailingList(), issue.segment, issue.left_out, issue.corrects)
    lists = [issue.mailing_list] if issue.mailing_list else MailingList.objects.all()
    envelopes = {str(one.pk): _envelope(one) for one in lists}
    return Fingerprint(render(own).digest, audience.key(meant), {**_parts(own), "envelopes": envelopes})


def _envelope(mailing_list: MailingList) -> str:
    return _short(sorted(envelope(mailing_list).items()))


def _parts(contents: Contents) -> dict[str, Any]:
    frame = tuple(getattr(contents, name) for name in FRAME)
    return {
        "frame": _short(frame),
        "sender": {field.name: _short(getattr(contents.sender, field.name)) for field in fields(contents.sender)},
        "items": [_short(item) for item in contents.items],
    }


def _short(part: Any) -> str:
    return hashlib.sha256(repr(part).encode()).hexdigest()[:16]


def latest(issue: Issue) -> Approval | None:
    """Return the newest approval of what is published now, whether or not it still holds."""
    return _since_publication(issue).first()


def _since_publication(issue: Issue) -> Any:
    found = issue.approvals.select_related("by")
    return found.filter(at__gte=issue.last_published_at) if issue.last_published_at else found


def by_code(issue: Issue) -> bool:
    """Tell whether a command or a script made the issue live, and no editor has had it in hand: it needs no approval."""
    return bool(issue.live and issue.latest_revision_id is None and not issue.approvals.exists())


def demand(issue: Issue, mailing_list: MailingList, contents: Contents, at: datetime) -> Approval | None:
    """Return the approval that covers sending what `contents` make to `mailing_list` at `at`.

    None for what `by_code` tells of. Raises NotApproved, whose words say what has changed since.
    """
    if not issue.approved:
        raise NotApproved(_("The issue isn't approved as it stands. Publish its latest version first."))
    if by_code(issue):
        return None
    if issue.mailing_list_id and issue.mailing_list_id != mailing_list.pk:
        words = _("The issue is approved for the list “%(list)s” alone. Change the list in the issue and approve it again.")
        raise NotApproved(words % {"list": issue.mailing_list})
    found = fingerprint(issue, contents)
    # As it would be sent: of the list in hand, not of the one that the issue was read with.
    found = replace(found, parts={**found.parts, "envelopes": {str(mailing_list.pk): _envelope(mailing_list)}})
    given = list(_since_publication(issue))
    covering = [one for one in given if _covers(one, found)]
    if not covering:
        raise _refusal(issue, given[0] if given else None, found, contents, at)
    return in_other_hands(issue, covering)


def _covers(given: Approval, found: Fingerprint) -> bool:
    same = (given.letter_hash, given.audience_hash) == (found.letter, found.audience)
    return same and _same_envelope(given, found)


def _same_envelope(given: Approval, found: Fingerprint) -> bool:
    return bool(found.parts["envelopes"].items() <= given.parts.get("envelopes", {}).items())


def _refusal(issue: Issue, given: Approval | None, found: Fingerprint, contents: Contents, at: datetime) -> NotApproved:
    if given is None:
        return NotApproved(_("Nobody has approved the letter as it stands. Look it over, and approve what stands now."))
    changes = _changes(issue, given, found, contents, at)
    return NotApproved(_("The approval doesn't hold any more. %(changes)s") % {"changes": " ".join(changes)}, changes)


def _changes(issue: Issue, given: Approval, found: Fingerprint, contents: Contents, at: datetime) -> list[str]:
    """Return in words what sets what would be sent at `at` apart from what was approved."""
    out = []
    if given.audience_hash != found.audience:
        out.append(_audience_changed(issue))
    if not _same_envelope(given, found):
        out.append(_("The list's name, sender's name or reply address has been changed."))
    if given.letter_hash != found.letter:
        out += _letter_changes(issue, given, found, contents, at) or [_("The look of the letters has changed.")]
    return out


def _audience_changed(issue: Issue) -> str:
    named = [segment for segment in (issue.segment, issue.left_out) if segment] or [issue.mailing_list]
    words = _("The audience has been changed: look at %(names)s.")
    return words % {"names": ", ".join(_("“%(name)s”") % {"name": name} for name in named)}


def _letter_changes(issue: Issue, given: Approval, found: Fingerprint, contents: Contents, at: datetime) -> list[str]:
    was, then = given.parts, _as_of(issue, given)
    out = []
    if was.get("frame") != found.parts["frame"]:
        out.append(_("Subject, preheader or introduction have been changed."))
    if was.get("sender") != found.parts["sender"]:
        out.append(_("The association's details in the letter's head or foot have been changed."))
    if len(was.get("items", [])) != len(found.parts["items"]):
        return [*out, _("Blocks have been added or taken out.")]
    return out + [
        _item_changed(item, by_time=then["items"][place : place + 1] == [before], at=at)
        for place, (item, before, now) in enumerate(zip(contents.items, was["items"], found.parts["items"], strict=True))
        if before != now
    ]


def _as_of(issue: Issue, given: Approval) -> dict[str, Any]:
    """Return the parts as they would be if no time had passed since the approval."""
    try:
        return fingerprint(issue, gather(issue, given.as_of or given.at, issue.mailing_list)).parts
    except LetterError:
        return {"items": []}


def _item_changed(item: Any, *, by_time: bool, at: datetime) -> str:
    if by_time:
        words = _("“%(name)s” changes with the time: on %(day)s other dates have passed or are coming.")
        return words % {"name": item.name, "day": timezone.localtime(at).strftime("%Y-%m-%d")}
    return _("“%(name)s” has been changed since.") % {"name": item.name}


def shown(issue: Issue, at: datetime) -> str:
    """Return the hash of the letter that a page shows, to be approved by it; empty where it can't be made."""
    try:
        return fingerprint(issue, gather(issue, at, issue.mailing_list)).letter
    except (LetterError, BadConditions):
        return ""


def why_not(issue: Issue, user: Any, now: datetime) -> str:
    """Return why `user` may not approve what stands now, in words; empty where nothing is in the way."""
    try:
        check_hands(issue, user, now)
    except OwnWork as error:
        return str(error)
    return ""


def approve(issue: Issue, user: Any, now: datetime, as_of: datetime | None = None, seen: str = "") -> None:
    """Approve what stands now: publish the latest version, or approve the published one anew.

    `as_of`: the moment as of which its letter is to be sent, where that isn't now. `seen`: the hash of the
    letter that was looked at, from `shown`; another one is not approved. Raises NotApproved, OwnWork,
    LetterError, BadConditions. Renders, so it never runs within a transaction.
    """
    issue = Issue.objects.get(pk=issue.pk)
    version = issue.latest_revision
    if seen and seen != shown(version.as_object() if version else issue, as_of or now):
        raise NotApproved(_("The letter has been changed while you looked at it. Look it over once more."))
    if not issue.approved:
        (version or issue.save_revision(user=user)).publish(user=user)
        issue.refresh_from_db()
        if as_of is None:
            return
    check_hands(issue, user, now)
    # Never before the publication, which an earlier approval doesn't cover; it took its own time from the clock.
    newest = latest(issue)
    _keep(issue, user, max(now, newest.at if newest else now, issue.last_published_at or now), as_of or now)


def check_publish(issue: Issue, user: Any) -> None:
    """Refuse a publication by somebody who may not approve what it publishes. Raises OwnWork."""
    if user is not None:
        check_hands(issue, user, timezone.now())


def note_publish(revision: Revision, user: Any) -> None:
    """Approve what was just published, once that is committed: nothing is rendered within a transaction.

    A process that dies before leaves an issue that is published and not approved, and the send page says so.
    """
    transaction.on_commit(partial(_approve_published, revision, user))


def _approve_published(revision: Revision, user: Any) -> None:
    issue = Issue.objects.filter(pk=revision.object_id, live=True, live_revision=revision.pk).first()
    if issue is None:  # Only scheduled, or overtaken by another publication.
        return
    now = timezone.now()
    try:
        _keep(issue, user or _who_scheduled(revision), now, now)
    except (LetterError, BadConditions) as error:
        logger.warning("Issue %s is published, but its letter can't be approved: %s", issue.pk, error)


def _who_scheduled(revision: Revision) -> Any:
    """Return who set the time at which a version was published by itself; None where nobody is known."""
    entries = ModelLogEntry.objects.filter(action="wagtail.publish.schedule", revision_id=revision.pk)
    entry = entries.select_related("user").order_by("-timestamp").first()
    return entry.user if entry else None


def _keep(issue: Issue, user: Any, now: datetime, as_of: datetime) -> None:
    found = fingerprint(issue, gather(issue, as_of, issue.mailing_list))
    Approval.objects.create(
        issue=issue,
        letter_hash=found.letter,
        audience_hash=found.audience,
        parts=found.parts,
        revision_id=issue.live_revision_id,
        at=now,
        as_of=as_of,
        by=user,
    )
    audit.record(issue, "approve", user, letter=found.letter, audience=found.audience)
