"""Paces: so many messages a second, altogether and per receiving domain."""

import time

# What a late moment may be made up for later; else a rate would never be reached.
CATCH_UP = 0.1
DOMAINS = 10_000


class Pace:
    """At most `rate` a second (0: no limit), evenly."""

    def __init__(self, rate: float) -> None:
        """Nothing has been sent yet, and nothing is to be made up for."""
        self.rate = rate
        self._next = time.monotonic()

    @property
    def gap(self) -> float:
        """Seconds between two."""
        return 1 / self.rate if self.rate else 0.0

    def ready(self, at: float) -> bool:
        """Tell whether one may go at `at` (seconds)."""
        return at >= self._next

    def use(self, at: float) -> None:
        """Count one that goes at `at`."""
        self._next = max(self._next, at - CATCH_UP) + self.gap


class Paces:
    """One relay's paces in one process, which holds `part` of its budget (0 to 1)."""

    def __init__(self, per_second: float, per_domain: float, part: float = 1.0) -> None:
        """Rates are messages a second; 0: no limit."""
        self.per_second, self.per_domain = per_second, per_domain
        self._domains: dict[str, Pace] = {}
        self.all = Pace(0)
        self.give(part)

    def give(self, part: float) -> None:
        """Go on at this part of the budget."""
        self.part = part
        self.all.rate = self.per_second * part
        for pace in self._domains.values():
            pace.rate = self.per_domain * part

    @property
    def unlimited(self) -> bool:
        """Whether there is no rate to keep to."""
        return not (self.per_second or self.per_domain)

    def ready(self, domain: str, at: float) -> bool:
        """Tell whether a message to `domain` may go at `at`."""
        if not self.all.ready(at):
            return False
        return not self.per_domain or self._domain(domain).ready(at)

    def use(self, domain: str, at: float) -> None:
        """Count a message that goes to `domain` at `at`."""
        self.all.use(at)
        if self.per_domain:
            self._domain(domain).use(at)

    def _domain(self, domain: str) -> Pace:
        if domain not in self._domains:
            if len(self._domains) > DOMAINS:
                self._domains.clear()
            self._domains[domain] = Pace(self.per_domain * self.part)
        return self._domains[domain]
