"""`manage.py send_due`."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from newsletter.engine import send_due, shut_down


class Command(BaseCommand):
    """One round."""

    help = "Send what is due of all mailings once, print counts, exit."

    def handle(self, **options: Any) -> None:
        """Run once and print the counts as JSON."""
        counts = send_due(timezone.now())
        shut_down()
        self.stdout.write(json.dumps(counts))
