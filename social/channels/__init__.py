"""What a social network must offer (`Channel`), how it fails (`ChannelError`), and where it is found.

A network is one file or folder beside this one and one entry in `SOCIAL_CHANNELS`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol, runtime_checkable

from django.conf import settings
from django.utils.module_loading import import_string


class ChannelError(Exception):
    """A call to a network failed; the bits say what the caller may do.

    `permanent`: the same will be refused again. `unknown`: the network may have acted. `pause`: no row
    of this channel can succeed until somebody mends the connection. `retry_at`: not before then.
    `status` and `request` are the network's answer, for the log.
    """

    permanent = False
    unknown = False
    pause = False

    def __init__(self, words: Any, *, status: int | None = None, request: str = "", retry_at: datetime | None = None) -> None:
        super().__init__(str(words))
        self.status = status
        self.request = request
        self.retry_at = retry_at


class Refused(ChannelError):
    """The network looked at it and said no; saying it again changes nothing."""

    permanent = True


class NotSent(ChannelError):
    """Nothing happened on the other side; later is fine, from `retry_at` where that is known."""


class Throttled(NotSent):
    """The network asks everybody here to wait: `retry_at`, where it says until when."""


class Unknown(ChannelError):
    """The request left, but whether the network acted is unknown: look before sending again."""

    unknown = True


class Duplicate(Unknown):
    """The network says that it already has this post, `remote_id`; it may be a ghost, so verify it."""

    def __init__(self, words: Any, remote_id: str, **answer: Any) -> None:
        super().__init__(words, **answer)
        self.remote_id = remote_id


class Paused(ChannelError):
    """The connection doesn't work (token, role, version): the channel pauses, rows wait."""

    pause = True


@dataclass(frozen=True, slots=True)
class Draft:
    """What a channel is asked to publish, all plain: `picture` is the channel's own reference to it.

    `key` is this announcement's own and stays the same however often it is tried: for networks that know
    an idempotency key.
    """

    text: str
    title: str
    description: str
    link: str
    picture: str = ""
    alt: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A post as the network knows it, with its public address."""

    remote_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What a network counted of one post; None for what it doesn't count."""

    impressions: int | None = None
    clicks: int | None = None
    reactions: int | None = None
    comments: int | None = None
    shares: int | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do; `limit` is in the units of the channel's `length`.

    `card`: the link travels as a card with title and picture, else it stands in the text, and the network
    draws a card of its own. `fold`: after how many characters readers see "… more", 0 for never.
    `mentions`: a full address (@name@server) in the text mentions somebody.
    `figures`: the names of `Figures` that the network counts. `guard`: for how long after the first try the
    network itself refuses or recognises an exact repeat.
    """

    limit: int
    pictures: bool = True
    update: bool = True
    delete: bool = True
    card: bool = True
    fold: int = 0
    mentions: bool = False
    figures: tuple[str, ...] = ()
    guard: timedelta = timedelta(0)


class Channel(Protocol):
    """A social network. All methods that call out raise ChannelError; the others never call out."""

    alias: str
    label: str
    capabilities: Capabilities

    def connected(self) -> bool:
        """Tell whether posts can be made without hands."""

    def can_send_pictures(self) -> bool:
        """Tell whether the connected account may upload pictures."""

    def length(self, text: str) -> int:
        """Return how much of `capabilities.limit` the plain `text` takes."""

    def validate(self, draft: Draft) -> None:
        """Raise Refused where the network is known to refuse this draft."""

    def prepare(self, picture: bytes, alt: str) -> str:
        """Hand over a JPEG with its alt text and return the network's reference to it."""

    def prepared(self, reference: str) -> bool:
        """Tell whether a handed-over picture may be used now; raises Refused when it never will."""

    def wire(self, draft: Draft) -> str:
        """Return the exact body that `publish` sends; pure."""

    def publish(self, wire: str) -> Receipt:
        """Send the body. Only this raises Unknown and Duplicate."""

    def find(self, wire: str, since: datetime, known: frozenset[str]) -> Receipt | None:
        """Look for the post that `wire` would have made after `since`, other than those already `known`."""

    def verify(self, remote_id: str, wire: str) -> Receipt | None:
        """Look at one post; None where it is gone or isn't what `wire` says."""

    def update(self, remote_id: str, text: str) -> None:
        """Replace the text of a post (the card stays); raises Refused with status 404 where the post is gone."""

    def delete(self, remote_id: str) -> None:
        """Take a post away; one that is gone already is fine."""

    def figures(self, remote_ids: list[str]) -> dict[str, Figures]:
        """Return the figures of up to 20 posts by id; a post that the network tells nothing of is missing."""

    def address(self, remote_id: str) -> str:
        """Return the public address of a post."""

    def read_address(self, url: str) -> Receipt:
        """Read the address of a post made by hand; raises Refused where it isn't one."""


@runtime_checkable
class Counting(Protocol):
    """A channel that tells figures of some posts only."""

    def countable(self, remote_id: str) -> bool:
        """Tell whether figures of this post can be had at all; never calls out."""


@runtime_checkable
class Renewable(Protocol):
    """A channel whose connection ends, can be renewed, and can be looked over. All raise ChannelError."""

    def renew(self) -> None:
        """Renew the connection ahead of its end."""

    def look_over(self, now: datetime) -> None:
        """Ask the network whether the account may still do what is needed, and note what it says in ChannelState."""


@runtime_checkable
class Checked(Protocol):
    """A channel that tells before the start what in its settings can't work."""

    def problems(self) -> Iterator[str]:
        """Yield each problem in words, for whoever runs Ordet; none holds a secret. Calls nobody."""


@lru_cache(maxsize=32)
def _built(alias: str, backend: str, options: str) -> Channel:
    made: Channel = import_string(backend)(alias, **json.loads(options))
    return made


class NoSuchChannel(LookupError):
    """`SOCIAL_CHANNELS` has no entry of this name."""


def get_channel(alias: str) -> Channel:
    """Return the channel that `SOCIAL_CHANNELS` names `alias`. Raises NoSuchChannel."""
    try:
        entry = dict(settings.SOCIAL_CHANNELS[alias])
    except KeyError:
        raise NoSuchChannel(alias) from None
    return _built(alias, entry.pop("BACKEND"), json.dumps(entry, sort_keys=True))


def channel_of(alias: str) -> Channel:
    """Return the channel of a row that may be old: one that can do nothing where the settings no longer name it."""
    if alias in settings.SOCIAL_CHANNELS:
        return get_channel(alias)
    absent: Channel = import_string("social.channels.absent.Absent")(alias)
    return absent


def aliases() -> list[str]:
    """Return the names of all channels."""
    return list(settings.SOCIAL_CHANNELS)
