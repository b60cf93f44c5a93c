"""`manage.py postbox_due`."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from newsletter.postbox import postbox_due


class Command(BaseCommand):
    """One round."""

    help = "Send the single mails that are due once, print counts, exit."

    def handle(self, **options: Any) -> None:
        """Run once and print the counts as JSON."""
        counts = postbox_due(timezone.now())
        self.stdout.write(json.dumps(counts))
