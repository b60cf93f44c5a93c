"""The LinkedIn stand-in as a real process, and what tests ask of it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cms.fetch import fetch
from tests.processes import ROOT, running, until

ORGANIZATION = "urn:li:organization:1001"
# This month's: a fixed one would end, and be told as ending months before.
VERSION = f"{datetime.now(UTC):%Y%m}"


class StandIn:
    """A running stand-in."""

    def __init__(self, hello: dict[str, str]) -> None:
        self.address = hello["address"]
        self.client_id = hello["client_id"]
        self.client_secret = hello["client_secret"]

    @property
    def options(self) -> dict[str, Any]:
        """The channel's entry in SOCIAL_CHANNELS."""
        return {
            "BACKEND": "social.channels.linkedin.LinkedIn",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "api_url": self.address,
            "oauth_url": self.address,
            "upload_hosts": [self.address.partition("://")[2]],
            "version": VERSION,
        }

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point a process at it."""
        return {
            "LINKEDIN_CLIENT_ID": self.client_id,
            "LINKEDIN_CLIENT_SECRET": self.client_secret,
            "LINKEDIN_API_URL": self.address,
            "LINKEDIN_OAUTH_URL": self.address,
            "LINKEDIN_UPLOAD_HOSTS": self.address.partition("://")[2],
            "LINKEDIN_VERSION": VERSION,
        }

    def order(self, what: str, **order: Any) -> Any:
        return json.loads(fetch("POST", f"{self.address}/_control/{what}", body=json.dumps(order).encode()).body)

    def ask(self, what: str) -> Any:
        return json.loads(fetch("GET", f"{self.address}/_control/{what}").body)

    def script(self, on: str, do: str, when: str = "before", **more: Any) -> None:
        self.order("script", on=on, do=do, when=when, **more)

    @property
    def posts(self) -> list[dict[str, Any]]:
        """The live posts, oldest first."""
        return [post for post in self.ask("posts") if post["live"]]

    def calls(self, route: str) -> int:
        return sum(call["route"] == route for call in self.ask("calls"))

    def held(self) -> Any:
        """Wait until a call is held."""
        return until(lambda: self.ask("held"), 60)


@contextmanager
def standing_in(folder: Path) -> Iterator[StandIn]:
    """Start a stand-in for a while."""
    command = [sys.executable, "-m", "deploy.demo.linkedin", "--state", str(folder)]
    with running(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)) as process:
        assert process.stdout is not None
        yield StandIn(json.loads(process.stdout.readline()))
