"""A clock that starts at a given moment and goes on by itself, so that time stays an argument."""

import time
from datetime import datetime, timedelta

# Counts time asleep too, where the system can: a worker that was suspended must see its lease gone.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def elapsed() -> float:
    """Return the seconds since some moment, the same for the whole life of the machine."""
    return time.clock_gettime(_CLOCK)


class Clock:
    """`Clock(start).now()` is `start` plus the real time since."""

    def __init__(self, start: datetime) -> None:
        """Start running at `start`."""
        self._start = start
        self._began = elapsed()

    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return elapsed() - self._began

    def now(self) -> datetime:
        """Return the moment that it is by this clock."""
        return self._start + timedelta(seconds=self.elapsed())
