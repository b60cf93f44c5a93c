"""`manage.py import_members`."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from newsletter.doors import BadRequest, list_by_name
from newsletter.importing import Unreadable, WrongState, import_members


class Command(BaseCommand):
    """The command line's way to `newsletter.importing.import_members`."""

    help = "Add and update members from a CSV or XLSX file. Never brings back who left, bounced or was erased."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, the list and whether to really do it."""
        parser.add_argument("file", type=Path, help="a .csv or .xlsx file whose first line names the columns")
        parser.add_argument("--list", required=True, help="the list's short name or name")
        parser.add_argument("--wording", default="", help="why we may write to them; kept as evidence")
        parser.add_argument("--dry-run", action="store_true", help="only report")
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, file: Path, **options: Any) -> None:
        """Import and report."""
        mailing_list, now = options["list"], timezone.now()
        kept = {"dry_run": options["dry_run"], "wording": options["wording"]}
        try:
            done = import_members(file, list_by_name(mailing_list), now, **kept)
        except (Unreadable, WrongState, BadRequest, OSError) as error:
            raise CommandError(str(error)) from None
        found = asdict(done)
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for problem in found.pop("problems"):
            self.stdout.write(f"{problem['line']}: {problem['problem']}")
        self.stdout.write(", ".join(f"{name} {value}" for name, value in found.items()))
