"""Where the lines of an office leave what they learned."""

import threading
from collections import deque
from dataclasses import dataclass, field

from newsletter.relays import Outcome, Parcel, RelayDown


@dataclass(slots=True)
class Trouble:
    """A line could not work; its connection was `began` at that moment (monotonic seconds)."""

    relay: str
    error: RelayDown
    began: float


@dataclass(slots=True)
class Counter:
    """Where lines leave their results for the office; `bell` wakes it."""

    results: deque[tuple[Parcel, Outcome]] = field(default_factory=deque)
    troubles: deque[Trouble] = field(default_factory=deque)
    bell: threading.Event = field(default_factory=threading.Event)
