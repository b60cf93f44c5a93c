"""`manage.py erase_member`."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from newsletter.members import Unknown, erase_address


class Command(BaseCommand):
    """The command line's way to `newsletter.members.erase_address`."""

    help = "Forget a person for good: only a keyed hash of the address is kept, so that no import brings it back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address."""
        parser.add_argument("address", help="the person's e-mail address")

    def handle(self, address: str, **options: Any) -> None:
        """Erase."""
        try:
            erase_address(address, timezone.now())
        except Unknown as error:
            raise CommandError(str(error)) from None
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None
        self.stdout.write("Erased.")
