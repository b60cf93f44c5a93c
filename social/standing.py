"""How a channel's connection stands, as the channel itself tells it: what it may, what it lacks, before anything fails of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from django.utils.translation import gettext_lazy as _

from social.models import ChannelState

KEY_LOST = _("The stored connection can't be read: its key is missing from FIELD_KEYS. Put the key back, or reconnect.")


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something amiss with a connection, in words; `key` names it, so that it is mailed once.

    `days`: in how many days nothing goes out any more because of it, 0 for now; None where posts go out all
    the same, but not as well.
    """

    key: str
    words: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Ability:
    """Something that a connection may or may not do, in words; `granted` is None where nobody knows. `name`: the right's own."""

    words: str
    granted: bool | None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a page about a connection tells beyond its ChannelState: role in words, abilities, rights, version."""

    page_url: str
    role: str
    abilities: list[Ability]
    rights: list[Ability]
    version: str
    version_ends: date | None
    flaws: list[Flaw]


@runtime_checkable
class Connectable(Protocol):
    """A channel that somebody connects in the admin, by OAuth, to a page of the network. Nothing here calls out."""

    def can_connect(self) -> bool:
        """Tell whether our app's id at the network is set."""

    def redirect_address(self) -> str:
        """Return the address that the network has to know."""

    def steps(self) -> list[str]:
        """Return what has to be done before anybody can connect, in words, in order."""

    def standing(self, state: ChannelState, now: datetime) -> Standing:
        """Tell how the connection `state` stands at `now`."""
