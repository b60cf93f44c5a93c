"""A migrated SQLite database, kept between runs: migrating from nothing takes longer than most tests.

The copy stands in pytest's cache under a name made of all migrations and pinned packages, so a change to
either makes a new one. PostgreSQL migrates as always.
"""

import fcntl
import hashlib
import os
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from django.apps import apps
from django.db import connection
from django.db.backends.signals import connection_created

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".pytest_cache" / "d" / "databases"


@cache
def place() -> Path:
    """Return where the copy for today's migrations stands, or would stand."""
    sources = [path for app in apps.get_app_configs() for path in sorted((Path(app.path) / "migrations").glob("*.py"))]
    digest = hashlib.sha256()
    for path in [*sources, ROOT / "requirements.lock", ROOT / "deploy" / "settings.py"]:
        digest.update(str(path.name).encode() + path.read_bytes())
    return FOLDER / f"migrated-{digest.hexdigest()[:16]}.sqlite3"


class Migrated:
    """Fills each new in-memory test database from the copy; where there is none, one process makes it and others wait."""

    def __init__(self) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.lock: TextIO | None = None
        connection_created.connect(self.fill)

    def fill(self, sender: Any, connection: Any, **kwargs: Any) -> None:
        """Copy the migrated database into an empty one that lives in memory."""
        if connection.vendor != "sqlite" or "memory" not in str(connection.settings_dict["NAME"]) or self.lock:
            return
        target = connection.connection
        if target.execute("select count(*) from sqlite_master").fetchone()[0]:
            return
        if not place().exists():
            self.lock = (FOLDER / "lock").open("w")
            fcntl.flock(self.lock, fcntl.LOCK_EX)
        if place().exists():
            self._release()
            # Read only, so that a copy that another run has just replaced isn't made anew, and empty.
            with closing(sqlite3.connect(f"file:{place()}?mode=ro", uri=True)) as source:
                source.backup(target)

    def keep(self) -> None:
        """Keep the database as it is now, right after migrating; older copies go."""
        if connection.vendor == "sqlite" and not place().exists():
            connection.ensure_connection()
            made = FOLDER / f"made-{os.getpid()}.sqlite3"
            with closing(sqlite3.connect(made)) as target:
                connection.connection.backup(target)
            for old in FOLDER.glob("migrated-*.sqlite3"):
                old.unlink(missing_ok=True)
            made.replace(place())
        self._release()

    def _release(self) -> None:
        if self.lock:
            self.lock.close()
            self.lock = None
