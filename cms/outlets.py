"""Registry of outlets: other rooms add "how this post goes out" fields to the editor.

The values live in `Post.outlets` (JSON in the revision, so an approval covers them). An outlet
belongs to the room that registers it; cms neither knows nor asks what it does.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms


@dataclass(frozen=True, slots=True)
class Outlet:
    """One way out: `fields` makes form fields, keyed by name; they are stored below `name`.

    `template` shows the form (as `form`, with `outlet`); `media` is what it needs of scripts and styles.
    """

    name: str
    label: Any
    fields: Callable[[], dict[str, forms.Field]]
    template: str = "admin/outlet.html"
    media: forms.Media | None = None


Source = Callable[[], Iterable[Outlet]]
_sources: dict[str, Source] = {}


def register(outlet: Outlet) -> None:
    """Add `outlet`; the same name replaces the earlier one."""
    register_source(outlet.name, lambda: (outlet,))


def register_source(name: str, source: Source) -> None:
    """Add outlets that are known only when they are asked for; the same name replaces the earlier source."""
    _sources[name] = source


def registered() -> list[Outlet]:
    """Return all outlets in the order in which their sources were registered."""
    return [outlet for source in _sources.values() for outlet in source()]


def value(outlets: dict[str, dict[str, Any]], outlet: str, field: str, default: Any) -> Any:
    """Return a stored value, or `default` where the editor never saw the field."""
    return (outlets or {}).get(outlet, {}).get(field, default)
