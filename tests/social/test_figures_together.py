"""Real workers that count: two at once ask nothing twice, and one that is killed leaves no post behind for ever."""

import json
import re

import pytest

from tests.processes import running, world
from tests.social.standin import ORGANIZATION, standing_in

COUNT = 45
SCRIPT = """
import io, json, sys
from datetime import datetime, timedelta
from uuid import uuid4
from django.utils import timezone
from social.figures import figures_due
from social.models import Announcement, Figure

def prepare(count):
    from django.core.management import call_command
    sys.stdin = io.StringIO({token!r})
    call_command("connect_linkedin", organization={organization!r}, stdout=io.StringIO())
    now = timezone.now()
    Announcement.objects.bulk_create(
        Announcement(translation_key=uuid4(), channel="linkedin", occasion="first", state="published", settled_at=now,
                     figures_due_at=now, remote_id=f"urn:li:share:{{number}}", remote_url="https://x.example/")
        for number in range(count)
    )

def work(ahead=0):
    done = True
    while done:
        done = figures_due(timezone.now() + timedelta(seconds=ahead))
"""


@pytest.fixture
def network(tmp_path):
    with standing_in(tmp_path / "linkedin") as made:
        for number in range(COUNT):
            made.order("counts", id=f"urn:li:share:{number}", impressions=number + 1)
        yield made


@pytest.fixture
def house(network, tmp_path):
    with world(tmp_path, **network.environment, FETCH_ALLOW_NETWORKS="127.0.0.0/8") as made:
        made.script = SCRIPT.format(token=json.dumps(network.order("token")), organization=ORGANIZATION)
        made.ask(f"{made.script}\nprepare({COUNT})")
        yield made


def asked(network):
    queries = [call["query"] for call in network.ask("calls") if call["route"] == "statistics"]
    return sorted(int(number) for query in queries for number in re.findall(r"share%3A(\d+)", query))


def test_two_workers_ask_about_every_post_once(house, network):
    with running(house.python(f"{house.script}\nwork()")) as one, running(house.python(f"{house.script}\nwork()")) as other:
        assert [process.wait(60) for process in (one, other)] == [0, 0]
    assert asked(network) == list(range(COUNT))
    kept = house.query("SELECT remote_id, impressions FROM social_figure JOIN social_announcement a ON a.id = announcement_id")
    assert sorted(kept) == sorted((f"urn:li:share:{number}", number + 1) for number in range(COUNT))


def test_what_a_killed_worker_had_in_hand_is_counted_the_next_time(house, network):
    network.script("statistics", "hold")
    with running(house.python(f"{house.script}\nwork()")) as worker:
        network.held()
        worker.kill()
        worker.wait(10)
    network.order("release")
    house.ask(f"{house.script}\nwork(); work(3600)")
    found = dict(house.query("SELECT announcement_id, COUNT(*) FROM social_figure GROUP BY announcement_id"))
    assert len(found) == COUNT
    assert sorted(found.values()) == [1] * 20 + [2] * (COUNT - 20)
