"""The relays' in-memory twin: for tests and for trying things out without a mail server."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from newsletter.relays import ACCEPTED, UNSENT, Desk, Options, Outcome, Parcel, RelayDown, SessionLost


@dataclass(frozen=True, slots=True)
class Taken:
    """A message as it would have left."""

    sender: str
    address: str
    body: bytes


class Memory:
    """Accepts everything, or answers as `Memory.answer` says; `Memory.sent` holds what arrived."""

    sent: ClassVar[list[Taken]] = []
    answer: ClassVar[Callable[[Parcel], Outcome]] = staticmethod(lambda parcel: Outcome(ACCEPTED, "250 ok"))
    down: ClassVar[RelayDown | None] = None

    def __init__(self, options: Options) -> None:
        """Nothing to open."""
        self.options = options

    @classmethod
    def forget(cls) -> None:
        """Empty the twin and let it accept everything again."""
        cls.sent = []
        cls.answer = staticmethod(lambda parcel: Outcome(ACCEPTED, "250 ok"))
        cls.down = None

    def connect(self) -> "MemorySession":
        """Open a session; raises what `Memory.down` holds."""
        if Memory.down is not None:
            raise Memory.down
        return MemorySession()


class MemorySession:
    """A session that needs no network."""

    def work(self, desk: Desk) -> None:
        """Answer each parcel; raises SessionLost where the right to send was lost."""
        while (parcel := desk.take()) is not None:
            body = parcel.body()
            if not desk.begin(parcel):
                desk.done(parcel, Outcome(UNSENT, "the right to send was lost"))
                raise SessionLost("the right to send was lost")
            desk.prepare()
            outcome = Memory.answer(parcel)
            if outcome.state == ACCEPTED:
                Memory.sent.append(Taken(parcel.sender, parcel.address, body))
            desk.done(parcel, outcome)

    def alive(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """Nothing to close."""
