"""How many rows of the ledger stand in which state, kept true by whoever moves them.

A mailing page must not count a million rows at every look. Changes are only ever added, so that
nobody waits for anybody (a counter that all workers update would be a queue, and now and then a
deadlock); `newsletter.tallies` folds old ones together.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Count
from django.utils import timezone

ACCEPTED = "accepted"


class Tally(models.Model):
    """So many rows more (or, below zero, fewer) of a mailing in a state. `relay` only where it was accepted."""

    mailing = models.ForeignKey("newsletter.Mailing", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=12)
    reason = models.CharField(max_length=40, blank=True, default="")
    relay = models.CharField(max_length=60, blank=True, default="")
    count = models.IntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.mailing_id} · {self.state} {self.count:+}"


Kind = tuple[int, str, str, str]


def kind(mailing: int, state: str, reason: str = "", relay: str = "") -> Kind:
    """Return the pigeonhole of a row that is so."""
    return mailing, state, reason, relay if state == ACCEPTED else ""


def note(changes: Iterable[tuple[Kind, int]], now: datetime | None = None) -> None:
    """Add changes; belongs into the transaction that moves the rows."""
    at = now or timezone.now()
    Tally.objects.bulk_create(
        Tally(mailing_id=mailing, state=state, reason=reason, relay=relay, count=count, at=at)
        for (mailing, state, reason, relay), count in changes
        if count
    )


class Rows(models.QuerySet[Any]):
    """The ledger's rows: every way to move one keeps the tally."""

    def update(self, **fields: Any) -> int:
        """Write `fields`; where the state is among them, look first where the rows come from."""
        if "state" not in fields:
            return super().update(**fields)
        with transaction.atomic(using=self.db):
            # In one order, so that two writers of the same rows don't wait for each other.
            rows = self.order_by("mailing_id", "member_id").select_for_update()
            found = list(rows.values_list("mailing_id", "member_id", "state", "reason", "relay"))
            return sum(self._move_some(key, [row for row in found if row[0] == key], fields) for key in {row[0] for row in found})

    def _move_some(self, mailing: int, found: list[Any], fields: dict[str, Any]) -> int:
        named = self.model._default_manager.filter(mailing_id=mailing, member_id__in=[row[1] for row in found])
        moved: int = super(Rows, named).update(**fields)
        changes = []
        for _mailing, _member, state, reason, relay in found:
            then = {"state": state, "reason": reason, "relay": relay} | {
                name: fields[name] for name in ("state", "reason", "relay") if name in fields
            }
            changes += [(kind(mailing, state, reason, relay), -1), (kind(mailing, **then), 1)]
        note(_summed(changes), fields.get("settled_at"))
        return moved

    def move(self, mailing: int, before: str, now: datetime, **fields: Any) -> int:
        """Update rows of one mailing that all stand in `before` and have no reason: without a look, for the many."""
        with transaction.atomic(using=self.db, savepoint=False):
            count = self.filter(mailing_id=mailing, state=before).update_only(**fields)
            after = kind(mailing, fields["state"], fields.get("reason", ""), fields.get("relay", ""))
            note([(kind(mailing, before), -count), (after, count)], now)
        return count

    def update_only(self, **fields: Any) -> int:
        """Write `fields` and leave the tally to the caller."""
        return super().update(**fields)

    def create(self, **fields: Any) -> Any:
        """Make a row."""
        with transaction.atomic(using=self.db):
            made = super().create(**fields)
            note([(kind(made.mailing_id, made.state, made.reason, made.relay), 1)])
        return made

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Make rows; what is there already isn't counted again, so nothing may be ignored silently."""
        with transaction.atomic(using=self.db):
            made: list[Any] = super().bulk_create(objs, *args, **kwargs)
            note(_summed([(kind(row.mailing_id, row.state, row.reason, row.relay), 1) for row in made]))
        return made

    def counted(self) -> list[tuple[Kind, int]]:
        """Count the rows themselves: what the tally must say."""
        found = self.order_by().values_list("mailing_id", "state", "reason", "relay").annotate(n=Count("member_id"))
        return _summed([(kind(*row[:4]), row[4]) for row in found])


def _summed(changes: Iterable[tuple[Kind, int]]) -> list[tuple[Kind, int]]:
    sums: dict[Kind, int] = {}
    for key, count in changes:
        sums[key] = sums.get(key, 0) + count
    return sorted(sums.items())
