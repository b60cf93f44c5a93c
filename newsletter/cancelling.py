"""The end of a cancelled mailing: its open rows, slice by slice, and the people whom it kept out of another mailing."""

from collections.abc import Callable
from datetime import datetime

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q

from newsletter.audience import DUPLICATE, FREQUENCY, got_elsewhere, got_lately, got_or_gets, hold
from newsletter.models import Delivery, Mailing, Tally

SLICE = 2_000


def nothing_open() -> models.Exists:
    """Return the condition that none of a mailing's letters is on its way or in doubt."""
    return ~Exists(Delivery.objects.filter(mailing_id=OuterRef("pk"), state__in=Delivery.OPEN))


def cancel_rows(mailing: Mailing, now: datetime, go_on: Callable[[], bool]) -> bool:
    """Cancel open rows in slices, one at least and more while `go_on()`; return whether any may be left.

    One statement over a whole ledger would make the next claims slow.
    """
    while left := _cancel_slice(mailing, now):
        if not go_on():
            break
    # What a worker still holds comes back as waiting, and the next round cancels it.
    if Mailing.objects.filter(nothing_open(), pk=mailing.pk, finished_at=None).update(finished_at=now):
        mailing.refresh_from_db(fields=["finished_at"])
    return left and mailing.finished_at is None


def _cancel_slice(mailing: Mailing, now: datetime) -> bool:
    """Cancel some rows; return whether there were any."""
    stopped = Delivery.objects.filter(mailing_id=mailing.pk, state__in=(Delivery.WAITING, Delivery.DEFERRED))
    with transaction.atomic():
        # Whom a freeze leaves out because of us is either seen here, or the freeze sees that we are cancelled.
        hold(mailing)
        members = list(stopped.values_list("member_id", flat=True)[:SLICE])
        if members:
            stopped.filter(member_id__in=members).update(state=Delivery.CANCELLED, settled_at=now, next_attempt_at=None)
            _wanted_elsewhere(mailing, members, now)
    return bool(members)


def _wanted_elsewhere(mailing: Mailing, members: list[int], now: datetime) -> None:
    """Let other mailings that haven't ended reach those whom they left out because they would get this one.

    One mailing after the other: whom the first of them gets back, the second still leaves out.
    """
    akin = Q(issue_id=mailing.issue_id) | Q(list_id=mailing.list_id)
    others = Mailing.objects.filter(akin).exclude(pk=mailing.pk).exclude(state__in=(Mailing.SENT, Mailing.CANCELLED))
    for other in others.defer("html", "text").order_by("pk").select_for_update(no_key=True):
        left_out = Delivery.objects.filter(mailing_id=other.pk, member_id__among=members, state=Delivery.EXCLUDED)
        twice = left_out.filter(~Exists(got_elsewhere(other)), reason=DUPLICATE)
        too_often = left_out.filter(~Exists(got_lately(other, now)), reason=FREQUENCY)
        for rows in (twice, too_often):
            rows.update(state=Delivery.WAITING, reason="", settled_at=None)


def missed(mailing: Mailing) -> int:
    """Return how many get the issue by no mailing because this one, now cancelled, kept them out of one that has ended."""
    if mailing.state != Mailing.CANCELLED:
        return 0
    issue = Mailing.objects.filter(issue_id=mailing.issue_id)
    ended = list(issue.filter(state=Mailing.SENT).exclude(pk=mailing.pk).values_list("pk", flat=True))
    if not Tally.objects.filter(mailing_id__in=ended, state=Delivery.EXCLUDED, reason=DUPLICATE).exists():
        return 0
    theirs = Delivery.objects.filter(member_id=OuterRef("member_id"))
    left_out = theirs.filter(mailing_id__in=ended, state=Delivery.EXCLUDED, reason=DUPLICATE)
    rows = Delivery.objects.filter(mailing_id=mailing.pk, state=Delivery.CANCELLED)
    return rows.filter(Exists(left_out), ~Exists(got_or_gets(dict(issue.values_list("pk", "state"))))).count()
