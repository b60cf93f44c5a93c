"""The house's processes as they really run: started, killed, stopped."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from cms.fetch import FetchError, fetch
from tests.processes import World, free_port, running, until, world

SCHEDULED = """
from datetime import timedelta
from django.utils import timezone
from wagtail.models import Revision
from cms.models import Column, Home, section_for
later = timezone.now() + timedelta(hours=1)
page = section_for(Column, Home.objects.get()).add_child(instance=Column(title="Snart", live=False, go_live_at=later))
page.save_revision().publish()
revision = Revision.objects.get(approved_go_live_at__isnull=False)
revision.content["go_live_at"] = None
revision.approved_go_live_at = timezone.now() + timedelta(seconds={seconds})
revision.save()
print(revision.approved_go_live_at.timestamp())
"""
PUBLISHED = "SELECT timestamp FROM wagtailcore_pagelogentry WHERE action = 'wagtail.publish.scheduled'"
BEATS = "SELECT kind FROM deploy_heartbeat"


@pytest.fixture
def house(tmp_path: Path):
    with world(tmp_path) as made:
        yield made


def children(pid: int) -> dict[str, int]:
    """The supervisor's children, by what they are."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            words = (folder / "cmdline").read_text().split("\0")
        except OSError:
            continue
        if parent == pid:
            found[next((word for word in ("scheduler", "worker", "db_worker") if word in words), "web")] = int(folder.name)
    return found


def answer(url: str) -> tuple[int, dict]:
    try:
        got = fetch("GET", url, timeout=5)
    except FetchError:
        return 0, {}
    return got.status, json.loads(got.body) if got.status in {200, 503} else {}


def test_up_runs_four_processes_restarts_what_dies_and_stops_them_all(house: World):
    port = free_port()
    with running(house.start("up", "--bind", f"127.0.0.1:{port}")) as up:
        until(lambda: answer(f"http://127.0.0.1:{port}/health/ready")[0] == 200, 60)
        before = children(up.pid)
        assert sorted(before) == ["db_worker", "scheduler", "web", "worker"]

        os.kill(before["worker"], signal.SIGKILL)
        after = until(lambda: len(now := children(up.pid)) == 4 and now["worker"] != before["worker"] and now, 30)
        assert {name: pid for name, pid in after.items() if name != "worker"} == {
            name: pid for name, pid in before.items() if name != "worker"
        }

        began = time.monotonic()
        up.send_signal(signal.SIGTERM)
        assert up.wait(timeout=20) == 0
        assert time.monotonic() - began < 12
        assert not any(Path(f"/proc/{pid}").exists() for pid in after.values())


def test_nothing_lives_on_when_the_supervisor_is_killed(house: World):
    with running(house.start("up", "--bind", f"127.0.0.1:{free_port()}")) as up:
        found = until(lambda: len(now := children(up.pid)) == 4 and now, 30)
        up.kill()
        until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() and alive(pid) for pid in found.values()), 30)


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


@pytest.mark.parametrize("command", ["scheduler", "worker"])
def test_a_stop_is_heard_and_the_sign_of_life_taken_away(house: World, command: str):
    with running(house.start(command)) as process:
        until(lambda: house.query(BEATS) == [(command,)], 30)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
    assert house.query(BEATS) == []


def test_a_scheduled_post_whose_publication_was_killed_is_published_once_on_restart(house: World):
    house.ask(SCHEDULED.format(seconds=-1))
    mark = house.folder / "reached"
    slow = house.python(
        "import pathlib, time\nfrom django.utils import timezone\nfrom cms import publishing\n"
        f"publishing.when_live(lambda post: (pathlib.Path({str(mark)!r}).touch(), time.sleep(60)))\n"
        "publishing.publish_due(timezone.now())"
    )
    with running(slow):
        until(mark.exists, 30)
        slow.kill()
        slow.wait()
    assert house.query(PUBLISHED) == []
    with running(house.start("scheduler")), running(house.start("scheduler")):
        until(lambda: len(house.query(BEATS)) == 2, 40)
        until(lambda: house.query(PUBLISHED), 20)
    assert len(house.query(PUBLISHED)) == 1
    assert house.query("SELECT title FROM wagtailcore_page WHERE live AND title = 'Snart'") == [("Snart",)]


def test_a_post_goes_live_to_the_second(house: World):
    due = float(house.ask(SCHEDULED.format(seconds=15)))
    with running(house.start("scheduler")):
        until(lambda: house.query(PUBLISHED), 60)
        published = time.time()
    # The sweeps ran when the scheduler started and again 30 s later: only the alarm can have been on time.
    assert -0.1 < published - due < 5
