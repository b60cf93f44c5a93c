"""Lines: the threads that each keep one connection to a relay.

A line does network and journal alone. It never touches the database: what it learned goes to a pile
of results that the office writes down.
"""

import logging
import math
import threading
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from newsletter.counter import Trouble
from newsletter.journal import Closed
from newsletter.relays import (
    ACCEPTED,
    DEFERRED,
    UNCERTAIN,
    UNSENT,
    Outcome,
    Parcel,
    RelayBroken,
    RelayClosing,
    RelayDown,
    Session,
    SessionLost,
)

if TYPE_CHECKING:
    from newsletter.crew import Crew

logger = logging.getLogger(__name__)

IDLE_SECONDS = 30
NAP = 0.05
UNSENT_TRIES = 3
CLOSING = "421"


class Line(threading.Thread):
    """One connection's thread, and its session's desk."""

    def __init__(self, crew: "Crew", number: int) -> None:
        """Not started, not connected."""
        super().__init__(name=f"{crew.options.name}-{number}", daemon=True)
        self.crew = crew
        self.session: Session | None = None
        self.dismissed = False
        self._idle_since = self._tried_at = 0.0
        self._unsent: list[tuple[Parcel, Outcome]] = []
        # The next parcel, its letter written; a deque, because the office may take it back at any moment.
        self._ahead: deque[Parcel] = deque()
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
        self.crew.put_back(*self.lay_down())
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

    def prepare(self) -> None:
        """Write the next letter while the other side is busy with the last one."""
        if not self._ahead and (parcel := self.take()) is not None:
            parcel.write()
            self._ahead.append(parcel)

    def lay_down(self) -> list[Parcel]:
        """Give up what was prepared."""
        with suppress(IndexError):
            return [self._ahead.pop()]
        return []

    def take(self) -> Parcel | None:
        """Give the session its next parcel."""
        if self.crew.closing or self.crew.stopped or self.crew.surplus(self):
            return None
        with suppress(IndexError):
            return self._ahead.pop()
        return self.crew.next()

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
