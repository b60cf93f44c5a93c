"""`manage.py mailing_report`."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from newsletter.doors import BadRequest, mailing_by_id, report_as_json, report_as_text
from newsletter.engine import report


class Command(BaseCommand):
    """The command line's way to `newsletter.engine.report`."""

    help = "Show how far a mailing has come: counts per state, their sum, uncertain rows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the mailing and the form."""
        parser.add_argument("mailing", type=int, help="the mailing's number")
        parser.add_argument("--json", action="store_true", help="for machines")
        parser.add_argument("--recount", action="store_true", help="set the mailing page's figures to the rows as counted")

    def handle(self, mailing: int, **options: Any) -> None:
        """Print the report."""
        try:
            found = report(mailing_by_id(mailing), counted=True, recount=options["recount"])
        except BadRequest as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps(report_as_json(found), ensure_ascii=False) if options["json"] else report_as_text(found))
