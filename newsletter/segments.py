"""Segments: saved trees of conditions, with the segments within them; and whom they find."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from cms.models import Region
from newsletter.conditions import FIELDS, BadConditions, Tree, check, compile, parts  # noqa: A004 - ours compiles trees
from newsletter.models import Issue, MailingList, Member, MemberTag, Segment

__all__ = [
    "BadConditions",
    "Found",
    "TooSlow",
    "bounded",
    "check",
    "compile",
    "containing",
    "found",
    "freeze",
    "frozen",
    "vocabulary",
]

FIRST, NEAR = 10, 2_000
MOST_CHOICES = 300
# Looking for those in use would read all members.
LANGUAGES = ("sv", "en", "fi", "nb", "da", "de", "fr", "ar")
# Seconds.
PATIENCE, QUICK = 5, 0.7


class TooSlow(RuntimeError):
    """Counting took too long; the words are for the editor."""


def frozen(segment: Segment) -> dict[str, Any]:
    """Return the segment's name and conditions as they are now, with those of the segments within; raises BadConditions."""
    return {"name": segment.name, "conditions": freeze(segment.conditions, (segment.pk,))}


def freeze(tree: Tree, within: tuple[int | None, ...] = ()) -> Tree:
    """Return `tree` with every segment in it replaced by its present conditions.

    `within` names the segments that `tree` belongs to. Raises BadConditions where a segment is gone,
    or would contain itself.
    """
    check(tree)
    if "field" not in tree:
        word = next(iter(tree))
        inner = [freeze(part, within) for part in parts(tree)]
        return {word: inner[0] if word == "not" else inner}
    return _opened(tree, within) if tree["field"] == "segment" else dict(tree)


def _opened(leaf: Tree, within: tuple[int | None, ...]) -> Tree:
    key = leaf["value"]
    if key in within:
        raise BadConditions(_("A segment can't contain itself, not even by way of another one."))
    found = Segment.objects.filter(pk=key).first()
    if found is None:
        raise BadConditions(_("A segment within the segment is gone."))
    kept = {name: leaf[name] for name in ("field", "op", "value")}
    return {**kept, "name": found.name, "conditions": freeze(found.conditions, (*within, key))}


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a tree finds: how many, how many of those have an address that works, and the first of them."""

    count: int
    reachable: int
    first: list[Member]


def found(tree: Tree, within: int | None = None, first: int = FIRST) -> Found:
    """Return whom `tree` finds now, in at most four queries; the erased are nobody.

    `within` is the segment that the tree belongs to. `first` may hold fewer than there are where finding
    them would take as long as counting did. Raises BadConditions, and TooSlow after some seconds.
    """
    meant = Member.objects.exclude(status=Member.ERASED).filter(compile(freeze(tree, (within,) if within else ())))
    began = monotonic()
    with bounded():
        counts = meant.aggregate(all=Count("pk"), reachable=Count("pk", filter=Q(status=Member.ACTIVE)))
        quick = monotonic() - began < QUICK
        shown = meant.select_related("region").order_by("pk")
        return Found(counts["all"], counts["reachable"], _first(shown, min(first, counts["all"]), quick))


def _first(shown: QuerySet[Member], wanted: int, quick: bool) -> list[Member]:
    """Look among the oldest members, which is cheap, and among all only where that is `quick`."""
    edge = Member.objects.order_by("pk").values_list("pk", flat=True)[NEAR : NEAR + 1].first()
    found = list((shown if edge is None else shown.filter(pk__lt=edge))[:wanted])
    return list(shown[:wanted]) if quick and len(found) < wanted else found


@contextmanager
def bounded() -> Iterator[None]:
    """Let what counts people take some memory but not much time; raises TooSlow. SQLite knows no such bounds."""
    if connection.vendor != "postgresql":
        yield
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # Without it a condition within "any" is looked up member by member: its people don't fit into 4 MB.
            cursor.execute("SET LOCAL work_mem = '96MB'")
            # Compiling such a query takes longer than running it.
            cursor.execute("SET LOCAL jit = off")
            cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE * 1000:d}")
            yield
    except OperationalError as error:
        raise TooSlow(_("It takes too long to count these people just now. Try again in a while.")) from error


def containing(segment: Segment) -> list[Segment]:
    """Return the segments that have `segment` among their conditions."""
    return [one for one in Segment.objects.exclude(pk=segment.pk) if segment.pk in _within(one.conditions)]


def _within(tree: Tree) -> set[int]:
    try:
        if "field" in tree:
            return {tree["value"]} if tree["field"] == "segment" else set()
        return set().union(*(_within(part) for part in parts(tree)))
    except (BadConditions, KeyError, TypeError):
        return set()


def vocabulary(within: int | None = None) -> dict[str, Any]:
    """Return everything that an editor may choose among: fields, their operators' words, and the rows to name.

    `{"fields": {name: {"label", "ops": {op: word}, "value": kind, "of": kind or ""}}, "choices": {kind: [[value, word], …]}}`;
    `within` is the segment that is being edited, which can't contain itself.
    """
    fields = {
        name: {"label": str(one.label), "ops": {op: str(word) for op, word in one.ops.items()}, "value": one.value, "of": one.of}
        for name, one in FIELDS.items()
    }
    return {"fields": fields, "choices": {kind: list(map(list, rows)) for kind, rows in _choices(within).items()}}


def _choices(within: int | None) -> dict[str, Iterable[tuple[Any, str]]]:
    issues = Issue.objects.filter(mailings__frozen_at__isnull=False).distinct().order_by("-created_at")
    return {
        "list": MailingList.objects.values_list("pk", "name"),
        "region": Region.objects.order_by("name").values_list("pk", "name"),
        "tag": MemberTag.objects.values_list("pk", "name")[:MOST_CHOICES],
        "issue": issues.values_list("pk", "subject")[:MOST_CHOICES],
        "segment": Segment.objects.exclude(pk=within).values_list("pk", "name")[:MOST_CHOICES],
        "status": [(status, str(word)) for status, word in Member.STATUSES if status != Member.ERASED],
        "language": [(code, _language(code)) for code in LANGUAGES],
    }


def _language(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
