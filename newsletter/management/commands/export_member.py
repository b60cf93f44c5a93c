"""`manage.py export_member`."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from newsletter.members import Unknown, export


class Command(BaseCommand):
    """The command line's way to `newsletter.members.export`."""

    help = "Print all that is held on a person, as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address."""
        parser.add_argument("address", help="the person's e-mail address")

    def handle(self, address: str, **options: Any) -> None:
        """Print."""
        try:
            found = export(address)
        except Unknown as error:
            raise CommandError(str(error)) from None
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None
        self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder))
