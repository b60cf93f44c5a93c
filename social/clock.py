"""The time within a duty: `now` was handed in, and goes on from there."""

import time
from datetime import UTC, datetime, timedelta

SLICE = 20.0


class Clock:
    """Starts at `now` and runs with the machine's monotonic clock, so that leases and waits stay true."""

    def __init__(self, now: datetime) -> None:
        # In Stockholm's time an hour would be lost or gained in the nights when the clocks change.
        self._now = now.astimezone(UTC)
        self._started = time.monotonic()

    def __call__(self) -> datetime:
        """Return the present moment."""
        return self._now + timedelta(seconds=self.elapsed)

    @property
    def elapsed(self) -> float:
        """Seconds since the duty began."""
        return time.monotonic() - self._started

    @property
    def running(self) -> bool:
        """Whether the duty's 20 seconds aren't up."""
        return self.elapsed < SLICE
