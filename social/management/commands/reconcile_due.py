"""Look for posts of unknown outcome, once; print counts."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from social.announce import reconcile_due


class Command(BaseCommand):
    """`manage.py reconcile_due`."""

    help = "Take over rows of dead workers and look for posts whose outcome is unknown; print how many went to which state."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the duty once."""
        self.stdout.write(json.dumps(reconcile_due(timezone.now())))
