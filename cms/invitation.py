"""Registry: how a reader may subscribe, shown on the home page and after posts. Empty until another room fills it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to subscribe to; `value` is what the form sends as `list`."""

    value: str
    name: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A form that posts `list`, `address` and the empty field `trap` to `path`; `consent` is what is agreed to."""

    path: str
    choices: tuple[Choice, ...]
    consent: str
    trap: str


Maker = Callable[[], Invitation | None]
_makers: list[Maker] = []


def register(maker: Maker) -> None:
    """Let `maker` say what readers are invited to; None where there is nothing."""
    if maker not in _makers:
        _makers.append(maker)


def invitation() -> Invitation | None:
    """Return the first invitation that there is."""
    return next((found for maker in _makers if (found := maker())), None)
