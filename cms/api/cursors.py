"""Keys that lead to the next page of a list: they hold what the last row was sorted by, and are nobody's secret."""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import reduce
from typing import Any

from django.db.models import Q, QuerySet

from cms.listing import KEYS, BadCursor


def made(*values: str | int | datetime) -> str:
    """Return the key of a row that is sorted by `values`."""
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, ensure_ascii=False).encode()).rstrip(b"=").decode()


def read(after: str, *kinds: type) -> list[Any]:
    """Return the values of `made`, each of its kind (str, int or datetime). Raises BadCursor."""
    try:
        values = json.loads(base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True))
        if not isinstance(values, list):
            raise BadCursor
        return [_of_kind(value, kind) for value, kind in zip(values, kinds, strict=True)]
    # A time zone can carry the first or the last day out of the calendar.
    except (ValueError, OverflowError, RecursionError):
        raise BadCursor from None


def _of_kind(value: Any, kind: type) -> Any:
    if kind is int:
        # True is an int to Python.
        if type(value) is not int or value not in KEYS:
            raise ValueError
        return value
    if not isinstance(value, str) or "\0" in value:
        raise ValueError
    if kind is str:
        # Half a surrogate pair has no place in any database.
        return value.encode().decode()
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


def beyond(names: Sequence[str], values: Sequence[Any], *, backwards: bool = False) -> Q:
    """Return what follows the row with `values` in a list that is sorted by the fields `names`."""
    way = "lt" if backwards else "gt"
    steps = list(zip(names, values, strict=True))
    return reduce(lambda rest, step: Q((f"{step[0]}__{way}", step[1])) | Q(step) & rest, reversed(steps), Q(pk__in=[]))


def page(
    rows: QuerySet[Any], names: Sequence[str], kinds: Sequence[type], *, after: str, limit: int, backwards: bool = False
) -> tuple[list[Any], str | None]:
    """Return up to `limit` rows in the order of the fields `names`, and the key of the next page. Raises BadCursor.

    `kinds` are the fields' kinds, and together they are unique.
    """
    rows = rows.order_by(*(f"-{name}" if backwards else name for name in names))
    if after:
        values = read(after, *kinds)
        # The first field alone once more, plainly: that is what an index can walk.
        edge = (f"{names[0]}__{'lte' if backwards else 'gte'}", values[0])
        rows = rows.filter(beyond(names, values, backwards=backwards), edge)
    found = list(rows[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], made(*(getattr(last, name) for name in names)) if last else None
