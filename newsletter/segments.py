"""Segments: saved trees of conditions, with the segments within them; and whom they find."""

from typing import Any

from django.utils.translation import gettext as _

from newsletter.conditions import BadConditions, Tree, check, compile, parts  # noqa: A004 - ours compiles trees
from newsletter.models import Segment

__all__ = ["BadConditions", "check", "compile", "freeze", "frozen"]


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
