"""Relays: what takes our mail. The protocol, what a relay may answer, and the relays of `MAIL_RELAYS`.

Only this package speaks SMTP. An adapter never touches the database: it reports Outcomes to its Desk.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

from newsletter.relays import providers

ACCEPTED, REFUSED, DEFERRED, UNCERTAIN, UNSENT = "accepted", "refused", "deferred", "uncertain", "unsent"
# So many messages refused in a row say that a relay doesn't want the mailing.
ENOUGH = 10
SCHEMES = {
    "smtp": "newsletter.relays.smtp.Smtp",
    "smtps": "newsletter.relays.smtp.Smtp",
    "memory": "newsletter.relays.memory.Memory",
}
ANYMAIL = "newsletter.relays.anymail.AnyMail"
PORTS = {"smtp": 25, "smtps": 465, "memory": 0}


class BadRelay(ValueError):
    """A line of MAIL_RELAYS that can't be understood; its text never holds the password."""


class RelayDown(Exception):
    """No connection, or the relay wants none now. It rests; no delivery fails."""


class RelayBroken(RelayDown):
    """The relay is there but out of order (log-in, certificate): an operator must look."""


class RelayClosing(RelayDown):
    """The relay closes one session after another: it wants to be left alone."""


class SessionLost(RelayDown):
    """The connection ended in the middle; every parcel in it has been reported."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one parcel.

    `hard`: the address is dead. `soft`: it may be. `policy`: the message or we are refused, not the
    person. `everybody`: the next person would get the same answer, so the mailing must pause.
    """

    state: str
    reply: str = ""
    hard: bool = False
    soft: bool = False
    policy: bool = False
    everybody: bool = False
    # What a provider calls the message that it took.
    provider_id: str = ""


@dataclass(slots=True, eq=False)
class Parcel:
    """One message to one address. `body` gives the bytes, ready for DATA but for the final dot."""

    mailing: int
    member: int
    batch: int
    sender: str
    address: str
    body: Callable[[], bytes]
    tries: int = 0
    relay: str = ""

    def write(self) -> None:
        """Have the letter written now; where it can't be, `body` still says why."""
        with suppress(Exception):
            written = self.body()
            self.body = lambda: written

    @property
    def domain(self) -> str:
        """The receiving domain, in small letters."""
        return self.address.rpartition("@")[2].lower()


class Desk(Protocol):
    """Where a session gets its parcels and reports; it stands between the network and the ledger."""

    def take(self) -> Parcel | None:
        """Return the next parcel, or None when there is none at the moment."""

    def prepare(self) -> None:
        """Get ready what `take` will give: now there is time for it."""

    def begin(self, parcel: Parcel) -> bool:
        """Note that the body is about to leave; False: the right to send it was lost, so don't."""

    def done(self, parcel: Parcel, outcome: Outcome) -> None:
        """Note what became of a parcel."""


class Session(Protocol):
    """An open connection."""

    def work(self, desk: Desk) -> None:
        """Send what the desk gives until it gives nothing. Raises RelayDown; all taken parcels are reported first."""

    def alive(self) -> bool:
        """Tell whether the other side still answers."""

    def close(self) -> None:
        """Say goodbye; never raises."""


class Relay(Protocol):
    """A configured relay."""

    options: "Options"

    def connect(self) -> Session:
        """Open a connection. Raises RelayDown or RelayBroken."""


@dataclass(frozen=True, slots=True)
class Options:
    """One line of MAIL_RELAYS. `per_second` and `per_domain` are messages a second (0: no limit).

    `weight`: its part of a mailing beside the other relays that have one; 0: only when no other can;
    none: as much as it can take.
    """

    scheme: str
    name: str
    host: str
    port: int
    # A provider's key may stand in the user's place.
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    starttls: bool = False
    connections: int = 4
    per_second: float = 0
    per_domain: float = 0
    timeout: float = 60
    weight: float | None = None
    # A provider's own options (see `newsletter.relays.providers`).
    extra: tuple[tuple[str, str], ...] = ()


def parse(line: str) -> Options:
    """Read one line of MAIL_RELAYS; raises BadRelay."""
    try:
        url = urlsplit(line)
        port = url.port
    except ValueError:
        raise BadRelay("a relay's address can't be read (is a character in the password not %-encoded?)") from None
    if not (url.scheme in SCHEMES or providers.provider_of(url.scheme)) or not url.hostname:
        raise BadRelay(f"“{url.scheme}://{url.hostname or ''}” is no relay; write smtp://host:port or smtps://host:port")
    if providers.provider_of(url.scheme) and not url.username:
        raise BadRelay(f"the provider's key is missing: {url.scheme}://key@{url.hostname}")
    given = {key: values[-1] for key, values in parse_qs(url.query, keep_blank_values=True).items()}
    port = port or PORTS.get(url.scheme, 443)
    known: dict[str, Any] = {"name": given.pop("name", f"{url.hostname}:{port}")[:60]}
    known |= _numbers(given)
    known["starttls"] = _switch(given.pop("starttls", "0"))
    try:
        known["extra"] = providers.pick(url.scheme, given)
    except ValueError as error:
        raise BadRelay(str(error)) from None
    if given:
        raise BadRelay(f"unknown option {', '.join(sorted(given))} for {known['name']}")
    return Options(
        url.scheme, host=url.hostname, port=port, user=unquote(url.username or ""), password=unquote(url.password or ""), **known
    )


def _switch(text: str) -> bool:
    if text not in {"0", "1"}:
        raise BadRelay("starttls is 0 or 1")
    return text == "1"


def _numbers(given: dict[str, str]) -> dict[str, float]:
    limits: dict[str, tuple[type, float]] = {
        "connections": (int, 1),
        "per_second": (float, 0),
        "per_domain": (float, 0),
        "timeout": (float, 0.1),
        "weight": (float, 0),
    }
    found = {}
    for key, (kind, least) in limits.items():
        if key in given:
            text = given.pop(key)
            try:
                found[key] = kind(text)
            except ValueError:
                raise BadRelay(f"{key} is a number, not “{text[:20]}”") from None
            if not least <= found[key] < 10_000:  # noqa: PLR2004
                raise BadRelay(f"{key} is at least {least} and below 10000")
    return found


def configured() -> list[Relay]:
    """Return the relays of MAIL_RELAYS in their order; raises BadRelay."""
    found = [parse(line) for line in settings.MAIL_RELAYS]
    names = [options.name for options in found]
    if len(set(names)) != len(names):
        raise BadRelay("two relays have the same name; give them name=…")
    return [import_string(SCHEMES.get(options.scheme, ANYMAIL))(options) for options in found]
