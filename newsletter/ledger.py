"""The ledger's transitions: claim rows under a batch's lease, mark what became of them, give them back.

Each function is one short transaction (or runs inside its caller's). A row is in somebody's hands
exactly while it is `sending` with that batch; every write demands both, so whoever lost the batch
changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from cms.outbox import lease_end
from newsletter.audience import look_again
from newsletter.models import Batch, Delivery, Mailing
from newsletter.models.tally import Rows
from newsletter.relays import ACCEPTED, DEFERRED, REFUSED, UNCERTAIN, UNSENT, Outcome, Parcel

BACKOFF = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60), timedelta(hours=4))
GIVE_UP = timedelta(days=3)
Result = tuple[Parcel, Outcome]


@dataclass(slots=True)
class Claim:
    """Rows in our hands: (member, address, name); `excluded` counts those who lost consent meanwhile."""

    batch: int = 0
    rows: list[tuple[int, str, str]] = field(default_factory=list)
    excluded: int = 0


def claim(mailing: Mailing, relay: str, owner: str, now: datetime, limit: int) -> Claim:
    """Take up to `limit` due rows of `mailing` for `relay`; consent is looked at again for each."""
    with transaction.atomic():
        if not _still_sending(mailing):
            return Claim()
        frozen, tried_before = _due(mailing, now, limit)
        if not frozen:
            return Claim()
        verdict = look_again(mailing.list_id, frozen)
        rows = Delivery.objects.filter(mailing_id=mailing.pk)
        for why in set(verdict.excluded.values()):
            members = [member for member, reason in verdict.excluded.items() if reason == why]
            rows.filter(member_id__in=members).update(state=Delivery.EXCLUDED, reason=why, settled_at=now, next_attempt_at=None)
        if not verdict.allowed:
            return Claim(excluded=len(verdict.excluded))
        batch = Batch.objects.create(mailing_id=mailing.pk, relay=relay, owner=owner, lease_until=lease_end(now), created_at=now)
        ours = rows.filter(member_id__among=verdict.allowed)
        for before in (Delivery.WAITING, Delivery.DEFERRED) if tried_before else (Delivery.WAITING,):
            ours.move(mailing.pk, before, now, state=Delivery.SENDING, batch=batch.pk, relay=relay)
    taken = [(member, frozen[member], name) for member, name in verdict.allowed.items()]
    return Claim(batch.pk, taken, len(verdict.excluded))


def _still_sending(mailing: Mailing) -> bool:
    # A pause that has committed is seen; another claim of the mailing, or a pause, waits for this one, and the tally doesn't.
    found = Mailing.objects.filter(pk=mailing.pk, state=Mailing.SENDING).select_for_update(no_key=True)
    return found.values_list("pk", flat=True).first() is not None


def _due(mailing: Mailing, now: datetime, limit: int) -> tuple[dict[int, str], bool]:
    """Return who is to be mailed now (member → address), and whether anybody of them was tried before."""
    rows = Delivery.objects.filter(mailing_id=mailing.pk).select_for_update(skip_locked=True, of=("self",))
    fresh = dict(rows.filter(state=Delivery.WAITING).values_list("member_id", "address")[:limit])
    if len(fresh) == limit:
        return fresh, False
    again = rows.filter(state=Delivery.DEFERRED, next_attempt_at__lte=now)
    found = dict(again.values_list("member_id", "address")[: limit - len(fresh)])
    return fresh | found, bool(found)


def anything_due(mailings: Iterable[int], now: datetime) -> bool:
    """Tell whether any of `mailings` has a row that could be claimed at `now`."""
    rows = Delivery.objects.filter(mailing_id__in=list(mailings))
    due = rows.filter(state=Delivery.DEFERRED, next_attempt_at__lte=now)
    return bool(rows.filter(state=Delivery.WAITING).exists() or due.exists())


def renew(owner: str, now: datetime) -> set[int]:
    """Prolong all of `owner`'s batches; return those that are still held."""
    with transaction.atomic():
        Batch.objects.filter(owner=owner).update(lease_until=lease_end(now))
        return set(Batch.objects.filter(owner=owner).values_list("pk", flat=True))


def _held(batch: int, members: Iterable[int]) -> Rows:
    rows: Rows = Delivery.objects.filter(batch=batch, member_id__among=members)
    return rows


def mark(results: Sequence[Result], now: datetime) -> None:
    """Write outcomes into the ledger; rows that the batch no longer holds stay as they are.

    The one exception: evidence that came after a row was declared uncertain settles it.
    """
    by_kind: dict[tuple[int, int, str], list[Result]] = defaultdict(list)
    for parcel, outcome in results:
        by_kind[parcel.mailing, parcel.batch, outcome.state].append((parcel, outcome))
    writers = {ACCEPTED: _accept, UNSENT: _give_back, UNCERTAIN: _doubt, DEFERRED: _defer, REFUSED: _refuse}
    with transaction.atomic(savepoint=False):
        for (mailing, batch, state), found in by_kind.items():
            writers[state](mailing, batch, found, now)


def _accept(mailing: int, batch: int, results: list[Result], now: datetime) -> None:
    members = {parcel.member for parcel, _ in results}
    done = {"state": Delivery.ACCEPTED, "relay": results[0][0].relay, "settled_at": now, "batch": None, "next_attempt_at": None}
    if _held(batch, members).move(mailing, Delivery.SENDING, now, attempts=F("attempts") + 1, **done) < len(members):
        _held(batch, members).move(mailing, Delivery.UNCERTAIN, now, **done)
    for parcel, outcome in results:
        if outcome.provider_id:
            Delivery.objects.filter(mailing_id=mailing, member_id=parcel.member).update(provider_id=outcome.provider_id)


def _give_back(mailing: int, batch: int, results: list[Result], now: datetime) -> None:
    members = {parcel.member for parcel, _ in results}
    untouched = {"state": Delivery.WAITING, "batch": None, "relay": ""}
    if _held(batch, members).move(mailing, Delivery.SENDING, now, **untouched) < len(members):
        # A worker that wakes knows that it hasn't sent what was given up for uncertain meanwhile.
        _held(batch, members).move(mailing, Delivery.UNCERTAIN, now, settled_at=None, next_attempt_at=None, **untouched)


def _doubt(mailing: int, batch: int, results: list[Result], now: datetime) -> None:
    for parcel, outcome in results:
        # The batch stays on the row, so that its late outcome can still be recognised.
        doubted = {"state": Delivery.UNCERTAIN, "attempts": F("attempts") + 1, "last_reply": outcome.reply[:500]}
        _held(batch, [parcel.member]).move(mailing, Delivery.SENDING, now, settled_at=None, **doubted)


def _refuse(mailing: int, batch: int, results: list[Result], now: datetime) -> None:
    for parcel, outcome in results:
        refused = {
            "state": Delivery.REFUSED,
            "reason": "hard" if outcome.hard else "policy" if outcome.policy else "soft",
            "settled_at": now,
            "last_reply": outcome.reply[:500],
            "batch": None,
            "next_attempt_at": None,
        }
        if not _held(batch, [parcel.member]).move(mailing, Delivery.SENDING, now, attempts=F("attempts") + 1, **refused):
            _held(batch, [parcel.member]).move(mailing, Delivery.UNCERTAIN, now, **refused)


def _defer(mailing: int, batch: int, results: list[Result], now: datetime) -> None:
    replies = {parcel.member: outcome.reply[:500] for parcel, outcome in results}
    rows = _held(batch, replies).filter(state=Delivery.SENDING).values_list("member_id", "attempts", "first_attempt_at")
    for member, attempts, begun in list(rows):
        first = begun or now
        later = now + BACKOFF[min(attempts, len(BACKOFF) - 1)]
        given_up = later - first > GIVE_UP
        _held(batch, [member]).move(
            mailing,
            Delivery.SENDING,
            now,
            state=Delivery.REFUSED if given_up else Delivery.DEFERRED,
            reason="expired" if given_up else "",
            attempts=attempts + 1,
            first_attempt_at=first,
            next_attempt_at=None if given_up else later,
            settled_at=now if given_up else None,
            last_reply=replies[member],
            batch=None,
        )


def give_back(parcels: Iterable[Parcel], now: datetime) -> None:
    """Return untouched parcels to the queue."""
    mark([(parcel, Outcome(UNSENT)) for parcel in parcels], now)


def close_batches(batches: Iterable[int]) -> None:
    """Forget batches of which nothing is in our hands any more."""
    Batch.objects.filter(pk__in=list(batches)).delete()
