"""Registry of trails: other rooms tell "where this post went", for a page of cms to show."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a post outside cms, in an editor's words."""

    at: datetime | None
    what: str
    state: str
    url: str = ""


Trail = Callable[[UUID], Iterable[Step]]
_trails: dict[str, tuple[Any, Trail]] = {}


def register(name: str, label: Any, trail: Trail) -> None:
    """Add a trail: `trail(translation_key)` yields Steps."""
    _trails[name] = (label, trail)


def steps(key: UUID) -> list[tuple[Any, list[Step]]]:
    """Return each room's label and steps for the post with translation key `key`."""
    return [(label, list(trail(key))) for label, trail in _trails.values()]
