"""The demo: the whole house with real processes on 127.0.0.1, until Ctrl-C; `--once` plays the main job and ends."""

import argparse
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.demo import stage
from deploy.demo.stage import Stage

if TYPE_CHECKING:
    from deploy.supervisor import Child, Say

ORGANIZATION = "urn:li:organization:1001"
CLIENT = {"LINKEDIN_CLIENT_ID": "demo-client", "LINKEDIN_CLIENT_SECRET": "demo-secret"}


def main() -> None:
    """Play the demo as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m deploy.demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="play the main job unattended; JSON as the last line")
    parser.add_argument(
        "--export", type=Path, help="with --once: a folder with wordpress-export.xml and media/ (default: the demo's)"
    )
    options = parser.parse_args()
    if options.once:
        sys.exit(play_once(options.export))
    stay()


def prepare(set_up: Stage, *, delay: int) -> None:
    """Enter the stage and bring database and static files up to date; both at once, they take seconds each."""
    stage.enter(set_up, delay=delay)
    os.environ |= CLIENT
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
    static = subprocess.Popen(command, cwd=stage.ROOT)  # noqa: S603 - our own command
    import django

    django.setup()
    from django.core.management import call_command

    call_command("check", stdout=io.StringIO())
    call_command("migrate", verbosity=0)
    if static.wait() != 0:
        raise SystemExit("collectstatic failed")


def furnish(set_up: Stage, *, at_leisure: bool = False) -> None:
    """Fill the house with its content, people and users, once; `at_leisure` with the pictures' copies, else a job makes them."""
    from django.utils import timezone

    from deploy.demo import audience
    from deploy.demo.furnish import Furnisher

    now = timezone.now()
    furnisher = Furnisher(now)
    furnisher.furnish()
    audience.employ()
    audience.gather(now)
    if at_leisure:
        furnisher.copy_pictures()


def neighbours(set_up: Stage) -> "list[Child]":
    """Return the processes that stand in for the world outside: mail server and LinkedIn."""
    from deploy.supervisor import Child

    catcher = ["--smtp", str(set_up.ports["smtp"]), "--http", str(set_up.ports["mail"]), "--folder", str(set_up.folder / "mail")]
    linkedin = ["--port", str(set_up.ports["linkedin"]), "--state", str(set_up.folder / "linkedin")]
    return [
        Child("mail", [sys.executable, "-m", "deploy.demo.mailcatcher", *catcher]),
        Child("linkedin", [sys.executable, "-m", "deploy.demo.linkedin", *linkedin]),
    ]


def household(set_up: Stage) -> "list[Child]":
    """Return all of the demo's processes."""
    from deploy.supervisor import house

    return [*neighbours(set_up), *house(f"127.0.0.1:{set_up.ports['web']}", 2)]


def connect(set_up: Stage) -> None:
    """Connect LinkedIn to the stand-in through the same command that an operator uses."""
    from django.core.management import call_command

    from cms.fetch import fetch

    token = fetch("POST", f"{set_up.url('linkedin')}/_control/token", body=b"{}").body
    given, sys.stdin = sys.stdin, io.StringIO(token.decode())
    try:
        call_command("connect_linkedin", "--organization", ORGANIZATION, "--name", "Socialcheferna", stdout=io.StringIO())
    finally:
        sys.stdin = given


def answers(url: str) -> bool:
    """Tell whether `url` answers with 200."""
    from cms.fetch import FetchError, fetch

    try:
        return fetch("GET", url, timeout=5).status == 200
    except FetchError:
        return False


@contextmanager
def running(children: "list[Child]", say: "Say") -> "Iterator[list[Child]]":
    """Start the children, and stop them all at the end whatever happens."""
    from deploy.supervisor import Supervisor

    for child in children:
        child.start(say)
    try:
        yield children
    finally:
        Supervisor(children, say).stop()


def wait_for(url: str, seconds: float = 60.0) -> None:
    """Wait until `url` answers. Raises SystemExit when it does not in time."""
    end = time.monotonic() + seconds
    while not answers(url):
        if time.monotonic() > end:
            raise SystemExit(f"{url} does not answer")
        time.sleep(0.2)


def stay() -> None:
    """Run the demo until Ctrl-C."""
    set_up = stage.build("demo")
    fresh = not (set_up.folder / stage.READY).exists()
    print("Ställer i ordning demonstrationen …", flush=True)
    prepare(set_up, delay=30)
    from deploy.demo import welcome
    from deploy.supervisor import Supervisor

    if fresh:
        furnish(set_up, at_leisure=True)
    children = household(set_up)
    with running(children[:2], silent):
        wait_for(f"{set_up.url('linkedin')}/_control/settings")
        if fresh:
            connect(set_up)
            welcome.first_issue()
            (set_up.folder / stage.READY).touch()
        print(welcome.words(set_up), flush=True)
        Supervisor(children).run()


def silent(name: str, line: str) -> None:
    """Keep a child's line to itself."""


class Log:
    """Keeps the children's lines in a file."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("a", buffering=1)

    def __call__(self, name: str, line: str) -> None:
        """Write one line of the child `name`."""
        self.file.write(f"{name:<10} | {line}\n")


def play_once(export: Path | None) -> int:
    """Play the main job on an empty stage; print its figures as JSON; return the exit code."""
    began = time.monotonic()
    set_up = stage.build("demo-once", anew=True)
    prepare(set_up, delay=2)
    from deploy.demo.once import MainJob

    job = MainJob(set_up, export)
    with running(household(set_up), Log(set_up.folder / "log.txt")):
        # The processes take their seconds to start meanwhile.
        furnish(set_up)
        job.play()
    report = job.figures | {"seconds": round(time.monotonic() - began, 1), "failed": job.failed}
    print(json.dumps(report, ensure_ascii=False), flush=True)
    return 1 if job.failed else 0
