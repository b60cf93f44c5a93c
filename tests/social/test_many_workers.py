"""Many rows, several real workers, a kill in the middle, answers that get lost: each post is out once, none was sent blindly."""

import json
import signal

import pytest

from tests.processes import world
from tests.social.calls import blind_repeats
from tests.social.standin import standing_in
from tests.social.test_kills import Scene

COUNT = 12
PUBLISH = f"""
for number in range({COUNT}):
    column = Column(title=f"Inlägg {{number}}", summary="Om (allt) & #samarbete", live=False)
    section_for(Column, Home.objects.get()).add_child(instance=column).save_revision().publish()
"""
WORK = """
ours = Announcement.objects.filter(post_title__startswith="Inlägg")
end = time.monotonic() + 100
while ours.filter(state__in=("waiting", "sending", "unknown")).exists() and time.monotonic() < end:
    work()
    announce.reconcile_due(timezone.now())
    time.sleep(0.05)
"""
TELL = "print(json.dumps(list(ours.values_list('state', 'remote_id', 'text'))))"


@pytest.fixture
def scene(tmp_path):
    (tmp_path / "linkedin").mkdir()
    fast = {"ANNOUNCE_DELAY_SECONDS": "0", "RECONCILE_WAIT_SECONDS": "1", "LEASE_SECONDS": "2"}
    with standing_in(tmp_path / "linkedin") as network, world(tmp_path, **fast, **network.environment) as house:
        scene = Scene(house, network, "")
        scene.ask("connect()" + PUBLISH)
        yield scene


def test_two_workers_after_a_killed_one_bring_every_post_out_once(scene):
    network = scene.network
    for fault in (("drop", "after"), ("drop", "before"), ("half", "after")):
        network.script("create", *fault)
    network.script("create", "answer", "after", status=503, body="<html>")
    network.script("create", "hold", "after")
    with scene.process(WORK) as victim:
        network.held()
        victim.kill()
        assert victim.wait(60) == -signal.SIGKILL
    network.order("release")
    network.order("settings", lag=3.0)
    with scene.process(WORK) as other:
        rows = json.loads(scene.ask(WORK + TELL).splitlines()[-1])
        assert other.wait(100) == 0
    assert [state for state, *_ in rows] == ["published"] * COUNT
    assert sorted(row[1:] for row in rows) == sorted([post["id"], post["visible"]] for post in network.posts)
    assert len({post["content"]["article"]["title"] for post in network.posts}) == COUNT
    assert network.calls("create") == COUNT + 1
    assert blind_repeats(network.ask("calls")) == 0
