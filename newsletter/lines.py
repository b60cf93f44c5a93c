"""Lines: the threads that each keep one connection to a relay, and the crew of them that shares a pile of parcels.

A line does network and journal alone. It never touches the database: what it learned goes to a pile
of results that the office writes down.
"""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable

from newsletter.clock import elapsed
from newsletter.counter import Counter, Trouble
from newsletter.journal import Closed, Journal
from newsletter.pace import Paces
from newsletter.patience import Patience
from newsletter.relays import (
    ACCEPTED,
    DEFERRED,
    ENOUGH,
    UNCERTAIN,
    UNSENT,
    Outcome,
    Parcel,
    Relay,
    RelayBroken,
    RelayClosing,
    RelayDown,
    Session,
    SessionLost,
)

logger = logging.getLogger(__name__)

IDLE_SECONDS = 30
NAP = 0.05
UNSENT_TRIES = 3
# A pile is low when it holds less than this for each connection; so much is enough while more is being claimed.
LOW, ENOUGH_AHEAD = 50, 500
CLOSING = "421"


class Crew:
    """The lines of one relay and their common pile; as many lines as have been granted of the relay's budget."""

    def __init__(self, relay: Relay, journal: Journal, counter: Counter, may_send: Callable[[int], bool]) -> None:
        """`may_send(batch)` tells whether that batch's lease still holds."""
        self.relay = relay
        self.options = relay.options
        self.journal = journal
        self.counter = counter
        self.may_send = may_send
        self.limit = 0
        self.low = 1
        self._pile: deque[Parcel] = deque()
        self._condition = threading.Condition()
        self._lines: list[Line] = []
        self._seats = 0
        self._granted_until = 0.0
        self._paces = Paces(self.options.per_second, self.options.per_domain)
        self._retry_at = self.rested_at = 0.0
        self._refused = 0
        self.patience = Patience()
        self.closing = False
        # Set when the relay refuses everything: nothing more goes out before the office has looked.
        self.halted = False

    def grant(self, connections: int, seconds: float) -> None:
        """Work with so many connections from now on; none is opened when `seconds` have passed without a new grant."""
        with self._condition:
            if connections and not self.limit:
                self.patience.renew()
            if connections != self.limit:
                self.limit, self.low = connections, max(1, min(connections * LOW, ENOUGH_AHEAD))
                self._paces.give(connections / self.options.connections)
                self._condition.notify_all()
            self._granted_until = elapsed() + seconds

    def may_connect(self) -> bool:
        """Tell whether the grant still holds: a process that was frozen must ask anew."""
        return elapsed() < self._granted_until

    @property
    def size(self) -> int:
        """How many lines there are, with a connection or about to open one."""
        return len(self._lines)

    def surplus(self, line: "Line") -> bool:
        """Tell a line whether it is one too many and must end."""
        if self._seats > self.limit and not line.dismissed:
            with self._condition:
                if self._seats > self.limit:
                    self._seats -= 1
                    line.dismissed = True
        return line.dismissed

    def gone(self, line: "Line") -> None:
        """Forget a line that has hung up."""
        with self._condition:
            self._lines.remove(line)
            self._seats -= not line.dismissed

    def _target(self) -> int:
        if not self.may_connect() or self.closing or self.patience.over:
            return 0
        return min(1 if time.monotonic() < self._retry_at else self.limit, len(self._pile))

    @property
    def hungry(self) -> bool:
        """Whether the pile is low."""
        return len(self._pile) < self.low

    @property
    def lying(self) -> int:
        """How many parcels no line has in hand yet."""
        return len(self._pile)

    @property
    def idle(self) -> bool:
        """Whether the pile is empty."""
        return not self._pile

    @property
    def connected(self) -> bool:
        """Whether any line has an open connection."""
        return any(line.session is not None for line in list(self._lines))

    def put(self, parcels: list[Parcel]) -> None:
        """Add parcels to the pile, and lines where there are too few."""
        with self._condition:
            self._pile.extend(parcels)
            self._condition.notify_all()
        self.man()

    def man(self) -> None:
        """Add lines where there are too few for the pile."""
        with self._condition:
            while len(self._lines) < self._target():
                line = Line(self, len(self._lines))
                self._lines.append(line)
                self._seats += 1
                line.start()

    def heed(self, outcome: Outcome) -> None:
        """Halt when the relay refuses whatever it gets."""
        with self._condition:
            if outcome.policy:
                self._refused += 1
            elif outcome.state == ACCEPTED:
                self._refused = 0
                self.patience.taken()
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
            if self.halted or self.patience.over or not self._pile or not self._paces.all.ready(at):
                return None
            parcel = self._pile.popleft() if not self.options.per_domain else self._allowed(at)
            if parcel is not None:
                self._paces.use(parcel.domain, at)
            if len(self._pile) == self.low:
                self.counter.bell.set()
            return parcel

    def _allowed(self, at: float) -> Parcel | None:
        for _ in range(len(self._pile)):
            parcel = self._pile.popleft()
            if self._paces.ready(parcel.domain, at):
                return parcel
            self._pile.append(parcel)
        return None

    def wait(self) -> bool:
        """Sleep until there may be work; tell whether there is any."""
        with self._condition:
            if self._pile and not self.halted:
                # Only the paces hold us back.
                self._condition.wait(min(NAP, self._paces.all.gap or NAP))
            else:
                self._condition.wait(1)
            return bool(self._pile)

    def close(self, patience: float) -> None:
        """Let every line finish the message in hand, say goodbye and end."""
        self.closing = True
        with self._condition:
            self._condition.notify_all()
        until = time.monotonic() + patience
        for line in list(self._lines):
            line.join(max(0, until - time.monotonic()))


class Line(threading.Thread):
    """One connection's thread, and its session's desk."""

    def __init__(self, crew: Crew, number: int) -> None:
        """Not started, not connected."""
        super().__init__(name=f"{crew.options.name}-{number}", daemon=True)
        self.crew = crew
        self.session: Session | None = None
        self.dismissed = False
        self._idle_since = self._tried_at = 0.0
        self._unsent: list[tuple[Parcel, Outcome]] = []
        # Whether this session has had a letter taken, and whether its work has had any answer.
        self._fruitful = self._answered = False

    def run(self) -> None:
        """Send as long as there is something, keep the connection a while, then end."""
        self._idle_since = time.monotonic()
        try:
            while self._turn():
                pass
        except RelayDown as error:
            # What the crew has seen as a whole is news, however old this line's connection.
            began = math.inf if isinstance(error, RelayClosing) else self._tried_at
            self.crew.counter.troubles.append(Trouble(self.crew.options.name, error, began))
        except Closed:
            logger.warning("%s got its last answer when nobody could note it any more.", self.name)
        except Exception as error:
            logger.exception("A line of %s failed.", self.crew.options.name)
            self.crew.counter.troubles.append(
                Trouble(self.crew.options.name, RelayBroken(f"{type(error).__name__}: {error}"), self._tried_at)
            )
        finally:
            self._hang_up()
            self.crew.gone(self)
            self.crew.counter.bell.set()

    def _turn(self) -> bool:
        if self.crew.closing or self.crew.patience.over or self.crew.surplus(self):
            return False
        if self.crew.idle and not self.crew.wait():
            return time.monotonic() - self._idle_since < IDLE_SECONDS
        if not self._connect():
            return False
        began = time.monotonic()
        self._work()
        self.crew.patience.complain()
        self._idle_since = time.monotonic()
        if self._idle_since - began < NAP and not self.crew.idle:
            self.crew.wait()
        return True

    def _work(self) -> None:
        assert self.session is not None  # noqa: S101 - for the type checker
        self._answered = False
        try:
            self.session.work(self)
            if self._answered:
                self.crew.patience.proved = True
        except SessionLost as error:
            logger.info("%s: %s", self.name, error)
            self._hang_up()
            self._heed(error)
        finally:
            self._return_unsent()

    def _heed(self, error: SessionLost) -> None:
        if str(error).startswith(CLOSING):
            self.crew.patience.closed(str(error), self.crew.limit)
        elif self._unsent and (not self._fruitful or isinstance(error.__context__, TimeoutError)):
            # A relay may end a session that it has taken letters in; only silence is no way to do so.
            self.crew.patience.lost(self._unsent[0][0].member, str(error), self.crew.limit, doubtful=False)

    def _return_unsent(self) -> None:
        unsent, self._unsent = self._unsent, []
        for parcel, outcome in unsent:
            # Where nobody gets through it is no person's fault.
            parcel.tries += not self.crew.patience.over
            if parcel.tries < UNSENT_TRIES:
                self.crew.put_back(parcel)
            else:
                # The connection breaks at this person again and again: let the others go first.
                self._leave(parcel, Outcome(DEFERRED, outcome.reply))

    def _connect(self) -> bool:
        if self.session is not None and time.monotonic() - self._idle_since > 1 and not self.session.alive():
            self._hang_up()
        if self.session is None:
            if not self.crew.may_connect():
                return False
            self._tried_at = time.monotonic()
            self.session = self.crew.relay.connect()
            self._fruitful = False
        return True

    def _hang_up(self) -> None:
        if self.session is not None:
            self.session.close()
            self.session = None

    def take(self) -> Parcel | None:
        """Give the session its next parcel."""
        return None if self.crew.closing or self.crew.surplus(self) else self.crew.next()

    def begin(self, parcel: Parcel) -> bool:
        """Note the intent first, then look at the lease: frozen in between, we are seen as uncertain, never as unsent."""
        self.crew.journal.begin(parcel.batch, parcel.member)
        return self.crew.may_send(parcel.batch)

    def done(self, parcel: Parcel, outcome: Outcome) -> None:
        """Note what was learned and leave it for the office."""
        if outcome.state == UNSENT and not outcome.everybody and self.crew.may_send(parcel.batch):
            # Whether it is to be tried again is seen when we know how the session ended.
            self.crew.journal.done(parcel.batch, parcel.member, outcome)
            self._unsent.append((parcel, outcome))
            return
        self._leave(parcel, outcome)
        if outcome.state == UNCERTAIN:
            self.crew.patience.lost(parcel.member, outcome.reply, self.crew.limit, doubtful=True)
        else:
            self._answered = True
            self._fruitful = self._fruitful or outcome.state == ACCEPTED
        if outcome.everybody or outcome.policy or outcome.state == ACCEPTED:
            self.crew.heed(outcome)

    def _leave(self, parcel: Parcel, outcome: Outcome) -> None:
        self.crew.journal.done(parcel.batch, parcel.member, outcome)
        self.crew.counter.results.append((parcel, outcome))
