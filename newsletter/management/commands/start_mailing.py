"""`manage.py start_mailing`."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from newsletter.doors import BadRequest, start_by_name
from newsletter.engine import CannotStart


class Command(BaseCommand):
    """The command line's way to `newsletter.engine.start_mailing`."""

    help = "Send an approved issue to a list. A worker does the sending."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the issue, the list and the time."""
        parser.add_argument("issue", type=int, help="the issue's number")
        parser.add_argument("--list", required=True, help="the list's short name or name")
        parser.add_argument("--at", default="", help="when (ISO 8601; without a zone: Stockholm); default now")
        parser.add_argument("--json", action="store_true", help='print {"mailing": ID}')

    def handle(self, issue: int, **options: Any) -> None:
        """Start it, or say why not."""
        try:
            mailing = start_by_name(issue, options["list"], options["at"], timezone.now())
        except (CannotStart, BadRequest) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps({"mailing": mailing.pk}) if options["json"] else f"Mailing {mailing.pk} is {mailing.state}.")
