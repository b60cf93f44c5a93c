"""Connect LinkedIn with a token from standard input."""

import json
import re
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from social import connection
from social.channels import Refused
from social.channels.linkedin.client import read_tokens


class Command(BaseCommand):
    """`manage.py connect_linkedin --organization URN < token.json`."""

    help = (
        "Connect LinkedIn with a token answer on standard input: "
        '{"access_token": …, "expires_in": seconds, "refresh_token": …, "scope": …}. The token is never printed.'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the page's URN."""
        parser.add_argument("--organization", required=True, metavar="URN", help="such as urn:li:organization:12345")
        parser.add_argument("--name", default="", help="the page's name, for the admin")
        parser.add_argument("--role", default="", help="the account's role on the page, such as ADMINISTRATOR")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, store, and print the connection without its secrets."""
        if not re.fullmatch(r"urn:li:organization(Brand)?:\d+", options["organization"]):
            raise CommandError("--organization wants a URN such as urn:li:organization:12345.")
        now = timezone.now()
        try:
            found = json.loads(sys.stdin.read())
            tokens = read_tokens(found if isinstance(found, dict) else {}, now)
        except ValueError:
            raise CommandError("Standard input holds no JSON.") from None
        except Refused as error:
            raise CommandError(str(error)) from None
        state = connection.connect("linkedin", tokens, options["organization"], now, name=options["name"], role=options["role"])
        shown = {
            "organization": state.organization,
            "expires": tokens.expires_at.isoformat(timespec="seconds"),
            "renewable": bool(tokens.refresh_token),
            "scope": state.scope,
            "active_since": state.active_since.isoformat(timespec="seconds") if state.active_since else None,
        }
        self.stdout.write(json.dumps(shown))
