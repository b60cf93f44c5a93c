"""A mailing's life: start, pause, resume, cancel, finish, and what an editor decides about uncertain rows."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from newsletter import audience, audit, corrections, tallies, tracking, visits
from newsletter.approval import NotApproved, OwnWork, demand
from newsletter.audience import freeze_slice
from newsletter.cancelling import cancel_rows, nothing_open
from newsletter.clock import elapsed
from newsletter.compiled import BadHeader, Compiled, Envelope
from newsletter.contents import envelope, gather
from newsletter.corrections import CannotCorrect
from newsletter.items import Contents, LetterError, PostItem
from newsletter.letter import Letter
from newsletter.models import Approval, Delivery, Issue, Mailing, MailingList
from newsletter.preflight import stopping
from newsletter.render import render
from newsletter.segments import BadConditions

logger = logging.getLogger(__name__)

TOO_LATE = timedelta(hours=6)
# So many seconds a cancellation takes before it answers.
AT_ONCE = 2.0
RUNNING = (Mailing.SCHEDULED, Mailing.PREPARING, Mailing.SENDING, Mailing.PAUSED, Mailing.HELD)


class CannotStart(ValueError):
    """The issue can't be sent as it is; the words are for the editor."""


class WrongState(ValueError):
    """What was asked for isn't possible in the mailing's present state; the words are for the editor."""


def start_mailing(
    issue: Issue, mailing_list: MailingList, at: datetime, user: Any = None, *, now: datetime | None = None
) -> Mailing:
    """Freeze the issue's words and schedule its sending to `mailing_list` at `at`; return the mailing.

    Raises CannotStart where the issue isn't approved, can't be rendered, or has already been sent to
    the list. Nothing is sent here: `send_due` takes over when the time has come. `now`: the clock's
    time where none is given.
    """
    now = now or timezone.now()
    issue = Issue.objects.get(pk=issue.pk)
    if not issue.approved:
        raise CannotStart(_("The issue isn't approved as it stands. Publish its latest version first."))
    contents, letter = _letter(issue, mailing_list, at, now)
    meant = _meant(issue, mailing_list)
    approval = _approval(issue, mailing_list, contents, at)
    try:
        with transaction.atomic():
            _check_unchanged(issue)
            mailing = Mailing.objects.create(
                issue=issue,
                list=mailing_list,
                start_at=at,
                started_by=user,
                subject=letter.subject,
                html=letter.html,
                text=letter.text,
                content_hash=letter.digest,
                envelope=envelope(mailing_list),
                posts=_posts(issue),
                audience=meant,
                audience_key=audience.key(meant),
                corrects=issue.corrects,
                approval=approval,
                tracked=tracking.is_on(),
                for_members=_for_members(contents),
            )
            if mailing.tracked:
                tracking.remember_links(mailing, visits.tagged(letter, mailing.pk))
            audit.record(mailing, "start", user, at=at.isoformat())
    except IntegrityError:
        raise CannotStart(_("This issue has already been sent to this list, or is about to be.")) from None
    compiled(mailing)
    return mailing


def _approval(issue: Issue, mailing_list: MailingList, contents: Contents, at: datetime) -> Approval | None:
    try:
        return demand(issue, mailing_list, contents, at)
    except (NotApproved, OwnWork) as error:
        raise CannotStart(str(error)) from error


def _check_unchanged(issue: Issue) -> None:
    """Refuse an issue that somebody has edited while its letter was rendered. Raises CannotStart."""
    same = Issue.objects.filter(pk=issue.pk, last_published_at=issue.last_published_at, latest_revision=issue.latest_revision_id)
    if not same.filter(live=True, has_unpublished_changes=False).exists():
        raise CannotStart(_("Somebody has just changed the issue. Look it over, and try again."))


def _letter(issue: Issue, mailing_list: MailingList, at: datetime, now: datetime) -> tuple[Contents, Letter]:
    try:
        contents = gather(issue, at, mailing_list)
        letter = render(contents)
        Compiled(letter, Envelope(0, **envelope(mailing_list)))
    except (LetterError, BadHeader) as error:
        raise CannotStart(str(error)) from error
    if problems := stopping(issue, mailing_list, contents, letter, now, at):
        raise CannotStart(" ".join(problems))
    return contents, letter


def _meant(issue: Issue, mailing_list: MailingList) -> dict[str, Any]:
    """Return the audience's definition as it is now; raises CannotStart."""
    try:
        corrections.check_start(issue, mailing_list)
        meant = audience.definition(mailing_list, issue.segment, issue.left_out, issue.corrects)
        audience.people(meant)
    except (BadConditions, CannotCorrect) as error:
        raise CannotStart(str(error)) from error
    return meant


def _posts(issue: Issue) -> list[str]:
    picked = [block.value["post"] for block in issue.content if block.block_type == "post"]
    return [str(post.translation_key) for post in picked if post is not None]


def _for_members(contents: Contents) -> bool:
    return any(isinstance(item, PostItem) and item.teaser.members_only for item in contents.items)


def compiled(mailing: Mailing) -> Compiled:
    """Return the mailing's frozen letter, ready to be filled; raises ValidationError if it isn't what was approved."""
    letter = Letter(mailing.subject, mailing.html, mailing.text)
    if letter.digest != mailing.content_hash:
        raise ValidationError(_("The stored letter isn't the one that was approved."))
    letter, links = visits.tagged(letter, mailing.pk), dict[str, str]()
    if mailing.tracked:
        letter, links = tracking.with_slots(letter)
    return Compiled(letter, Envelope(mailing.pk, digest=mailing.content_hash, **mailing.envelope), links)


def begin_due(now: datetime, seconds: float = inf) -> bool:
    """Start what is due, freeze audiences, and bring what was cancelled or is done to its end.

    Works for about `seconds`, one slice at least; returns whether something may be left for the next call.
    More than six hours late means that nobody was at work: such a mailing is held, and an editor asked.
    """
    due = Mailing.objects.filter(state=Mailing.SCHEDULED, start_at__lte=now)
    due.filter(start_at__lt=now - TOO_LATE).update(state=Mailing.HELD, why=_("It should have started more than six hours ago."))
    due.update(state=Mailing.PREPARING, why="")
    until = elapsed() + seconds
    freezing = _freeze_due(now, until)
    cancelled = Mailing.objects.filter(state=Mailing.CANCELLED, finished_at=None).defer("html", "text")
    cancelling = [cancel_rows(mailing, now, lambda: elapsed() < until) for mailing in cancelled]
    finish_done(now)
    return freezing or any(cancelling)


def _freeze_due(now: datetime, until: float) -> bool:
    for mailing in Mailing.objects.filter(state=Mailing.PREPARING).defer("html", "text").order_by("start_at", "pk"):
        while mailing.state == Mailing.PREPARING:
            freeze_slice(mailing, now, audience.SLICE)
            if elapsed() >= until:
                return True
    return False


def finish_done(now: datetime) -> int:
    """Mark as sent what has nothing open any more; return how many mailings that were."""
    done = Mailing.objects.filter(nothing_open(), state=Mailing.SENDING, frozen_at__isnull=False)
    with transaction.atomic():
        held = list(done.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
        # Looked at again under the lock: what another mailing's cancellation reopened meanwhile is seen.
        return done.filter(pk__in=held).update(state=Mailing.SENT, finished_at=now, why="")


def pause(mailing: Mailing, user: Any = None) -> None:
    """Stop sending within two seconds; raises WrongState."""
    _move(mailing, (Mailing.SCHEDULED, Mailing.PREPARING, Mailing.SENDING), ("pause", user), state=Mailing.PAUSED, why="")


def resume(mailing: Mailing, now: datetime, user: Any = None) -> None:
    """Go on where it stopped; raises WrongState."""
    state = models.Case(
        models.When(frozen_at__isnull=False, then=models.Value(Mailing.SENDING)),
        models.When(start_at__gt=now, then=models.Value(Mailing.SCHEDULED)),
        default=models.Value(Mailing.PREPARING),
    )
    _move(mailing, (Mailing.PAUSED, Mailing.HELD), ("resume", user), state=state, why="", refused_in_a_row=0)


def cancel(mailing: Mailing, now: datetime, user: Any = None) -> None:
    """End it: nobody who still waits gets it; raises WrongState. What is in a relay's hands can't be called back.

    Of a very large mailing the workers cancel the last rows; from this moment none of them is sent.
    """
    _move(mailing, RUNNING, ("cancel", user), state=Mailing.CANCELLED, why="")
    until = elapsed() + AT_ONCE
    cancel_rows(mailing, now, lambda: elapsed() < until)


def call_back(mailing: Mailing, now: datetime, user: Any = None) -> None:
    """Take back a mailing that hasn't begun, as if it had never been started; raises WrongState once it has."""
    _move(mailing, (Mailing.SCHEDULED,), ("cancel", user), state=Mailing.CANCELLED, why="", finished_at=now)


def _move(mailing: Mailing, states: tuple[str, ...], act: tuple[str, Any], **fields: Any) -> None:
    """Change the state, and write down who did it; raises WrongState."""
    with transaction.atomic():
        moved = Mailing.objects.filter(pk=mailing.pk, state__in=states).update(**fields)
        mailing.refresh_from_db()
        if not moved:
            raise WrongState(_("This isn't possible: the mailing is “%(state)s”.") % {"state": mailing.get_state_display()})
        audit.record(mailing, *act)


def resend(mailing: Mailing, member: int, user: Any = None) -> None:
    """Send an uncertain row again, at an editor's word: the person may get it twice. Raises WrongState."""
    with transaction.atomic():
        # Locked, so that a cancellation comes wholly before or wholly after; weakly, because whoever holds the row and
        # counts it in the tally refers to the mailing, and must not wait for us.
        running = Mailing.objects.filter(pk=mailing.pk, state__in=(Mailing.SENDING, Mailing.PAUSED))
        if not running.select_for_update(no_key=True).values_list("pk"):
            raise WrongState(_("The mailing has ended."))
        _decide(mailing, member, ("resend", user), state=Delivery.WAITING, batch=None, next_attempt_at=None, relay="")


def leave(mailing: Mailing, member: int, now: datetime, user: Any = None) -> None:
    """Let an uncertain row be, at an editor's word. Raises WrongState."""
    with transaction.atomic():
        _decide(mailing, member, ("leave", user), state=Delivery.LEFT, batch=None, settled_at=now)


def _decide(mailing: Mailing, member: int, act: tuple[str, Any], **fields: Any) -> None:
    if not Delivery.objects.filter(mailing_id=mailing.pk, member_id=member, state=Delivery.UNCERTAIN).update(**fields):
        raise WrongState(_("It isn't uncertain any more."))
    audit.record(mailing, *act, member=member)


@dataclass(frozen=True, slots=True)
class Report:
    """How far a mailing has come; `counts` has every delivery state, and their sum is `frozen`."""

    mailing: int
    state: str
    subject: str
    frozen: int
    counts: dict[str, int]
    uncertain: list[dict[str, Any]]
    why: str = ""

    @property
    def settled(self) -> int:
        """How many rows are in a final state."""
        return self.frozen - sum(self.counts[state] for state in Delivery.OPEN)


def report(mailing: Mailing, limit: int = 1_000, *, counted: bool = False, recount: bool = False) -> Report:
    """Return counts per state and up to `limit` uncertain rows.

    `counted`: of the rows themselves, not of their tally; `recount`: the tally is set to them first.
    """
    if recount:
        tallies.recount(mailing.pk, timezone.now())
    rows = Delivery.objects.filter(mailing_id=mailing.pk)
    with transaction.atomic():
        mailing.refresh_from_db(fields=["state", "frozen_count", "why"])
        if counted:
            found = dict(rows.values_list("state").annotate(n=Count("member_id")).order_by())
        else:
            found = tallies.states([mailing.pk])[mailing.pk]
        doubtful = _doubtful(rows, limit) if found.get(Delivery.UNCERTAIN) else []
    return _report(mailing, found, doubtful)


def reports(found: Iterable[Mailing]) -> dict[int, Report]:
    """Return the reports of many mailings at once, without their uncertain rows."""
    known = {mailing.pk: mailing for mailing in found}
    counts = tallies.states(known)
    return {key: _report(mailing, counts[key], []) for key, mailing in known.items()}


def _report(mailing: Mailing, found: dict[str, int], doubtful: list[dict[str, Any]]) -> Report:
    counts = {state: found.get(state, 0) for state, _label in Delivery.STATES}
    return Report(mailing.pk, mailing.state, mailing.subject, mailing.frozen_count, counts, doubtful, mailing.why)


def _doubtful(rows: models.QuerySet[Delivery], limit: int) -> list[dict[str, Any]]:
    found = rows.filter(state=Delivery.UNCERTAIN).order_by("member_id")
    return list(found.values("member_id", "address", "relay", "last_reply")[:limit])
