"""Fetch the figures that are due, once; print counts."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from social.figures import figures_due


class Command(BaseCommand):
    """`manage.py figures_due`."""

    help = "Fetch the figures of up to 20 posts per channel that are due; print how many were asked about and kept."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the duty once."""
        self.stdout.write(json.dumps(figures_due(timezone.now())))
