"""Announce what is due, once; print counts."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from social.announce import announce_due


class Command(BaseCommand):
    """`manage.py announce_due`."""

    help = "Send the announcements that are due (20 seconds at most) and print how many went to which state."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the duty once."""
        self.stdout.write(json.dumps(announce_due(timezone.now())))
