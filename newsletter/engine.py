"""The newsletter's engine: the one function that sends, and the doors' way to a mailing's life.

`send_due` is a duty: it may be called again at any time, from any number of processes.
"""

import threading
from collections import Counter
from datetime import datetime

from django.conf import settings

from cms import stopping
from newsletter.clock import Clock
from newsletter.mailings import (
    CannotStart,
    Report,
    WrongState,
    cancel,
    leave,
    pause,
    report,
    resend,
    resume,
    start_mailing,
)
from newsletter.office import Office
from newsletter.relays import configured

__all__ = [
    "CannotStart",
    "Report",
    "WrongState",
    "cancel",
    "leave",
    "pause",
    "report",
    "resend",
    "resume",
    "send_due",
    "shut_down",
    "start_mailing",
]

SLICE_SECONDS = 20.0
CLOSING_SECONDS = 10.0


class _Process:
    """The process's office: kept between rounds, because connections are."""

    office: Office | None = None
    relays: tuple[str, ...] = ()
    lock = threading.Lock()


def send_due(now: datetime, *, seconds: float = SLICE_SECONDS) -> dict[str, int]:
    """Send what is due for at most `seconds`; return how many rows ended in which outcome.

    Claims rows under a lease, commits, sends over open connections, and marks. Raises what the database
    raises: then nothing more is sent, and the journal keeps what is known.
    """
    with _Process.lock:
        office = _office()
        try:
            tally = office.run(Clock(now), seconds)
        except BaseException:
            _Process.office = None
            office.abandon()
            raise
        if stopping.asked():
            tally += _close()
        return {state: count for state, count in sorted(tally.items()) if count}


def shut_down() -> None:
    """Finish the messages in hand, release the rest, close the connections."""
    with _Process.lock:
        _close()


def _office() -> Office:
    wanted = (str(settings.JOURNAL_DIR), *settings.MAIL_RELAYS)
    if _Process.office is not None and _Process.relays != wanted:
        _close()
    if _Process.office is None:
        _Process.office, _Process.relays = Office(configured()), wanted
    return _Process.office


def _close() -> Counter[str]:
    office, _Process.office = _Process.office, None
    return office.close(CLOSING_SECONDS) if office is not None else Counter()
