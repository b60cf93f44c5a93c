"""`manage.py worker`."""

from typing import Any

from django.core.management.base import BaseCommand

from deploy.duties import DUTIES
from deploy.worker import Worker, stop_gracefully
from newsletter import engine


class Command(BaseCommand):
    """Runs the duties."""

    help = "Run the duties every second: send what is due. Stops gracefully on SIGTERM; several may run on PostgreSQL."

    def handle(self, **options: Any) -> None:
        """Run until told to stop."""
        stop_gracefully()
        Worker(DUTIES).run()
        # Connections and claimed rows outlive a round; here they end.
        engine.shut_down()
