"""What each row would do, told beforehand: the dry run. Reads only."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from cms.models import Region
from newsletter.addresses import suppression_hash
from newsletter.importing.columns import ADDRESS, NUMBER, TAGS
from newsletter.importing.standing import Standing, fetch, told
from newsletter.importing.values import Person, Regions
from newsletter.models import ImportedRow, Member, MemberImport, Subscription

SUBSCRIPTION, TWICE = "subscription", "twice"
SUBSCRIBES = [None, Subscription.SUBSCRIBED]


def regions() -> Regions:
    """Return our regions."""
    return Regions(dict(Region.objects.values_list("name", "pk")))


class Planner:
    """Plans one import's rows, handful by handful; remembers who came before in the file.

    The memory is one entry per row (address, number, member): it grows with the file, by about 300 bytes a row.
    """

    def __init__(self, source: MemberImport) -> None:
        """Plan for `source`, taking up who its rows so far were about."""
        self.source = source
        self.regions = regions()
        self._names = {key: name for name, key in self.regions.keys.items()}
        self._seen: dict[str, int] = {}
        self._members: dict[int, int] = {}
        self._numbers: dict[str, int] = {}
        rows = source.lines.exclude(act=ImportedRow.REFUSED).values_list("number", "address", "member_id", "changes")
        for number, address, member, changes in rows.iterator(chunk_size=2000):
            self._remember(number, address.lower(), member, changes)

    def _remember(self, number: int, address: str, member: int | None, changes: dict[str, Any]) -> None:
        self._seen.setdefault(address, number)
        if member is not None:
            self._members.setdefault(member, number)
        elif NUMBER in changes:
            self._numbers.setdefault(changes[NUMBER][1], number)

    def plan(self, people: Sequence[Person]) -> list[ImportedRow]:
        """Return what these rows would do, unsaved."""
        hashes = {found.number: suppression_hash(found.address.ascii) for found in people if found.address}
        numbers = {found.values[NUMBER] for found in people if NUMBER in found.values}
        standing = fetch(self.source.list_id, hashes.values(), numbers=numbers)
        return [self._line(found, hashes.get(found.number, ""), standing) for found in people]

    def _line(self, person: Person, hashed: str, standing: Standing) -> ImportedRow:
        line = ImportedRow(source=self.source, number=person.number, address=person.shown, act=ImportedRow.REFUSED)
        line.changes = {}
        if person.problem:
            line.reason = person.problem[:300]
            return line
        member, line.reason = self._who(person, hashed, standing)
        if not line.reason:
            line.reason = self._before(person, member, line)
        if line.reason:
            line.reason = line.reason[:300]
            return line
        line.member = member
        notes = self._newcomer(line, person, hashed, standing) if member is None else self._known(line, person, hashed, standing)
        line.reason = ". ".join(note[:1].upper() + note[1:].rstrip(".") for note in [*notes, *person.warnings] if note)[:300]
        self._remember(person.number, person.shown.lower(), line.member_id, line.changes)
        return line

    def _who(self, person: Person, hashed: str, standing: Standing) -> tuple[Member | None, str]:
        """Return the member whom a row is about, or why that can't be told."""
        by_address = standing.by_hash.get(hashed) or standing.by_earlier.get(hashed)
        by_number = standing.by_number.get(person.values.get(NUMBER, ""))
        if by_address and by_number and by_address.pk != by_number.pk:
            return None, _("The address belongs to one member and the membership number to another.")
        return by_address or by_number, ""

    def _before(self, person: Person, member: Member | None, line: ImportedRow) -> str:
        """Return which row of the file was about the same person, or nothing."""
        earlier = self._seen.get(person.shown.lower()) or (member and self._members.get(member.pk))
        if earlier:
            line.changes = {TWICE: earlier}
            return _("The same person stands in row %(n)d.") % {"n": earlier}
        earlier = None if member else self._numbers.get(person.values.get(NUMBER, ""))
        if earlier:
            line.changes = {TWICE: earlier}
            return _("The same membership number stands in row %(n)d.") % {"n": earlier}
        return ""

    def _newcomer(self, line: ImportedRow, person: Person, hashed: str, standing: Standing) -> list[str]:
        if why := standing.why_silent(None, hashed):
            line.act = ImportedRow.STAYS_OUT
            return [why]
        line.act = ImportedRow.NEW
        line.changes = {name: ["", value] for name, value in person.values.items()}
        if person.tags:
            line.changes[TAGS] = [[], person.tags]
        line.changes[SUBSCRIPTION] = SUBSCRIBES
        return []

    def _known(self, line: ImportedRow, person: Person, hashed: str, standing: Standing) -> list[str]:
        member = line.member
        assert member is not None  # noqa: S101 - the caller's branch
        # An address that the member has left may be somebody else's by now: it tells who must stay out, and no more.
        former = hashed not in standing.by_hash and hashed in standing.by_earlier
        line.changes = {} if former else self._differences(person, member, standing)
        kept_out = standing.why_silent(member, hashed) or standing.why_left(member)
        notes = [kept_out, self._address(line, person, hashed, standing)]
        if kept_out:
            line.act = ImportedRow.STAYS_OUT
            return notes
        if member.pk not in standing.choices and not former:
            line.changes[SUBSCRIPTION] = SUBSCRIBES
        line.act = ImportedRow.CHANGED if line.changes else ImportedRow.UNCHANGED
        return notes

    def _differences(self, person: Person, member: Member, standing: Standing) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in person.values.items():
            before = told(member, name, standing, self._names)
            if before != value:
                found[name] = [before, value]
        had = standing.tags.get(member.pk, [])
        known = {name.lower() for name in had}
        if added := [name for name in person.tags if name.lower() not in known]:
            found[TAGS] = [had, [*had, *added]]
        return found

    def _address(self, line: ImportedRow, person: Person, hashed: str, standing: Standing) -> str:
        """Plan another address for a member known by number, where nothing forbids it; return a note."""
        member = line.member
        assert member is not None  # noqa: S101 - the caller's branch
        assert person.address is not None  # noqa: S101 - a row without one was refused
        if hashed == member.address_hash:
            return ""
        if hashed in standing.by_earlier:
            return _("the member has another address by now, which stays")
        if why_not_moved(member, hashed, standing):
            return _("the member's address stays; change it on the member's own page if the file is right")
        line.changes[ADDRESS] = [member.address, person.address.shown]
        return ""


def why_not_moved(member: Member, hashed: str, standing: Standing) -> bool:
    """Tell whether `member` may not get the address with this hash from a file.

    Whoever was silenced, or has left any list, keeps the address under which that is known: else an older file
    that still holds it would bring a second, new person with the same address back.
    """
    return bool(standing.why_silent(member, hashed)) or member.pk in standing.leavers or hashed in standing.by_hash
