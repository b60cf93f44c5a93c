"""One process that keeps the house's processes running: `manage.py up`.

The children are ordinary processes, started by the same commands that an init system would use. One
that dies is started again, sooner or later by how often it died; a stop reaches all of them.
"""

import ctypes
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import IO

from django.conf import settings

POLL = 0.2
LONGEST_REST = 30.0
# More would only make the number too large to hold.
DOUBLINGS = 6
# A child that lived this long has forgotten its earlier deaths.
STEADY = 60.0
GRACE = 10.0

Say = Callable[[str, str], None]


def print_line(name: str, line: str) -> None:
    """Print one line of the child `name`."""
    # One write per line, so that the children's lines don't run into one another.
    sys.stdout.write(f"{name:<10} | {line}\n")
    sys.stdout.flush()


def _die_with_parent() -> None:
    # Linux: when the supervisor is killed, the kernel stops its children, so that none lives on unseen.
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


@dataclass
class Child:
    """One process of the house."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[str] | None = None
    started: float = 0.0
    deaths: int = 0
    starts_at: float = 0.0
    readers: list[threading.Thread] = field(default_factory=list)

    def start(self, say: Say) -> None:
        """Start the process and pass its lines on."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self.command,
            cwd=settings.ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - runs before any thread exists in the child
        )
        say(self.name, f"started, process {self.process.pid}")
        reader = threading.Thread(target=self._read, args=(self.process.stdout, say), daemon=True)
        reader.start()
        self.readers = [reader]

    def _read(self, lines: IO[str], say: Say) -> None:
        for line in lines:
            say(self.name, line.rstrip("\n"))

    def look(self, now: float, say: Say) -> None:
        """Start the process if it should run and does not."""
        if self.process is not None and self.process.poll() is not None:
            self.deaths = 1 if now - self.started > STEADY else self.deaths + 1
            rest = min(2.0 ** min(self.deaths - 1, DOUBLINGS) - 1, LONGEST_REST)
            self.starts_at = now + rest
            say(self.name, f"ended with {self.process.returncode}; starting again in {rest:.0f} s")
            self.process = None
        if self.process is None and now >= self.starts_at:
            self.start(say)

    def alive(self) -> bool:
        """Tell whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def signal(self, number: int) -> None:
        """Send the process a signal if it runs."""
        if self.alive():
            assert self.process is not None  # noqa: S101 - alive() says so
            self.process.send_signal(number)


@dataclass
class Supervisor:
    """Keeps `children` running until SIGTERM or SIGINT, then stops them all."""

    children: list[Child]
    say: Say = print_line
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Supervise, then stop within `GRACE` seconds."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            while not self.stopping.is_set():
                for child in self.children:
                    child.look(time.monotonic(), self.say)
                self.stopping.wait(POLL)
        finally:
            self.stop()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping.set()

    def stop(self) -> None:
        """Ask every child to stop; kill what is still there when the time is up."""
        for child in self.children:
            child.signal(signal.SIGTERM)
        until = time.monotonic() + GRACE
        while any(child.alive() for child in self.children) and time.monotonic() < until:
            time.sleep(0.05)
        for child in self.children:
            if child.alive():
                self.say(child.name, f"did not stop within {GRACE:.0f} s; killed")
                child.signal(signal.SIGKILL)
            for reader in child.readers:
                reader.join(1.0)


def manage(*arguments: str) -> list[str]:
    """Return the command line of `manage.py …`."""
    return [sys.executable, str(settings.ROOT / "manage.py"), *arguments]


def house(bind: str, web_workers: int) -> list[Child]:
    """Return the processes of an embedded Ordet; the web listens at `bind` (host:port).

    Their system checks are left to whoever starts them, once for all.
    """
    gunicorn = [sys.executable, "-m", "gunicorn", "deploy.wsgi", "--bind", bind, "--workers", str(web_workers)]
    threads = ["--worker-class", "gthread", "--threads", "4", "--preload", "--graceful-timeout", "5", "--no-control-socket"]
    return [
        Child("web", [*gunicorn, *threads]),
        Child("scheduler", manage("scheduler", "--skip-checks")),
        Child("worker", manage("worker", "--skip-checks")),
        Child("db_worker", manage("db_worker", "--skip-checks", "--no-reload", "--no-startup-delay")),
    ]
