"""The worker: every second it runs the duties, one after another; it can be killed at any moment."""

import logging
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType

from django.db import InterfaceError, OperationalError, close_old_connections, connections
from django.utils import timezone

from cms import stopping
from cms.outbox import new_owner
from deploy import heartbeats
from deploy.duties import Duty
from deploy.models import Heartbeat

logger = logging.getLogger(__name__)

PAUSE = 1.0
LONGEST_REST = 60.0
LONGEST_ABSENCE = 30.0
# More would only make the number too large to hold.
DOUBLINGS = 6


def stop_gracefully() -> None:
    """Let SIGTERM and SIGINT finish the message in hand and end the process; a second one ends it at once."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    stopping.ask()
    signal.signal(number, signal.SIG_DFL)


def rest(failures: int, longest: float) -> float:
    """Return how many seconds to wait after so many failures in a row."""
    return min(PAUSE * 2.0 ** min(failures, DOUBLINGS), longest)


@dataclass
class Worker:
    """Runs `duties` until asked to stop.

    A duty that raises is logged and rests for a while, longer each time; the others go on. When the
    database is away, all rest.
    """

    duties: Sequence[Duty]
    name: str = field(default_factory=new_owner)
    failures: dict[str, int] = field(default_factory=dict)
    rests_until: dict[str, float] = field(default_factory=dict)
    beat_at: float = float("-inf")

    def run(self) -> None:
        """Work until asked to stop, then say goodbye."""
        logger.info("Worker %s begins: %s.", self.name, ", ".join(duty.name for duty in self.duties))
        away = 0
        while not stopping.asked():
            away = 0 if self.round() else away + 1
            stopping.wait(rest(away, LONGEST_ABSENCE))
        self._leave()

    def round(self) -> bool:
        """Run every duty that doesn't rest; tell whether the database answered."""
        try:
            close_old_connections()
            self._beat()
            for duty in self.duties:
                if stopping.asked():
                    break
                self._do(duty)
        except (OperationalError, InterfaceError) as error:
            logger.warning("The database does not answer (%s); trying again soon.", error)
            connections.close_all()
            return False
        return True

    def _do(self, duty: Duty) -> None:
        if self.rests_until.get(duty.name, 0.0) > time.monotonic():
            return
        try:
            duty.run(timezone.now())
            self.failures.pop(duty.name, None)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            count = self.failures[duty.name] = self.failures.get(duty.name, 0) + 1
            seconds = rest(count, LONGEST_REST)
            self.rests_until[duty.name] = time.monotonic() + seconds
            logger.exception("The duty %s failed; it rests for %d s, the others go on.", duty.name, seconds)

    def _beat(self) -> None:
        if time.monotonic() - self.beat_at >= heartbeats.EVERY.total_seconds():
            heartbeats.beat(Heartbeat.WORKER, self.name, timezone.now())
            self.beat_at = time.monotonic()

    def _leave(self) -> None:
        logger.info("Worker %s stops.", self.name)
        try:
            heartbeats.leave(self.name)
        except (OperationalError, InterfaceError):
            logger.warning("The database does not answer; the sign of life stays behind and grows old.")
