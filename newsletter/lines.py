"""Lines: the threads that each keep one connection to a relay, and the crew of them that shares a pile of parcels.

A line does network and journal alone. It never touches the database: what it learned goes to a pile
of results that the office writes down.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from newsletter.journal import Closed, Journal
from newsletter.relays import (
    ACCEPTED,
    DEFERRED,
    ENOUGH,
    UNSENT,
    Outcome,
    Parcel,
    Relay,
    RelayBroken,
    RelayDown,
    Session,
    SessionLost,
)

logger = logging.getLogger(__name__)

IDLE_SECONDS = 30
NAP = 0.05
UNSENT_TRIES = 3
DOMAINS = 10_000


class Pace:
    """At most `rate` a second (0: no limit), evenly."""

    def __init__(self, rate: float) -> None:
        """Nothing has been sent yet."""
        self.gap = 1 / rate if rate else 0.0
        self._next = 0.0

    def ready(self, at: float) -> bool:
        """Tell whether one may go at `at` (seconds)."""
        return at >= self._next

    def use(self, at: float) -> None:
        """Count one that goes at `at`."""
        # A little late isn't lost: else the rate would never be reached.
        self._next = max(self._next, at - 5 * self.gap) + self.gap


@dataclass(slots=True)
class Trouble:
    """A line could not connect."""

    relay: str
    error: RelayDown
    began: float


@dataclass(slots=True)
class Counter:
    """Where lines leave their results for the office; `bell` wakes it."""

    results: deque[tuple[Parcel, Outcome]] = field(default_factory=deque)
    troubles: deque[Trouble] = field(default_factory=deque)
    bell: threading.Event = field(default_factory=threading.Event)


class Crew:
    """The lines of one relay and their common pile."""

    def __init__(self, relay: Relay, journal: Journal, counter: Counter, may_send: Callable[[int], bool]) -> None:
        """`may_send(batch)` tells whether that batch's lease still holds."""
        self.relay = relay
        self.options = relay.options
        self.journal = journal
        self.counter = counter
        self.may_send = may_send
        self.low = max(1, self.options.connections * 25)
        self._pile: deque[Parcel] = deque()
        self._condition = threading.Condition()
        self._lines: list[Line] = []
        self._pace = Pace(self.options.per_second)
        self._domains: dict[str, Pace] = {}
        self._retry_at = self.rested_at = 0.0
        self._refused = 0
        self.closing = False
        # Set when the relay refuses everything: nothing more goes out before the office has looked.
        self.halted = False

    def _target(self) -> int:
        if time.monotonic() < self._retry_at:
            return min(1, len(self._pile))
        return min(self.options.connections, len(self._pile))

    @property
    def hungry(self) -> bool:
        """Whether the pile is low."""
        return len(self._pile) < self.low

    @property
    def idle(self) -> bool:
        """Whether the pile is empty."""
        return not self._pile

    @property
    def connected(self) -> bool:
        """Whether any line has an open connection."""
        return any(line.session is not None for line in self._lines if line.is_alive())

    def put(self, parcels: list[Parcel]) -> None:
        """Add parcels to the pile, and lines where there are too few."""
        with self._condition:
            self._pile.extend(parcels)
            self._lines = [line for line in self._lines if line.is_alive()]
            while len(self._lines) < self._target():
                line = Line(self, len(self._lines))
                self._lines.append(line)
                line.start()
            self._condition.notify_all()

    def heed(self, outcome: Outcome) -> None:
        """Halt when the relay refuses whatever it gets."""
        with self._condition:
            if outcome.policy:
                self._refused += 1
            elif outcome.state == ACCEPTED:
                self._refused = 0
            self.halted = self.halted or outcome.everybody or self._refused >= ENOUGH
        if self.halted:
            self.counter.bell.set()

    def go_on(self) -> None:
        """Take up work again after a halt."""
        with self._condition:
            self.halted, self._refused = False, 0
            self._condition.notify_all()

    def put_back(self, parcel: Parcel) -> None:
        """Return a parcel that was proved unsent; another line may take it."""
        with self._condition:
            self._pile.append(parcel)
            self._condition.notify()

    def rest(self, seconds: float) -> None:
        """Add no lines for a while: the relay takes no more connections."""
        self.rested_at = time.monotonic()
        self._retry_at = time.monotonic() + seconds

    def withdraw(self, unwanted: Callable[[Parcel], bool] = lambda parcel: True) -> list[Parcel]:
        """Take back parcels that no line has in hand."""
        with self._condition:
            taken = [parcel for parcel in self._pile if unwanted(parcel)]
            self._pile = deque(parcel for parcel in self._pile if not unwanted(parcel))
        return taken

    def next(self) -> Parcel | None:
        """Return the next parcel that the paces allow."""
        with self._condition:
            at = time.monotonic()
            if self.halted or not self._pile or not self._pace.ready(at):
                return None
            parcel = self._pile.popleft() if not self.options.per_domain else self._allowed(at)
            if parcel is not None:
                self._pace.use(at)
            if len(self._pile) == self.low:
                self.counter.bell.set()
            return parcel

    def _allowed(self, at: float) -> Parcel | None:
        if len(self._domains) > DOMAINS:
            self._domains.clear()
        for _ in range(len(self._pile)):
            parcel = self._pile.popleft()
            pace = self._domains.setdefault(parcel.domain, Pace(self.options.per_domain))
            if pace.ready(at):
                pace.use(at)
                return parcel
            self._pile.append(parcel)
        return None

    def wait(self) -> bool:
        """Sleep until there may be work; tell whether there is any."""
        with self._condition:
            if self._pile and not self.halted:
                # Only the paces hold us back.
                self._condition.wait(min(NAP, self._pace.gap or NAP))
            else:
                self._condition.wait(1)
            return bool(self._pile)

    def close(self, patience: float) -> None:
        """Let every line finish the message in hand, say goodbye and end."""
        self.closing = True
        with self._condition:
            self._condition.notify_all()
        until = time.monotonic() + patience
        for line in self._lines:
            line.join(max(0, until - time.monotonic()))


class Line(threading.Thread):
    """One connection's thread, and its session's desk."""

    def __init__(self, crew: Crew, number: int) -> None:
        """Not started, not connected."""
        super().__init__(name=f"{crew.options.name}-{number}", daemon=True)
        self.crew = crew
        self.session: Session | None = None
        self._idle_since = self._tried_at = 0.0

    def run(self) -> None:
        """Send as long as there is something, keep the connection a while, then end."""
        self._idle_since = time.monotonic()
        try:
            while self._turn():
                pass
        except RelayDown as error:
            self.crew.counter.troubles.append(Trouble(self.crew.options.name, error, self._tried_at))
        except Closed:
            logger.warning("%s got its last answer when nobody could note it any more.", self.name)
        except Exception as error:
            logger.exception("A line of %s failed.", self.crew.options.name)
            self.crew.counter.troubles.append(
                Trouble(self.crew.options.name, RelayBroken(f"{type(error).__name__}: {error}"), self._tried_at)
            )
        finally:
            self._hang_up()
            self.crew.counter.bell.set()

    def _turn(self) -> bool:
        if self.crew.closing:
            return False
        if self.crew.idle and not self.crew.wait():
            return time.monotonic() - self._idle_since < IDLE_SECONDS
        self._connect()
        session = self.session
        assert session is not None  # noqa: S101 - for the type checker
        began = time.monotonic()
        try:
            session.work(self)
        except SessionLost as error:
            logger.info("%s: %s", self.name, error)
            self.session = None
        self._idle_since = time.monotonic()
        if self._idle_since - began < NAP and not self.crew.idle:
            self.crew.wait()
        return True

    def _connect(self) -> None:
        if self.session is not None and time.monotonic() - self._idle_since > 1 and not self.session.alive():
            self._hang_up()
        if self.session is None:
            self._tried_at = time.monotonic()
            self.session = self.crew.relay.connect()

    def _hang_up(self) -> None:
        if self.session is not None:
            self.session.close()
            self.session = None

    def take(self) -> Parcel | None:
        """Give the session its next parcel."""
        return None if self.crew.closing else self.crew.next()

    def begin(self, parcel: Parcel) -> bool:
        """Note the intent first, then look at the lease: frozen in between, we are seen as uncertain, never as unsent."""
        self.crew.journal.begin(parcel.batch, parcel.member)
        return self.crew.may_send(parcel.batch)

    def done(self, parcel: Parcel, outcome: Outcome) -> None:
        """Note what was learned and leave it for the office."""
        again = outcome.state == UNSENT and not outcome.everybody and self.crew.may_send(parcel.batch)
        if again:
            parcel.tries += 1
            if parcel.tries >= UNSENT_TRIES:
                # The connection breaks at this person again and again: let the others go first.
                again, outcome = False, Outcome(DEFERRED, outcome.reply)
        self.crew.journal.done(parcel.batch, parcel.member, outcome)
        if again:
            self.crew.put_back(parcel)
            return
        self.crew.counter.results.append((parcel, outcome))
        if outcome.everybody or outcome.policy or outcome.state == ACCEPTED:
            self.crew.heed(outcome)
