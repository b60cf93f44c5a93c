"""Real workers are killed and doubled: each event arrives with its one id, in order per page, and nothing is lost."""

import json
import signal

import pytest

from cms.webhooks import events
from tests.cms.webhooks.conftest import ALL
from tests.processes import running, until, world

SCRIPT = f"""
import json, os, signal, time
from datetime import timedelta
from django.utils import timezone
from cms.models import Column, Home, HookDelivery, HookEndpoint, section_for
from cms.webhooks import desk, sending, telling, watch
from cms.webhooks.telling import Event, tell

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def listen(address):
    made = desk.create("Webbplatsen", address, {ALL!r}, timezone.now() - timedelta(days=1))
    print(made.secret)

def publish():
    column = Column(title="Ordet är fritt", live=False)
    section_for(Column, Home.objects.get()).add_child(instance=column).save_revision().publish()

def work(minutes=0):
    return sending.hooks_due(timezone.now() + timedelta(minutes=minutes))
"""
MANY = """
now = timezone.now()
for number in range(24):
    data = {"id": "abcdefgh"[number % 8], "number": number}
    tell([Event("post.updated", data["id"], str(number), now, data)], now)
"""
BEGUN = """
while not HookDelivery.objects.exists():
    time.sleep(0.02)
"""
UNTIL_DONE = """
end = time.monotonic() + 60
while HookDelivery.objects.filter(state__in=HookDelivery.UNSETTLED).exists() and time.monotonic() < end:
    work()
    time.sleep(0.02)
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory, _hook_server):
    with world(tmp_path_factory.mktemp("house")) as made:
        made.secret = made.ask(f"{SCRIPT}listen({_hook_server.address!r})").splitlines()[-1]
        yield made


@pytest.fixture
def scene(house, server):
    house.write("DELETE FROM cms_hookdelivery")
    house.write("UPDATE cms_hookendpoint SET quiet_until = NULL, failing_since = NULL, unreachable = 0")
    server.secret = house.secret
    return house


def killed(process):
    assert process.wait(60) == -signal.SIGKILL


def test_killed_before_the_row_with_the_request_out_and_with_the_answer_in_hand(scene, server):
    with running(scene.python(f"{SCRIPT}watch.tell = die; publish()")) as process:
        killed(process)
    server.script = ["hold"]
    with running(scene.python(f"{SCRIPT}watch.sweep(timezone.now()); watch.sweep(timezone.now()); work()")) as process:
        until(lambda: server.held, 60)
        process.kill()
        killed(process)
    server.go.set()
    with running(scene.python(f"{SCRIPT}sending.conclude = die; work(1)")) as process:
        killed(process)
    said = scene.ask(f"{SCRIPT}work(2); print(json.dumps([*HookDelivery.objects.values_list('event', 'state')]))")
    assert json.loads(said.splitlines()[-1]) == [["post.published", "delivered"]]
    assert len(server.calls) == 3
    assert len({call.id for call in server.calls}) == 1
    assert server.told() == [events.PUBLISHED]


def test_two_workers_send_each_row_once_and_in_order(scene, server):
    with running(scene.python(SCRIPT + MANY + UNTIL_DONE)) as first, running(scene.python(SCRIPT + BEGUN + UNTIL_DONE)) as second:
        assert first.wait(90) == second.wait(90) == 0
    assert len(server.calls) == len({call.id for call in server.calls}) == 24
    for page in "abcdefgh":
        numbers = [call.body["data"]["number"] for call in server.calls if call.body["data"]["id"] == page]
        assert numbers == sorted(numbers)
