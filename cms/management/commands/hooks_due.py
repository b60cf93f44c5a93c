"""Send the webhooks that are due, once; print counts."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from cms.webhooks.sending import hooks_due


class Command(BaseCommand):
    """`manage.py hooks_due`."""

    help = "Send the webhooks that are due (a few seconds) and print how many went to which state."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the duty once."""
        self.stdout.write(json.dumps(hooks_due(timezone.now())))
