"""`manage.py up`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from deploy.supervisor import Supervisor, house


class Command(BaseCommand):
    """Runs the whole house."""

    help = "Run web, scheduler, worker and Wagtail's db_worker under one supervisor. Run `migrate` and `collectstatic` first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the web's address and size."""
        parser.add_argument("--bind", default="127.0.0.1:8000", help="host:port of the web (default: %(default)s)")
        parser.add_argument("--web-workers", type=int, default=2, help="processes that serve the web (default: %(default)s)")

    def handle(self, bind: str, web_workers: int, **options: Any) -> None:
        """Run until told to stop."""
        Supervisor(house(bind, web_workers)).run()
