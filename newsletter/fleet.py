"""The relays of one office: which of them may be used, with how much of their budget, and whose turn it is."""

import logging
import time
from datetime import datetime

from django.conf import settings

from newsletter import budgets, health
from newsletter.crew import Crew
from newsletter.relays import RelayBroken, RelayClosing, RelayDown

logger = logging.getLogger(__name__)

LINE_RETRY_SECONDS = 5.0
# A relay whose pile stands still so long keeps no other waiting for its part.
STALLED_SECONDS = 5.0
# A share is written anew when less than this of its lease is left; in its last tenth nothing is opened.
RENEW_BELOW = 0.4
STOP_AT = 0.9


class Fleet:
    """An office's crews, their circuits, shares and weights. Only the office's own thread calls it."""

    def __init__(self, crews: list[Crew], owner: str) -> None:
        """Nothing is held yet."""
        self.crews = {crew.options.name: crew for crew in crews}
        self.owner = owner
        self._circuits: dict[str, str] = {}
        self._probing: set[str] = set()
        self._renew_at: dict[str, datetime] = {}
        self._taken: dict[str, int] = {}
        # How much each has lying, and since when it has been that.
        self._seen: dict[str, tuple[int, float]] = {}
        self._stalled: set[str] = set()
        self._known = False

    def look(self, now: datetime, busy: bool) -> None:
        """See how the relays are, and take, keep or give back connections; `busy`: there is something to send."""
        if not self._known:
            health.know(self.crews)
            self._known = True
        self.note_recoveries(now)
        self._note_stalls(time.monotonic())
        circuits, shares = health.circuits(now), budgets.shares()
        for name, crew in self.crews.items():
            wanted = self._wanted(crew, circuits.get(name, health.CLOSED), busy, now)
            self._settle_share(crew, wanted, shares.get(name, []), now)
            crew.man()
        if circuits != self._circuits:
            # Whoever comes back isn't to make up for the time it was away.
            self._circuits, self._taken = circuits, {}

    def _wanted(self, crew: Crew, circuit: str, busy: bool, now: datetime) -> int:
        name = crew.options.name
        if circuit == health.HALF_OPEN and busy and health.probe(name, self.owner, now):
            if name not in self._probing:
                self._probing.add(name)
                crew.patience.proved = False
            return 1
        self._probing.discard(name)
        if circuit != health.CLOSED:
            return 0
        return crew.options.connections if busy else crew.size

    def _settle_share(self, crew: Crew, wanted: int, shares: list[budgets.RelayShare], now: datetime) -> None:
        name, total = crew.options.name, crew.options.connections
        ours = next((share for share in shares if share.owner == self.owner), None)
        held = ours.connections if ours else 0
        target = min(wanted, budgets.fair(total, shares, self.owner))
        if target < crew.limit:
            # Lines end after the letter in hand; only then their part is given up.
            crew.grant(target, self._lease())
        keep = max(target, min(crew.size, held))
        if not keep and not wanted:
            if ours:
                budgets.release(self.owner, [name])
            return
        if ours is None or held != keep or target > crew.limit or now >= self._renew_at.get(name, now):
            held = budgets.hold(name, total, self.owner, keep, now)
            self._renew_at[name] = now + (1 - RENEW_BELOW) * (budgets.lease_end(now) - now)
            crew.grant(min(target, held), self._lease())

    def _lease(self) -> float:
        return STOP_AT * settings.LEASE_SECONDS

    def new_clock(self) -> None:
        """The caller's clock has changed: leases are written anew by it."""
        self._renew_at.clear()

    def usable(self) -> list[Crew]:
        """Return the crews that may take letters now, whoever lags behind its weight first."""
        able = [crew for crew in self.crews.values() if crew.limit]
        able = [crew for crew in able if crew.options.weight != 0] or able
        return sorted((crew for crew in able if not self._ahead(crew, able)), key=self._load)

    def _load(self, crew: Crew) -> float:
        return self._taken.get(crew.options.name, 0) / (crew.options.weight or 1)

    def _ahead(self, crew: Crew, able: list[Crew]) -> bool:
        """Tell whether a relay has had its part and must wait for the others with a weight."""
        weighed = [other for other in able if other.options.weight and (other is crew or other.options.name not in self._stalled)]
        return bool(crew.options.weight) and self._load(crew) > min(map(self._load, weighed))

    def _note_stalls(self, at: float) -> None:
        stalled = set()
        for name, crew in self.crews.items():
            lying = crew.lying
            was, since = self._seen.get(name, (lying, at))
            self._seen[name] = (lying, since if was == lying else at)
            if lying and was == lying and at - since >= STALLED_SECONDS:
                stalled.add(name)
        if stalled != self._stalled:
            self._stalled, self._taken = stalled, {}

    def took(self, crew: Crew, count: int) -> None:
        """Count letters that a relay was given."""
        self._taken[crew.options.name] = self._taken.get(crew.options.name, 0) + count

    def part(self, crew: Crew) -> float:
        """Return which part of the relay's budget is ours."""
        return crew.limit / crew.options.connections

    def rest(self, crew: Crew, error: RelayDown, now: datetime) -> bool:
        """Heed that a line could not work; tell whether the relay as a whole rests now, so that others must take over.

        One line of several that can't connect is no trouble.
        """
        crew.rest(LINE_RETRY_SECONDS)
        if crew.connected and not isinstance(error, RelayBroken | RelayClosing):
            return False
        health.note_down(crew.options.name, error, now)
        self._probing.discard(crew.options.name)
        crew.patience.proved = False
        crew.grant(0, self._lease())
        return True

    def note_recoveries(self, now: datetime) -> None:
        """Note of the relays that are being probed who has proved to be well."""
        for name in [name for name in self._probing if self.crews[name].patience.proved]:
            health.note_up(name, now)
            self._probing.discard(name)

    def leave(self) -> None:
        """Give back all shares; the connections are closed."""
        budgets.release(self.owner)
