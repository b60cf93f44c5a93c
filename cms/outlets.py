"""Registry of outlets: other rooms add "how this post goes out" fields to the editor.

The values live in `Post.outlets` (JSON in the revision, so an approval covers them). An outlet
belongs to the room that registers it; cms neither knows nor asks what it does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms


@dataclass(frozen=True, slots=True)
class Outlet:
    """One way out: `fields` makes form fields, keyed by name; they are stored below `name`."""

    name: str
    label: Any
    fields: Callable[[], dict[str, forms.Field]]


_outlets: dict[str, Outlet] = {}


def register(outlet: Outlet) -> None:
    """Add `outlet`; the same name replaces the earlier one."""
    _outlets[outlet.name] = outlet


def registered() -> list[Outlet]:
    """Return all outlets in the order in which they were registered."""
    return list(_outlets.values())


def value(outlets: dict[str, dict[str, Any]], outlet: str, field: str, default: Any) -> Any:
    """Return a stored value, or `default` where the editor never saw the field."""
    return (outlets or {}).get(outlet, {}).get(field, default)
