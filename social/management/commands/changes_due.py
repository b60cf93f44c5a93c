"""Change and take away what is due, once; print counts."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from social.changes import changes_due


class Command(BaseCommand):
    """`manage.py changes_due`."""

    help = "Carry out the changes to posts that are out (20 seconds at most) and print how many went to which state."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the duty once."""
        self.stdout.write(json.dumps(changes_due(timezone.now())))
