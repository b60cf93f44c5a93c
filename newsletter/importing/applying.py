"""Doing what the dry run told, as far as it still holds: whatever has changed since is left as it is.

Each function works inside the caller's transaction, on one handful of rows.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from newsletter.addresses import accept, suppression_hash
from newsletter.importing.columns import ADDRESS, JOINED, MEMBER, NUMBER, TAGS
from newsletter.importing.planning import SUBSCRIPTION, regions, why_not_moved
from newsletter.importing.rows import update_each
from newsletter.importing.standing import Standing, fetch, tag_keys, told
from newsletter.importing.values import Regions, as_value
from newsletter.models import EarlierAddress, ImportedRow, Member, MemberImport, Subscription, SubscriptionChange
from newsletter.models.member import end_ways_in

BEFORE, AFTER = 0, 1
EMPTY = ("", "")
# What stands in a file of members alone.
OF_MEMBERS = (NUMBER, JOINED)
APPLIED = (ImportedRow.NEW, ImportedRow.CHANGED, ImportedRow.STAYS_OUT)


def source_of(source: MemberImport) -> str:
    """Return how an import is named in the evidence of the choices that it makes."""
    return f"import {source.pk}: {source.filename}"[:200]


class Applier:
    """Applies one import's rows."""

    def __init__(self, source: MemberImport) -> None:
        """Apply for `source`."""
        self.source = source
        self.regions = regions()
        self._names = {key: name for name, key in self.regions.keys.items()}

    def apply(self, lines: Sequence[ImportedRow], now: datetime) -> None:
        """Do what `lines` tell, and write into them what was really done."""
        hashes = {line.pk: suppression_hash(accept(line.address).ascii) for line in lines}
        keys = [line.member_id for line in lines if line.member_id]
        standing = fetch(self.source.list_id, hashes.values(), keys=keys, lock=True)
        newcomers: list[tuple[ImportedRow, Member]] = []
        for line in lines:
            self._decide(line, hashes[line.pk], standing, newcomers)
        Member.objects.bulk_create([member for _line, member in newcomers])
        for line, member in newcomers:
            line.member = member
        changed = {line.member_id or 0: line.changes for line in lines if line.changes and line.act != ImportedRow.NEW}
        write([standing.by_key[key] for key in changed], changed, self.regions, AFTER)
        self._welcome([line for line in lines if of_members(line)])
        self._tag([line for line in lines if TAGS in line.changes])
        self._subscribe([line for line in lines if SUBSCRIPTION in line.changes], now)
        for line in lines:
            line.done = True
        update_each(lines, ["act", "reason", "member", "changes", "done"])

    def _decide(self, line: ImportedRow, hashed: str, standing: Standing, newcomers: list[tuple[ImportedRow, Member]]) -> None:
        """Look at the person as they stand now, and cut the row down to what still may be done."""
        member = standing.by_key.get(line.member_id or 0) or standing.by_hash.get(hashed) or standing.by_earlier.get(hashed)
        why = standing.why_silent(member, hashed) or (standing.why_left(member) if member else "")
        if why:
            line.act, line.reason = ImportedRow.STAYS_OUT, why[:300]
            line.changes.pop(SUBSCRIPTION, None)
        if member is None:
            if why:
                line.changes = {}
            else:
                newcomers.append((line, self._made(line)))
            return
        line.member = member
        line.changes = {} if member.status == Member.ERASED else self._still(line, member, hashed, standing)
        if not why:
            line.act = ImportedRow.CHANGED if line.changes else ImportedRow.UNCHANGED

    def _made(self, line: ImportedRow) -> Member:
        accepted = accept(line.address)
        line.act = ImportedRow.NEW
        facts = {name: pair[1] for name, pair in line.changes.items() if name not in (TAGS, SUBSCRIPTION, ADDRESS)}
        spelled = {"address": accepted.shown, "ascii_address": accepted.ascii, "address_hash": suppression_hash(accepted.ascii)}
        # Whoever stands in a file with an address alone is a subscriber; `_welcome` says who is more.
        made = Member(**spelled, is_member=False)
        for name, value in facts.items():
            setattr(made, column(name), as_value(name, value, self.regions))
        return made

    def _still(self, line: ImportedRow, member: Member, hashed: str, standing: Standing) -> dict[str, Any]:
        """Return the changes whose "before" is still true."""
        found = {}
        for name, (before, after) in line.changes.items():
            if name == SUBSCRIPTION:
                holds = member.pk not in standing.choices
            elif name == ADDRESS:
                holds = member.address == before and not why_not_moved(member, hashed, standing)
            else:
                holds = told(member, name, standing, self._names) == before
            if holds:
                found[name] = [before, after]
        return found

    def _welcome(self, lines: Sequence[ImportedRow]) -> None:
        """Count as members who stand in the register, and note in the row who stood here before, so that an undo knows."""
        rows = Member.objects.filter(pk__in=[line.member_id for line in lines], is_member=False).exclude(status=Member.ERASED)
        welcomed = set(rows.values_list("pk", flat=True))
        Member.objects.filter(pk__in=welcomed).update(is_member=True)
        for line in lines:
            if line.act != ImportedRow.NEW and line.member_id in welcomed:
                line.changes[MEMBER] = [False, True]

    def _tag(self, lines: Sequence[ImportedRow]) -> None:
        keys = tag_keys([name for line in lines for name in line.changes[TAGS][1]]) if lines else {}
        through = Member.tags.through
        rows = [
            through(member_id=line.member_id, membertag_id=keys[name.lower()])
            for line in lines
            for name in added(line.changes[TAGS])
        ]
        through.objects.bulk_create(rows, ignore_conflicts=True)

    def _subscribe(self, lines: Sequence[ImportedRow], now: datetime) -> None:
        evidence = {
            "list_id": self.source.list_id,
            "state": Subscription.SUBSCRIBED,
            "since": now,
            "source": source_of(self.source),
            "wording": self.source.wording,
        }
        # One that was made at this moment by somebody else breaks the transaction, and the rows are looked at again.
        Subscription.objects.bulk_create([Subscription(member_id=line.member_id, **evidence) for line in lines])
        SubscriptionChange.objects.bulk_create([SubscriptionChange(member_id=line.member_id, **evidence) for line in lines])


def of_members(line: ImportedRow) -> bool:
    """Tell whether a row brings what only members have: a number, or a day of joining."""
    return any(line.changes.get(name, EMPTY)[AFTER] for name in OF_MEMBERS)


def added(pair: Sequence[Sequence[str]]) -> list[str]:
    """Return the tags that [before, after] adds."""
    return [name for name in pair[1] if name not in pair[0]]


def column(name: str) -> str:
    """Return the column behind a field of `changes`."""
    return "region_id" if name == "region" else name


def write(members: Iterable[Member], changes: dict[int, dict[str, Any]], known: Regions, place: int) -> None:
    """Write the values at `place` (BEFORE or AFTER) of each member's `changes`; touches only the columns that change."""
    groups: dict[tuple[str, ...], list[Member]] = {}
    earlier: list[EarlierAddress] = []
    for member in members:
        names = [name for name in changes[member.pk] if name not in (TAGS, SUBSCRIPTION)]
        if ADDRESS in names:
            earlier.append(EarlierAddress(member=member, address_hash=member.address_hash))
        for name in names:
            setattr(member, column(name), as_value(name, changes[member.pk][name][place], known))
        if names:
            groups.setdefault(tuple(sorted(names)), []).append(member)
    EarlierAddress.objects.bulk_create(earlier, ignore_conflicts=True)
    if earlier:
        end_ways_in([row.member_id for row in earlier])
    for group, rows in groups.items():
        spelled = _spell(rows) if ADDRESS in group else []
        update_each(rows, [*group, *spelled])


def _spell(members: Iterable[Member]) -> list[str]:
    """Keep the other spellings of a new address true; return their columns."""
    for member in members:
        accepted = accept(member.address)
        member.address, member.ascii_address = accepted.shown, accepted.ascii
        member.address_hash = suppression_hash(accepted.ascii)
    return ["ascii_address", "address_hash"]
