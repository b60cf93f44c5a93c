"""What is known of the people in one handful of rows, fetched in few statements whatever their number."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from newsletter.importing.columns import JOINED, REGION, TAGS
from newsletter.models import EarlierAddress, Member, MemberTag, Subscription, Suppression


@dataclass(slots=True)
class Standing:
    """Members by address hash, by an earlier address, by key and by number, and what stands in the way of writing to them."""

    by_hash: dict[str, Member] = field(default_factory=dict)
    by_earlier: dict[str, Member] = field(default_factory=dict)
    by_key: dict[int, Member] = field(default_factory=dict)
    by_number: dict[str, Member] = field(default_factory=dict)
    suppressed: dict[str, str] = field(default_factory=dict)
    choices: dict[int, Subscription] = field(default_factory=dict)
    # Members who have left any list at all.
    leavers: set[int] = field(default_factory=set)
    tags: dict[int, list[str]] = field(default_factory=dict)

    def why_silent(self, member: Member | None, hashed: str) -> str:
        """Return why nothing may be sent to this person at all, or nothing. `hashed`: the file's address."""
        if member is not None and member.status == Member.ERASED:
            return _("has been erased")
        if member is not None and member.status != Member.ACTIVE:
            return _("the address has stopped working")
        reason = self.suppressed.get(hashed) or (self.suppressed.get(member.address_hash) if member else None)
        if reason is None:
            return ""
        labels = dict(Suppression._meta.get_field("reason").flatchoices)  # type: ignore[union-attr]
        return _("on the suppression list: %(reason)s") % {"reason": labels.get(reason, reason)}

    def why_left(self, member: Member) -> str:
        """Return that the person has left the list, and when, or nothing."""
        choice = self.choices.get(member.pk)
        if choice is None or choice.state != Subscription.UNSUBSCRIBED:
            return ""
        return _("left the list on %(date)s") % {"date": localdate(choice.since).isoformat()}


def fetch(
    list_id: int, hashes: Iterable[str], *, numbers: Iterable[str] = (), keys: Iterable[int] = (), lock: bool = False
) -> Standing:
    """Return how the people with these address hashes, membership numbers and keys stand. `lock`: hold their rows."""
    found, wanted = Standing(), set(hashes) - {""}
    earlier = dict(EarlierAddress.objects.filter(address_hash__in=wanted).values_list("address_hash", "member_id"))
    _members(found, {*keys, *earlier.values()}, wanted, set(numbers) - {""}, lock)
    found.by_earlier = {hashed: found.by_key[key] for hashed, key in earlier.items() if key in found.by_key}
    own = {member.address_hash for member in found.by_key.values()} - {""}
    found.suppressed = dict(Suppression.objects.filter(address_hash__in=wanted | own).values_list("address_hash", "reason"))
    for choice in Subscription.objects.filter(member_id__in=list(found.by_key)):
        if choice.list_id == list_id:
            found.choices[choice.member_id] = choice
        if choice.state == Subscription.UNSUBSCRIBED:
            found.leavers.add(choice.member_id)
    found.tags = _tags(found.by_key)
    return found


def _members(found: Standing, keys: set[int], hashes: set[str], numbers: set[str], lock: bool) -> None:
    for column, values in (("pk__in", keys), ("address_hash__in", hashes), ("membership_number__in", numbers)):
        rows = Member.objects.filter(**{column: values}).order_by("pk").select_related(None)
        # Each lock is taken in the order of the keys, so that two who lock can't wait for each other.
        rows = rows.select_for_update() if lock else rows
        for member in rows if values else ():
            found.by_key.setdefault(member.pk, member)
    found.by_hash = {member.address_hash: member for member in found.by_key.values() if member.address_hash}
    by_number: dict[str, list[Member]] = defaultdict(list)
    for member in found.by_key.values():
        by_number[member.membership_number].append(member)
    # A number that two members have tells nothing.
    found.by_number = {number: rows[0] for number, rows in by_number.items() if number in numbers and len(rows) == 1}


def _tags(members: dict[int, Member]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    through = Member.tags.through.objects.filter(member_id__in=list(members))
    for member, name in through.order_by("membertag__name").values_list("member_id", "membertag__name"):
        found[member].append(name)
    return found


def told(member: Member, name: str, standing: Standing, regions: dict[int, str]) -> Any:
    """Return a member's value as `changes` tell it: texts, an ISO date, a region's name, a list of tags."""
    if name == TAGS:
        return standing.tags.get(member.pk, [])
    if name == REGION:
        return regions.get(member.region_id, "") if member.region_id else ""
    value = getattr(member, name)
    return (value.isoformat() if value else "") if name == JOINED else value


def tag_keys(names: Iterable[str]) -> dict[str, int]:
    """Return the keys of these tags by their names in small letters; those that aren't there are made."""
    known = {name.lower(): key for name, key in MemberTag.objects.values_list("name", "pk")}
    for name in names:
        if name.lower() not in known:
            known[name.lower()] = MemberTag.objects.create(name=name).pk
    return known
