"""Conditions on members: which there are, whether a tree of them is sound, and what it means to the database.

A tree is `{"all": [...]}`, `{"any": [...]}`, `{"not": tree}` or one condition such as
`{"field": "region", "op": "is", "value": 7}`. Rows are named by primary key, days as ISO dates.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from newsletter.models import Delivery, Mailing, Member, Subscription

Tree = dict[str, Any]
STOCKHOLM = ZoneInfo("Europe/Stockholm")
DEEPEST, MOST, LONGEST = 8, 100, 200
# Whoever marked a letter as spam has got it.
GOT = (Delivery.ACCEPTED, Delivery.COMPLAINED)


class BadConditions(ValueError):
    """A tree that means nothing; the words are for the editor."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a condition can be about: its word, its operators' words, and what `value` is.

    `value` is one of list, region, tag, issue, segment (primary keys), text, date, status, language;
    `of` names a second key that the condition carries. An operator in `negative` denies the first one.
    """

    label: str | Promise
    ops: dict[str, str | Promise]
    value: str
    negative: str = ""
    of: str = ""


_WHEN = {"after": gettext_lazy("on or after"), "before": gettext_lazy("before")}
_IS = {"is": pgettext_lazy("condition", "is"), "is_not": pgettext_lazy("condition", "is not")}
_CONTAINS = {"contains": pgettext_lazy("condition", "contains"), "lacks": pgettext_lazy("condition", "doesn't contain")}
FIELDS: dict[str, Field] = {
    "list": Field(
        gettext_lazy("List"),
        {"on": gettext_lazy("subscribes to"), "not_on": gettext_lazy("doesn't subscribe to")},
        "list",
        "not_on",
    ),
    "region": Field(gettext_lazy("Region"), _IS, "region", "is_not"),
    "role": Field(gettext_lazy("Role"), _CONTAINS, "text", "lacks"),
    "employer": Field(gettext_lazy("Employer"), _CONTAINS, "text", "lacks"),
    "tag": Field(
        pgettext_lazy("member", "Tag"), {"has": gettext_lazy("has"), "lacks": gettext_lazy("doesn't have")}, "tag", "lacks"
    ),
    "joined": Field(gettext_lazy("Member since"), _WHEN, "date", "before"),
    "status": Field(gettext_lazy("Status"), _IS, "status", "is_not"),
    "language": Field(gettext_lazy("Language"), _IS, "language", "is_not"),
    "issue": Field(
        gettext_lazy("Issue"), {"got": gettext_lazy("got"), "not_got": gettext_lazy("didn't get")}, "issue", "not_got"
    ),
    "subscribed": Field(gettext_lazy("Subscribed"), _WHEN, "date", of="list"),
    "segment": Field(
        gettext_lazy("Segment"),
        {"in": gettext_lazy("belongs to"), "not_in": gettext_lazy("doesn't belong to")},
        "segment",
        "not_in",
    ),
}


def check(tree: Any) -> None:
    """Raise BadConditions, in words for the editor, unless `tree` is a sound tree of conditions."""
    if _size(tree, 0) > MOST:
        raise BadConditions(_("There are too many conditions. Put some of them into a segment of their own."))


def _size(tree: Any, depth: int) -> int:
    if not isinstance(tree, dict):
        raise BadConditions(_("A condition is incomplete."))
    if depth > DEEPEST:
        raise BadConditions(_("The groups lie too deep within each other."))
    if "field" in tree:
        _check_leaf(tree)
        return 1
    return sum(_size(part, depth + 1) for part in parts(tree))


def parts(tree: Tree) -> list[Any]:
    """Return what a group consists of; raises BadConditions for what is no group."""
    if len(tree) == 1:
        (word, inner), *_rest = tree.items()
        if word in ("all", "any") and isinstance(inner, list):
            return inner
        if word == "not" and isinstance(inner, dict):
            return [inner]
    raise BadConditions(_("A condition is incomplete."))


def _check_leaf(leaf: Tree) -> None:
    field = FIELDS.get(leaf["field"]) if isinstance(leaf["field"], str) else None
    if field is None or leaf.get("op") not in list(field.ops):
        raise BadConditions(_("A condition is incomplete."))
    names = {"label": field.label}
    if not _sound(field.value, leaf.get("value")) or (field.of and not _sound(field.of, leaf.get(field.of))):
        raise BadConditions(_("Something is missing in the condition “%(label)s”.") % names)
    if set(leaf) - {"field", "op", "value", field.of, "name", "conditions"}:
        raise BadConditions(_("A condition is incomplete."))
    if "conditions" in leaf:
        check(leaf["conditions"])


def _sound(kind: str, value: Any) -> bool:
    if kind in ("text", "language"):
        return isinstance(value, str) and 0 < len(value.strip()) <= LONGEST and "\x00" not in value
    if kind == "date":
        return isinstance(value, str) and _day(value) is not None
    if kind == "status":
        return value in [name for name, _label in Member.STATUSES]
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def compile(tree: Tree, to: str = "") -> Q:  # noqa: A001 - the tree is compiled, and `conditions.compile` says so
    """Return what `tree` demands of members, as a Q; raises BadConditions.

    `to` is the path from the queryset's model to the member ("" for Member, "member__" for Subscription).
    A segment within it must have been frozen: `newsletter.segments.freeze`. Asks the database once for
    each issue that is named, and nothing else.
    """
    check(tree)
    return _demand(tree, to)


def _demand(tree: Tree, to: str) -> Q:
    if "field" in tree:
        return _leaf(tree, to)
    # PostgreSQL asks in this order: other tables only where the member's own row doesn't answer.
    inner = [_demand(part, to) for part in sorted(parts(tree), key=_reach)]
    if "not" in tree:
        return ~inner[0]
    # An empty "all" holds for everybody and an empty "any" for nobody, as Python's all() and any() have it.
    found = _everybody() if "all" in tree else _nobody()
    for one in inner:
        found = found & one if "all" in tree else found | one
    return found


def _reach(tree: Tree) -> int:
    """Return how far one must look: 0 at the member's own row, 1 at texts in it, 2 at other tables."""
    if "field" not in tree:
        return max(map(_reach, parts(tree)), default=0)
    if "conditions" in tree:
        return _reach(tree["conditions"])
    return _REACH.get(tree["field"], 0)


_REACH = {"role": 1, "employer": 1, "list": 2, "tag": 2, "issue": 2, "subscribed": 2}


def _everybody() -> Q:
    return ~Q(pk__in=[])


def _nobody() -> Q:
    return Q(pk__in=[])


def _leaf(leaf: Tree, to: str) -> Q:
    field = FIELDS[leaf["field"]]
    found = _MEANINGS[leaf["field"]](leaf, to)
    # ~Q counts a NULL as "not that", so members without a region are not in region X.
    return ~found if leaf["op"] == field.negative else found


def _list(leaf: Tree, to: str) -> Q:
    return Q(Exists(_subscriptions(leaf["value"], to)))


def _subscriptions(mailing_list: int, to: str) -> Any:
    return Subscription.objects.filter(member_id=OuterRef(f"{to}pk"), list_id=mailing_list, state=Subscription.SUBSCRIBED)


def _subscribed(leaf: Tree, to: str) -> Q:
    way = "gte" if leaf["op"] == "after" else "lt"
    return Q(Exists(_subscriptions(leaf["list"], to).filter(**{f"since__{way}": midnight(leaf["value"])})))


def _same(column: str) -> Callable[[Tree, str], Q]:
    return lambda leaf, to: Q(**{f"{to}{column}": leaf["value"]})


def _contains(column: str) -> Callable[[Tree, str], Q]:
    def meaning(leaf: Tree, to: str) -> Q:
        # SQLite's LIKE tells Ö from ö.
        if connection.vendor == "sqlite":
            return Q(**{f"{to}{column}__iregex": re.escape(leaf["value"].strip())})
        return Q(**{f"{to}{column}__icontains": leaf["value"].strip()})

    return meaning


def _tag(leaf: Tree, to: str) -> Q:
    return Q(Exists(Member.tags.through.objects.filter(member_id=OuterRef(f"{to}pk"), membertag_id=leaf["value"])))


def _joined(leaf: Tree, to: str) -> Q:
    known = Q(**{f"{to}joined_on__gte": leaf["value"]})
    guessed = Q(**{f"{to}joined_on": None, f"{to}created_at__gte": midnight(leaf["value"])})
    return known | guessed


def midnight(day: str) -> datetime:
    """Return when `day` begins in Stockholm."""
    return datetime.combine(date.fromisoformat(day), time.min, STOCKHOLM)


def _issue(leaf: Tree, to: str) -> Q:
    # Named by key: a join to the mailings would make PostgreSQL read the whole ledger.
    mailings = list(Mailing.objects.filter(issue_id=leaf["value"]).values_list("pk", flat=True))
    return Q(Exists(Delivery.objects.filter(member_id=OuterRef(f"{to}pk"), mailing_id__in=mailings, state__in=GOT)))


def _segment(leaf: Tree, to: str) -> Q:
    if "conditions" not in leaf:
        raise BadConditions(_("A segment within the segment is gone."))
    return _demand(leaf["conditions"], to)


_MEANINGS: dict[str, Callable[[Tree, str], Q]] = {
    "list": _list,
    "region": _same("region_id"),
    "role": _contains("role"),
    "employer": _contains("employer"),
    "tag": _tag,
    "joined": _joined,
    "status": _same("status"),
    "language": _same("language"),
    "issue": _issue,
    "subscribed": _subscribed,
    "segment": _segment,
}
