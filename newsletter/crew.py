"""The crew of one relay: its lines, and the pile of parcels that they share."""

import threading
import time
from collections import deque
from collections.abc import Callable

from newsletter.clock import elapsed
from newsletter.counter import Counter
from newsletter.journal import Journal
from newsletter.lines import NAP, Line
from newsletter.pace import Paces
from newsletter.patience import Patience
from newsletter.relays import ACCEPTED, ENOUGH, Outcome, Parcel, Relay

# A pile is low when it holds less than this for each connection; so much is enough while more is being claimed.
LOW, ENOUGH_AHEAD = 50, 500


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

    def surplus(self, line: Line) -> bool:
        """Tell a line whether it is one too many and must end."""
        if self._seats > self.limit and not line.dismissed:
            with self._condition:
                if self._seats > self.limit:
                    self._seats -= 1
                    line.dismissed = True
        return line.dismissed

    def gone(self, line: Line) -> None:
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
    def stopped(self) -> bool:
        """Whether nothing may go out before the office has looked, or the relay has rested."""
        return self.halted or bool(self.patience.over)

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

    def put_back(self, *parcels: Parcel) -> None:
        """Return parcels that were proved unsent; another line may take them."""
        with self._condition:
            self._pile.extend(parcels)
            self._condition.notify(len(parcels))

    def rest(self, seconds: float) -> None:
        """Add no lines for a while: the relay takes no more connections."""
        self.rested_at = time.monotonic()
        self._retry_at = time.monotonic() + seconds

    def withdraw(self, unwanted: Callable[[Parcel], bool] = lambda parcel: True) -> list[Parcel]:
        """Take back parcels of which nothing has left."""
        with self._condition:
            lying = [*self._pile, *(parcel for line in self._lines for parcel in line.lay_down())]
            taken = [parcel for parcel in lying if unwanted(parcel)]
            self._pile = deque(parcel for parcel in lying if not unwanted(parcel))
        return taken

    def next(self) -> Parcel | None:
        """Return the next parcel that the paces allow."""
        with self._condition:
            if self.stopped or not self._pile:
                return None
            parcel = self._pile.popleft() if self._paces.unlimited else self._allowed(time.monotonic())
            if len(self._pile) == self.low:
                self.counter.bell.set()
            return parcel

    def _allowed(self, at: float) -> Parcel | None:
        for _ in range(len(self._pile) if self._paces.all.ready(at) else 0):
            parcel = self._pile.popleft()
            if self._paces.ready(parcel.domain, at):
                self._paces.use(parcel.domain, at)
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
                if self.counter.results:
                    # With nothing more to do they needn't wait.
                    self.counter.bell.set()
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
