"""`manage.py resume_mailing`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from newsletter.doors import BadRequest, mailing_by_id
from newsletter.engine import WrongState, resume


class Command(BaseCommand):
    """The command line's way to `newsletter.engine.resume`."""

    help = "Let a paused or held mailing go on where it stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the mailing."""
        parser.add_argument("mailing", type=int, help="the mailing's number")

    def handle(self, mailing: int, **options: Any) -> None:
        """Do it, or say why not."""
        try:
            found = mailing_by_id(mailing)
            resume(found, timezone.now())
        except (WrongState, BadRequest) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{found.pk}: {found.state}")
