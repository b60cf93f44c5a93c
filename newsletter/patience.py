"""How much of its breaking sessions a relay is borne, before it is left alone for a while.

A relay, or a firewall before it, that drops every connection would else make a whole mailing uncertain or deferred.
"""

import threading

from newsletter.relays import RelayClosing

# So many sessions in a row that the relay itself closes (421) say that it wants to be left alone.
CLOSED_ENOUGH = 5
# So many persons in a row whose session broke say the same; fewer where it left us in doubt, for each of those is a
# row that somebody must look at. On trial, after a rest, a relay gets fewer still, but never is one person enough
# that can be tried again: the letter itself may be what kills the session.
LOST_ENOUGH, LOST_ON_TRIAL = 3, 2
DOUBTS_LEAST, DOUBTS_MOST, DOUBTS_ON_TRIAL = 2, 3, 1


class Patience:
    """What one process has borne of a relay since it last took a letter; any thread may call it."""

    def __init__(self) -> None:
        """Nothing has happened."""
        self._lock = threading.Lock()
        self._closed = 0
        self._lost: set[int] = set()
        self._doubted: set[int] = set()
        self._told = False
        # Why the relay is to be left alone, from the moment that a line sees it until it gets connections anew.
        self.over = ""
        # Whether the relay has answered to a letter since it last had to rest.
        self.proved = True

    def renew(self) -> None:
        """Forget what was: the relay gets connections anew."""
        self._forget()
        self.over = ""

    def taken(self) -> None:
        """Heed a letter that was taken."""
        self.proved = True
        if self._closed or self._lost:
            self._forget()

    def _forget(self) -> None:
        with self._lock:
            self._closed = 0
            self._lost.clear()
            self._doubted.clear()

    def closed(self, why: str, connections: int) -> None:
        """Count a session that the relay itself closed."""
        with self._lock:
            self._closed += 1
            if self._closed >= max(CLOSED_ENOUGH, 2 * connections):
                self._end(why)

    def lost(self, member: int, why: str, connections: int, *, doubtful: bool) -> None:
        """Count a person whose session broke; `doubtful`: whether the letter arrived isn't known."""
        with self._lock:
            self._lost.add(member)
            if doubtful:
                self._doubted.add(member)
            doubts = min(DOUBTS_MOST, max(DOUBTS_LEAST, connections)) if self.proved else DOUBTS_ON_TRIAL
            losses = max(LOST_ENOUGH, connections) if self.proved else LOST_ON_TRIAL
            if len(self._doubted) >= doubts or len(self._lost) >= losses:
                self._end(why)

    def _end(self, why: str) -> None:
        if not self.over:
            self.over, self._told = f"one session after another breaks: {why}"[:480], False

    def complain(self) -> None:
        """Raise RelayClosing if patience is over, to one caller alone."""
        with self._lock:
            told, self._told = self._told or not self.over, True
        if not told:
            raise RelayClosing(self.over)
