"""`manage.py read_bounce`."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from newsletter.bounces import take_bounce


class Command(BaseCommand):
    """The command line's way to `newsletter.bounces.take_bounce`."""

    help = "Read one raw message (a file, or - for standard input), mark delivery and member, print what it says as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file."""
        parser.add_argument("file", help="a raw message, or -")

    def handle(self, file: str, **options: Any) -> None:
        """Read, mark and print."""
        try:
            raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        except OSError as error:
            raise CommandError(str(error)) from None
        bounce = take_bounce(raw, timezone.now())
        found = {"recipients": list(bounce.recipients), "kind": bounce.kind, "reason": bounce.reason}
        self.stdout.write(json.dumps(found, ensure_ascii=False))
