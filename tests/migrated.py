"""A migrated SQLite database, kept between runs: migrating from nothing takes longer than most tests.

The copy stands in pytest's cache under a name made of all migrations and pinned packages, so a change to
either makes a new one. PostgreSQL migrates as always.
"""

import hashlib
import os
import sqlite3
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.backends.signals import connection_created

ROOT = Path(__file__).parent.parent


def _place(folder: Path) -> Path:
    sources = [path for app in apps.get_app_configs() for path in sorted((Path(app.path) / "migrations").glob("*.py"))]
    digest = hashlib.sha256()
    for path in [*sources, ROOT / "requirements.lock", ROOT / "deploy" / "settings.py"]:
        digest.update(str(path.name).encode() + path.read_bytes())
    return folder / f"migrated-{digest.hexdigest()[:16]}.sqlite3"


class Migrated:
    """Fills each new in-memory test database from the copy, if there is one; `keep` makes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        connection_created.connect(self.fill)

    def fill(self, sender: Any, connection: Any, **kwargs: Any) -> None:
        """Copy the migrated database into an empty one that lives in memory."""
        if connection.vendor != "sqlite" or "memory" not in str(connection.settings_dict["NAME"]):
            return
        place, target = _place(self.folder), connection.connection
        if place.exists() and not target.execute("select count(*) from sqlite_master").fetchone()[0]:
            with sqlite3.connect(place) as source:
                source.backup(target)
            source.close()

    def keep(self) -> None:
        """Keep the database as it is now, right after migrating; older copies go."""
        if connection.vendor != "sqlite" or _place(self.folder).exists():
            return
        connection_created.disconnect(self.fill)
        connection.ensure_connection()
        made = self.folder / f"made-{os.getpid()}.sqlite3"
        with sqlite3.connect(made) as target:
            connection.connection.backup(target)
        target.close()
        for old in self.folder.glob("migrated-*.sqlite3"):
            old.unlink(missing_ok=True)
        made.replace(_place(self.folder))
