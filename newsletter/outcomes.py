"""What follows from outcomes beyond the ledger: a dead address silences its member, a refusing relay pauses the mailing."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from newsletter import health
from newsletter.addresses import suppression_hash
from newsletter.ledger import Result
from newsletter.models import Mailing, Member
from newsletter.relays import ACCEPTED, ENOUGH

SOFT_LIMIT = 3
SOFT_SPAN = timedelta(days=14)
SOFT_FORGOTTEN = timedelta(days=60)


def follow_up(results: Sequence[Result], now: datetime) -> None:
    """Silence members, pause mailings and count against relays as `results`, in their order, demand."""
    # By key, members and mailings: two workers that lock the same ones in different orders would wait for each other.
    for parcel, outcome in sorted(results, key=lambda result: result[0].member):
        if outcome.hard:
            silence(parcel.member, parcel.address)
        elif outcome.soft:
            note_soft(parcel.member, parcel.address, now)
    health.note_refusals(Counter(parcel.relay for parcel, outcome in results if outcome.policy), now)
    for mailing in sorted({parcel.mailing for parcel, _outcome in results}):
        own = [outcome for parcel, outcome in results if parcel.mailing == mailing]
        against_all = [outcome.reply for outcome in own if outcome.everybody]
        if against_all:
            pause_because(mailing, against_all[-1])
        _count_in_a_row(mailing, [(outcome.policy, outcome.state == ACCEPTED, outcome.reply) for outcome in own])


def _count_in_a_row(mailing: int, seen: list[tuple[bool, bool, str]]) -> None:
    worst = run = 0
    broken, said = False, ""
    for policy, accepted, reply in seen:
        if policy:
            run, said = run + 1, reply
        elif accepted:
            run, broken = 0, True
        worst = max(worst, run)
    row = Mailing.objects.filter(pk=mailing)
    if broken:
        row.filter(refused_in_a_row__gt=0).update(refused_in_a_row=0)
    if run:
        row.update(refused_in_a_row=F("refused_in_a_row") + run)
    if worst >= ENOUGH or (run and row.filter(refused_in_a_row__gte=ENOUGH).exists()):
        pause_because(mailing, said)


def pause_because(mailing: int, reply: str) -> None:
    """Pause a running mailing because of what a relay said."""
    stop_mailing(mailing, _("The mail server refuses the whole mailing: %(reply)s") % {"reply": reply})


def stop_mailing(mailing: int, why: str) -> None:
    """Pause a running mailing and say why."""
    Mailing.objects.filter(pk=mailing, state=Mailing.SENDING).update(state=Mailing.PAUSED, why=why[:500], refused_in_a_row=0)


def _still_theirs(member: int, address: str) -> bool:
    return Member.objects.filter(pk=member, status=Member.ACTIVE, address_hash=suppression_hash(address)).exists()


def silence(member: int, address: str) -> bool:
    """Mark `member` as bounced if `address` is still theirs; return whether it was done."""
    if not _still_theirs(member, address):
        return False
    return bool(Member.objects.filter(pk=member, status=Member.ACTIVE).update(status=Member.BOUNCED))


def note_soft(member: int, address: str, now: datetime) -> None:
    """Count a soft bounce; repeated ones over at least 14 days silence the member."""
    if not _still_theirs(member, address):
        return
    with transaction.atomic():
        row = Member.objects.filter(pk=member)
        row.filter(soft_since__lt=now - SOFT_FORGOTTEN).update(soft_bounces=0, soft_since=None)
        row.filter(soft_since=None).update(soft_since=now)
        row.update(soft_bounces=F("soft_bounces") + 1)
        row.filter(status=Member.ACTIVE, soft_bounces__gte=SOFT_LIMIT, soft_since__lte=now - SOFT_SPAN).update(
            status=Member.BOUNCED
        )
