"""Registry of trails: other rooms tell where a post went and offer where it may go next; cms shows it.

cms knows nothing of what a room tells or of what its buttons do: they lead to the room's own doors.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from cms.pages.post import Post

logger = logging.getLogger(__name__)

# How a step stands: done, on its way, wants somebody, failed, over without having happened.
GOOD, COMING, ASK, BAD, OVER = "good", "coming", "ask", "bad", "over"
TROUBLE = (BAD, ASK)
# A room asks its tables for one more than are shown, so that it can be said that there are more.
MOST = 20


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looks at a post's trail at a time; `may_publish`: whether they may publish the post."""

    post: "Post"
    user: Any
    now: datetime
    may_publish: bool
    _known: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def once[T](self, ask: Callable[[], T]) -> T:
        """Return what `ask()` answers, asked but once in this look: for what both steps and offers are made of."""
        if ask not in self._known:
            self._known[ask] = ask()
        return self._known[ask]  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Act:
    """A button on a step: its words, and the address that it posts to, or leads to where `post` is False."""

    label: str
    url: str
    post: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a post, or is about to, in an editor's words.

    `url` is where to look at it, `copy` offers that address to be copied; `details` are sentences that say
    more; `acts` are what may be done about it, shown to those who may publish the post.
    """

    at: datetime | None
    what: str
    state: str
    url: str = ""
    tone: str = GOOD
    details: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()
    copy: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """Where the post may go next. `why_not`: the reason why it can't now; `post`: posts to `url`, else leads there."""

    label: str
    url: str
    why_not: str = ""
    post: bool = True


Trail = Callable[[Look], Iterable[Step]]
Offers = Callable[[Look], Iterable[Offer]]


@dataclass(frozen=True, slots=True)
class Told:
    """What one room tells; `more`: there are older steps than these."""

    label: str
    steps: list[Step]
    offers: list[Offer]
    more: bool = False


@dataclass(frozen=True, slots=True)
class _Room:
    label: Any
    trail: Trail
    offers: Offers | None
    order: int


_rooms: dict[str, _Room] = {}


def register(name: str, label: Any, trail: Trail, offers: Offers | None = None, *, order: int = 500) -> None:
    """Add a room: `trail(look)` yields Steps, `offers(look)` Offers; the same name replaces the earlier one.

    Rooms are shown by `order`, the site (100) first. Both are asked whenever the post's editor is opened: a
    bounded number of queries, nothing outside the house, at most `MOST` + 1 steps.
    """
    _rooms[name] = _Room(label, trail, offers, order)


def told(look: Look) -> list[Told]:
    """Return what each room tells and offers, by the rooms' order."""
    return [_ask(name, room, look) for name, room in sorted(_rooms.items(), key=lambda entry: entry[1].order)]


def _ask(name: str, room: _Room, look: Look) -> Told:
    try:
        steps = list(islice(room.trail(look), MOST + 1))
        offers = list(room.offers(look)) if room.offers else []
    except Exception:
        # A fault in one room must not keep the post from being edited.
        logger.exception("The trail “%s” of post %s could not be told.", name, look.post.pk)
        return Told(str(room.label), [Step(None, str(room.label), _("can't be shown right now"), tone=BAD)], [])
    shown = steps[:MOST] if look.may_publish else [replace(step, acts=()) for step in steps[:MOST]]
    return Told(str(room.label), shown, offers, len(steps) > MOST)
