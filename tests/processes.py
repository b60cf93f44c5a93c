"""Real processes for tests: a database of their own, `manage.py …` started, waited for, killed."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests import migrated

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(holds: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Return what `holds()` returns as soon as it is true; fails after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {holds}")


class World:
    """A folder, a migrated database and the environment of the processes that live in it."""

    def __init__(self, folder: Path, url: str, **environment: str) -> None:
        self.folder, self.url = folder, url
        self.environment = os.environ | {"DATABASE_URL": url, "JOURNAL_DIR": str(folder / "journal"), "DEBUG": "1"} | environment

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run `manage.py …` to its end and return what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        print(done.stdout, done.stderr, end="")
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def python(self, script: str) -> subprocess.Popen[str]:
        """Start a Python script after Django's setup."""
        return self._start([sys.executable, "-c", f"import django\ndjango.setup()\n{script}"])

    def ask(self, script: str) -> str:
        """Run a Python script after Django's setup and return what it printed."""
        process = self.python(script)
        output, _ = process.communicate(timeout=120)
        print(output, end="")
        assert process.returncode == 0, output
        return output.strip()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query, asked of the database directly: far quicker than a Django process."""
        if self.url.startswith("postgres"):
            with psycopg.connect(self.url, autocommit=True) as connection:
                return connection.execute(sql).fetchall()
        with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=20)) as connection:
            return connection.execute(sql).fetchall()

    def write(self, sql: str) -> None:
        """Execute a statement that changes something."""
        if self.url.startswith("postgres"):
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(sql)
            return
        with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=20, isolation_level=None)) as connection:
            connection.execute(sql)

    def locked(self) -> bool:
        """Tell whether somebody is within a transaction that would make others wait."""
        if self.url.startswith("postgres"):
            others = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            return bool(self.query(f"{others} AND state <> 'idle'"))
        with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=0.1, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            connection.execute("ROLLBACK")
            return False

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `manage.py …`."""
        return self._start([sys.executable, "manage.py", *arguments])

    def _start(self, command: list[str]) -> subprocess.Popen[str]:
        environment = self.environment | {"DJANGO_SETTINGS_MODULE": "deploy.settings"}
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )


@contextmanager
def world(folder: Path, **environment: str) -> Iterator[World]:
    """Make a World on the kind of database that this test run uses."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        made = World(folder, f"sqlite:///{folder / 'world.sqlite3'}", **environment)
        _migrate(made)
        yield made
        return
    name = f"world_{uuid.uuid4().hex[:12]}"
    made = World(folder, f"{given.rpartition('/')[0]}/{name}", **environment)
    with psycopg.connect(given, autocommit=True) as server:
        _copy_on_postgres(server, made, name)
        try:
            yield made
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _copy_on_postgres(server: psycopg.Connection[Any], made: World, name: str) -> None:
    """Create the database as a copy of a migrated one; where none was given, one is made per test process."""
    template = os.environ.get("TEMPLATE_DATABASE") or f"migrated_{os.getpid()}"
    if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return
    server.execute(f'CREATE DATABASE "{name}"')
    made.run("migrate", "--verbosity=0")
    server.execute(f'CREATE DATABASE "{template}" TEMPLATE "{name}"')


def _migrate(made: World) -> None:
    """Take the copy that the tests' own database began from; without one migrate, once per test process."""
    path = made.folder / "world.sqlite3"
    kept, template = migrated.place(), made.folder.parent / "migrated.sqlite3"
    if kept.exists():
        shutil.copy(kept, path)
    elif not template.exists():
        made.run("migrate", "--verbosity=0")
        # The last connection has closed, so nothing is left in a write-ahead log.
        shutil.copy(path, template)
    else:
        shutil.copy(template, path)


@contextmanager
def running(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """Kill the process at the end if it still runs."""
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        # What a process said belongs to its test's output.
        print(*filter(None, process.communicate(timeout=10)), sep="")
