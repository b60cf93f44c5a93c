"""One flag for the whole process: somebody asked it to stop.

A worker's signal handler sets it; whatever loops over rows looks at it between two messages, finishes
the one in hand, releases the rest and returns.
"""

import threading

_asked = threading.Event()


def ask() -> None:
    """Ask every loop of this process to stop."""
    _asked.set()


def asked() -> bool:
    """Tell whether the process shall stop."""
    return _asked.is_set()


def wait(seconds: float) -> bool:
    """Sleep for up to `seconds`, less when asked to stop; tell whether it was."""
    return _asked.wait(seconds)


def forget() -> None:
    """Take the request back; for tests that run a loop within their own process."""
    _asked.clear()
