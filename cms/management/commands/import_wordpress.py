"""Import a WordPress export: `manage.py import_wordpress FILE [--media DIR] [--map FILE] [--dry-run] [--json]`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cms.importers import mapping
from cms.importers.wordpress import import_wordpress
from cms.importers.wxr import BadExport


class Command(BaseCommand):
    """A door to cms.importers.wordpress."""

    help = (
        "Imports a WordPress export (WXR) with its media. Nothing is announced, mailed or hooked; a second run changes nothing. "
        "The map and the report are described in docs/import.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path, help="the export, an XML file of any size")
        parser.add_argument("--media", type=Path, help="folder with the old site's files, such as a copy of wp-content/uploads")
        parser.add_argument("--map", type=Path, help="JSON or TOML: what becomes which content type, and field values")
        parser.add_argument("--dry-run", action="store_true", help="write nothing, give the same report")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and print the report."""
        try:
            chosen = mapping.load(options["map"]) if options["map"] else None
            report = import_wordpress(
                options["file"], media=options["media"], mapping=chosen, dry_run=options["dry_run"], now=timezone.now()
            )
        except (BadExport, mapping.BadMap) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False) if options["json"] else "\n".join(report.lines()))
