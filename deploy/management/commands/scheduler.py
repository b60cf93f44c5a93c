"""`manage.py scheduler`."""

from typing import Any

from django.core.management.base import BaseCommand

from deploy.scheduler import Timetable


class Command(BaseCommand):
    """Runs the timetable."""

    help = "Run the timetable: scheduled publishing, alarms, sweeps and clean-up. Stops gracefully on SIGTERM."

    def handle(self, **options: Any) -> None:
        """Run until told to stop."""
        Timetable().run()
