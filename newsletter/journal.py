"""The sending journal: what this process was about to send and what was answered, so that a kill loses neither.

A file mapped into memory: a note is a store without a system call, and the kernel keeps it when the
process dies (not when the power fails: then connections × batch rows become uncertain). Rows remain
the truth; the journal is evidence for batches whose lease ran out. Its owner holds a lock on it, so
others see whether the owner lives.
"""

import fcntl
import mmap
import os
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings

from newsletter.relays import ACCEPTED, Outcome

SIZE = 4 * 1024 * 1024
OLD_PARTS = 6
_FLAGS = ("hard", "soft", "policy", "everybody")
# A begun message has no outcome yet.
Notes = dict[tuple[int, int], Outcome | None]


def name(owner: str) -> str:
    """Return `owner` as it stands in its journal's file name."""
    return re.sub(r"[^\w.-]", "_", owner)


def _path(owner: str) -> Path:
    return Path(settings.JOURNAL_DIR) / f"{name(owner)}.journal"


class Closed(Exception):
    """The office has let go of the journal: who can't note a message must not send it."""


class Journal:
    """The journal of one process; its methods may be called from several threads."""

    def __init__(self, owner: str) -> None:
        """Create and lock the file; raises OSError (a full disk must show before anything is sent)."""
        self.path = _path(owner)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._locked()
        self._lock = threading.Lock()
        self._size = self._at = 0
        self._grow()

    def _locked(self) -> int:
        while True:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX)
            # Between the two somebody's clean-up may have removed the file: its lock would tell nobody that we live.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file), self.path.stat()):
                    return file
            os.close(file)

    def _grow(self) -> None:
        self._size += SIZE
        # Allocated for real: a hole would end in SIGBUS on a full disk.
        os.posix_fallocate(self._file, 0, self._size)
        self._map = mmap.mmap(self._file, self._size)

    def _note(self, line: bytes) -> None:
        with self._lock:
            if self._map.closed:
                raise Closed(self.path.name)
            if self._at + len(line) > self._size:
                self._grow()
            self._map[self._at : self._at + len(line)] = line
            self._at += len(line)

    def begin(self, batch: int, member: int) -> None:
        """Note that a body is about to leave."""
        self._note(b"B\t%d\t%d\n" % (batch, member))

    def done(self, batch: int, member: int, outcome: Outcome) -> None:
        """Note what was answered."""
        flags = "" if outcome.state == ACCEPTED else "".join(flag[0] for flag in _FLAGS if getattr(outcome, flag))
        reply = " ".join(outcome.reply.split())[:400]
        self._note(f"D\t{batch}\t{member}\t{outcome.state}\t{flags}\t{reply}\t{outcome.provider_id}\n".encode())

    def empty(self) -> None:
        """Forget everything; only after a synchronous commit of all that it holds. Raises OSError."""
        with self._lock:
            self._map.close()
            os.ftruncate(self._file, 0)
            self._size = self._at = 0
            self._grow()

    def close(self, *, remove: bool = False) -> None:
        """Let go of the file; `remove` only when nothing in it is needed."""
        with self._lock:
            self._map.close()
        if remove:
            self.path.unlink(missing_ok=True)
        os.close(self._file)


def read(owner: str, batches: set[int]) -> Notes | None:
    """Return what `owner`'s journal says of `batches`: (batch, member) → outcome, None if only begun.

    Returns None when there is no such journal here: then nothing can be said.
    """
    try:
        text = _path(owner).read_bytes()
    except FileNotFoundError:
        return None
    found: Notes = {}
    for kind, batch, member, outcome in _lines(text):
        if batch in batches:
            found[batch, member] = outcome if kind == b"D" else None
    return found


def _lines(text: bytes) -> Iterator[tuple[bytes, int, int, Outcome | None]]:
    for line in text.split(b"\n"):
        parts = line.strip(b"\0").split(b"\t")
        try:
            kind, batch, member = parts[0], int(parts[1]), int(parts[2])
            outcome = _outcome(parts) if kind == b"D" else None
        except (IndexError, ValueError):
            continue  # a note that the kill cut off
        yield kind, batch, member, outcome


def _outcome(parts: list[bytes]) -> Outcome:
    flags = parts[4].decode()
    noted: dict[str, Any] = {flag: flag[0] in flags for flag in _FLAGS}
    # A journal of an earlier version ends with the reply.
    named = parts[6].decode("utf-8", "replace") if len(parts) > OLD_PARTS else ""
    return Outcome(parts[3].decode(), parts[5].decode("utf-8", "replace"), provider_id=named, **noted)


def lives(owner: str) -> bool:
    """Tell whether a process on this machine holds `owner`'s journal."""
    try:
        file = os.open(_path(owner), os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def known(owner: str) -> bool:
    """Tell whether `owner`'s journal is on this machine."""
    return _path(owner).exists()


def forget(owner: str) -> None:
    """Remove a dead owner's journal; only after a synchronous commit of what it held."""
    if not lives(owner):
        _path(owner).unlink(missing_ok=True)


def dead() -> list[str]:
    """Return the names of the journals on this machine that nobody holds."""
    folder = Path(settings.JOURNAL_DIR)
    return [path.stem for path in sorted(folder.glob("*.journal")) if not lives(path.stem)]
