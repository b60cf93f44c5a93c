"""Taking an import back: what it made and nobody has touched since; says of the rest why it stays.

Each function works inside the caller's transaction, on one handful of rows.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from newsletter.importing.applying import BEFORE, OF_MEMBERS, added, of_members, source_of, write
from newsletter.importing.columns import ADDRESS, MEMBER, TAGS
from newsletter.importing.planning import SUBSCRIPTION, regions
from newsletter.importing.rows import remove, update_each
from newsletter.importing.standing import fetch, tag_keys, told
from newsletter.models import Delivery, ImportedRow, Member, MemberImport, Subscription, SubscriptionChange

REMOVED, TAKEN_BACK, UNSUBSCRIBED, PUT_BACK, STAYED = "removed", "taken_back", "unsubscribed", "put_back", "stayed"
# All that points at members; many of these relations have no name of their own, and are "hidden" to Django.
POINTING = tuple(
    relation
    for relation in Member._meta.get_fields(include_hidden=True)
    if relation.auto_created and not relation.concrete and relation.related_model is not Member.tags.through
)


class Undoer:
    """Undoes one import's rows."""

    def __init__(self, source: MemberImport) -> None:
        """Undo for `source`."""
        self.source = source
        self.regions = regions()
        self._names = {key: name for name, key in self.regions.keys.items()}

    def undo(self, lines: Sequence[ImportedRow], now: datetime) -> Counter[str]:
        """Take back what `lines` did; return how many members were removed, changed back, or kept as they are.

        Whoever has been sent something by way of the import stays, as unsubscribed: the ledger and the evidence
        must tell why. Whoever has not loses the subscription as if it had never been, so that the right file
        can be imported afterwards.
        """
        counts: Counter[str] = Counter()
        members = fetch(self.source.list_id, [], keys=[line.member_id for line in lines if line.member_id], lock=True)
        ours = self._ours(lines)
        mailed = self._mailed(ours)
        self._leave(ours & mailed, now)
        remove(Subscription.objects.filter(list_id=self.source.list_id, member_id__in=ours - mailed))
        counts[UNSUBSCRIBED] = len(ours & mailed)
        untouched = self._untouched([line for line in lines if line.act == ImportedRow.NEW], members, ours)
        counts[TAKEN_BACK] = len(ours - mailed - set(untouched))
        self._note(ours - mailed - set(untouched), now)
        self._put_back([line for line in lines if line.act != ImportedRow.NEW], members, counts)
        for line in lines:
            line.done = False
            if line.member_id in untouched:
                line.member = None
        update_each(lines, ["done", "member", "reason"])
        self._remove(untouched)
        counts[REMOVED] = len(untouched)
        return counts

    def _ours(self, lines: Sequence[ImportedRow]) -> set[int]:
        """Return the members whose choice is still the one that the import made."""
        keys = [line.member_id for line in lines if SUBSCRIPTION in line.changes]
        standing = Subscription.objects.filter(list_id=self.source.list_id, member_id__in=keys, state=Subscription.SUBSCRIBED)
        return set(standing.filter(source=source_of(self.source)).values_list("member_id", flat=True))

    def _mailed(self, keys: set[int]) -> set[int]:
        sent = Delivery.objects.filter(member_id__in=keys, mailing__list_id=self.source.list_id)
        return set(sent.values_list("member_id", flat=True))

    def _undone(self, now: datetime) -> dict[str, Any]:
        source = f"{source_of(self.source)[:180]} ({_('undone')})"
        return {"state": Subscription.UNSUBSCRIBED, "since": now, "source": source, "wording": ""}

    def _leave(self, keys: set[int], now: datetime) -> None:
        Subscription.objects.filter(list_id=self.source.list_id, member_id__in=keys).update(**self._undone(now))
        self._note(keys, now)

    def _note(self, keys: set[int], now: datetime) -> None:
        evidence = self._undone(now)
        SubscriptionChange.objects.bulk_create(
            [SubscriptionChange(member_id=key, list_id=self.source.list_id, **evidence) for key in sorted(keys)]
        )

    def _untouched(self, lines: Sequence[ImportedRow], members: Any, ours: set[int]) -> list[int]:
        """Return the newcomers who are exactly as the import made them, and to whom nothing else points."""
        keys = {line.member_id for line in lines if line.member_id in ours and self._as_made(line, members)}
        for relation in POINTING:
            keys -= self._pointed_at(relation, keys) if keys else set()
        return sorted(key for key in keys if key)

    def _as_made(self, line: ImportedRow, members: Any) -> bool:
        member = members.by_key[line.member_id]
        facts = [(name, pair[1]) for name, pair in line.changes.items() if name != SUBSCRIPTION]
        return member.status == Member.ACTIVE and all(
            same(name, value, told(member, name, members, self._names)) for name, value in facts
        )

    def _pointed_at(self, relation: Any, keys: set[int | None]) -> set[int | None]:
        name = f"{relation.field.name}_id"
        rows = relation.related_model._default_manager.filter(**{f"{name}__in": keys})
        if relation.related_model is ImportedRow:
            rows = rows.exclude(source=self.source)
        elif relation.related_model is SubscriptionChange:
            rows = rows.exclude(list_id=self.source.list_id, source=source_of(self.source))
        return set(rows.values_list(name, flat=True))

    def _remove(self, keys: list[int]) -> None:
        for rows in (SubscriptionChange, Member.tags.through):
            remove(rows.objects.filter(member_id__in=keys))
        remove(Member.objects.filter(pk__in=keys))

    def _put_back(self, lines: Sequence[ImportedRow], members: Any, counts: Counter[str]) -> None:
        back: dict[int, dict[str, Any]] = {}
        known = self._known_since(lines)
        for line in lines:
            member = members.by_key.get(line.member_id)
            facts = {name: pair for name, pair in line.changes.items() if name != SUBSCRIPTION}
            if member is None or not facts:
                continue
            still = {name: pair for name, pair in facts.items() if self._still(member, name, pair, members)}
            if MEMBER in still and (member.pk in known or any(name in facts and name not in still for name in OF_MEMBERS)):
                del still[MEMBER]
            if len(still) < len(facts):
                line.reason = _("Something was changed since the import and stays as it is.")
                counts[STAYED] += 1
            counts[PUT_BACK] += bool(still)
            back[member.pk] = still
        self._untag({key: pair[TAGS] for key, pair in back.items() if TAGS in pair})
        write([members.by_key[key] for key in back], back, self.regions, BEFORE)

    def _known_since(self, lines: Sequence[ImportedRow]) -> set[int]:
        """Return whom this import made a member, and a later one knows as such too: they stay members."""
        keys = [line.member_id for line in lines if MEMBER in line.changes]
        later = ImportedRow.objects.filter(member_id__in=keys, done=True, source_id__gt=self.source.pk)
        return {line.member_id for line in later if line.member_id and of_members(line)}

    def _still(self, member: Member, name: str, pair: list[Any], members: Any) -> bool:
        """Tell whether the import's value still stands and the earlier one can come back."""
        if name == TAGS:
            return True
        if told(member, name, members, self._names) != pair[1]:
            return False
        return name != ADDRESS or not Member.objects.filter(address=pair[0]).exclude(pk=member.pk).exists()

    def _untag(self, pairs: dict[int, list[list[str]]]) -> None:
        keys = tag_keys([name for pair in pairs.values() for name in added(pair)]) if pairs else {}
        for member, pair in pairs.items():
            gone = [keys[name.lower()] for name in added(pair)]
            Member.tags.through.objects.filter(member_id=member, membertag_id__in=gone).delete()


def same(name: str, one: Any, other: Any) -> bool:
    """Tell whether two values as `changes` tell them are the same; tags in any order and case."""
    if name == TAGS:
        return {tag.lower() for tag in one} == {tag.lower() for tag in other}
    return bool(one == other)
