"""`manage.py loadgen`."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from deploy.loadgen import RealMembers, as_dict, generate


class Command(BaseCommand):
    """The command line's way to `deploy.loadgen.generate`."""

    help = "Add synthetic members, posts and past mailings, for benchmarks and rehearsals. Refuses where there are real members."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how many, and the seed."""
        parser.add_argument("--members", type=int, default=0, help="how many members to add")
        parser.add_argument("--posts", type=int, default=0, help="how many published posts to add")
        parser.add_argument(
            "--mailings", type=int, default=0, help="how many past mailings to add, each to all synthetic members"
        )
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same people")
        parser.add_argument("--among-real-members", action="store_true", help="do it although there are real members")
        parser.add_argument("--json", action="store_true", help="print what was made as JSON")

    def handle(self, **options: Any) -> None:
        """Make them, and say how many."""
        members, posts, past = (options[name] for name in ("members", "posts", "mailings"))
        if min(members, posts, past) < 0:
            raise CommandError("A number is below zero.")
        try:
            made = generate(members, posts, past, timezone.now(), seed=options["seed"], among_real=options["among_real_members"])
        except RealMembers as error:
            raise CommandError(str(error)) from None
        said = as_dict(made)
        self.stdout.write(json.dumps(said) if options["json"] else ", ".join(f"{name}: {count}" for name, count in said.items()))
