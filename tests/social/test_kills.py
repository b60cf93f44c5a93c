"""A real worker process is killed with SIGKILL at each point; afterwards there is one post, never two, as it was meant to be."""

import json
import signal

import pytest

from tests.processes import running, world
from tests.social.standin import ORGANIZATION, standing_in

SCRIPT = """
import io, json, os, signal, sys, time
from django.conf import settings
settings.MEDIA_ROOT = {media!r}
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image
from cms.models import Column, Home, Picture, section_for
from social import announce, changes, changing, sending
from social.channels.linkedin import LinkedIn
from social.management.commands.announcements import as_dict
from social.models import Announcement, Change

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def publish(picture=None):
    column = Column(title={title!r}, summary="Om #samarbete", lead_image=picture, live=False)
    section_for(Column, Home.objects.get()).add_child(instance=column).save_revision().publish()

def picture():
    drawn = io.BytesIO()
    Image.new("RGB", (1300, 700), "teal").save(drawn, "PNG")
    return Picture.objects.create(title="Bild", file=ContentFile(drawn.getvalue(), "bild.png"))

def row():
    return Announcement.objects.get(post_title={title!r})

def work():
    announce.announce_due(timezone.now())

def recover():
    end = time.monotonic() + 60
    while row().state in ("waiting", "sending", "unknown") and time.monotonic() < end:
        work()
        announce.reconcile_due(timezone.now())
        time.sleep(0.1)
    print(json.dumps(as_dict(row())))

def ask(kind, text=""):
    changes.ask(row(), kind, timezone.now(), text)

def change():
    changes.changes_due(timezone.now())

def mend():
    end = time.monotonic() + 60
    while Change.objects.filter(state__in=("waiting", "sending")).exists() and time.monotonic() < end:
        change()
        time.sleep(0.1)
    print(json.dumps([row().state, row().text]))

def connect():
    from django.core.management import call_command
    sys.stdin = io.StringIO({token!r})
    call_command("connect_linkedin", organization={organization!r})
"""


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    with standing_in(tmp_path_factory.mktemp("linkedin")) as made:
        yield made


@pytest.fixture(scope="module")
def house(tmp_path_factory, network):
    fast = {"ANNOUNCE_DELAY_SECONDS": "0", "RECONCILE_WAIT_SECONDS": "1", "LEASE_SECONDS": "2"}
    with world(tmp_path_factory.mktemp("house"), **fast, **network.environment) as made:
        scene = Scene(made, network, "")
        scene.ask("connect()")
        yield made


class Scene:
    """A post of its own, and the processes that work on it."""

    def __init__(self, made, network, title) -> None:
        self.world, self.network, self.title = made, network, title

    def _script(self, acts: str) -> str:
        values = {"media": str(self.world.folder / "media"), "title": self.title, "organization": ORGANIZATION}
        return SCRIPT.format(**values, token=json.dumps(self.network.order("token"))) + acts

    def ask(self, acts: str) -> str:
        return self.world.ask(self._script(acts))

    def process(self, acts: str):
        return running(self.world.python(self._script(acts)))

    def recover(self):
        """Let a new process work until the row is settled; returns it."""
        return json.loads(self.ask("recover()").splitlines()[-1])


@pytest.fixture
def scene(request, house, network):
    network.order("release")
    network.order("reset")
    return Scene(house, network, f"Vi (alla) behövs i {request.node.name}")


def one_post(scene, row, creates):
    assert row["state"] == "published"
    assert [(post["id"], post["visible"]) for post in scene.network.posts] == [(row["remote_id"], row["text"])]
    assert scene.network.calls("create") == creates


def killed(process) -> None:
    assert process.wait(60) == -signal.SIGKILL


@pytest.mark.parametrize(
    "sabotage",
    [
        pytest.param("LinkedIn.publish = die", id="after-the-commit-before-the-create"),
        pytest.param("LinkedIn.wire = die", id="before-the-body-is-committed"),
        pytest.param("sending.adopt = die", id="with-the-answer-in-hand"),
    ],
)
def test_killed_inside_the_worker(scene, sabotage):
    with scene.process(f"publish(); {sabotage}; work()") as process:
        killed(process)
    one_post(scene, scene.recover(), creates=1)


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_while_linkedin_has_the_request(scene, when):
    scene.network.script("create", "hold", when)
    with scene.process("publish(); work()") as process:
        scene.network.held()
        process.kill()
        killed(process)
    scene.network.order("release")
    one_post(scene, scene.recover(), creates=1)


def test_killed_after_the_picture_and_before_the_post(scene):
    scene.network.script("image", "hold")
    with scene.process("publish(picture()); work()") as process:
        scene.network.held()
        process.kill()
        killed(process)
    scene.network.order("release")
    one_post(scene, scene.recover(), creates=1)
    assert scene.network.calls("upload") == 1


def test_two_workers_on_one_row_make_one_post(scene):
    scene.network.script("create", "hold", "after")
    with scene.process("publish(); work()") as first:
        scene.network.held()
        scene.ask("work()")
        scene.network.order("release")
        assert first.wait(30) == 0
    one_post(scene, scene.recover(), creates=1)


def test_a_worker_that_was_frozen_past_its_lease_does_nothing_when_it_wakes(scene):
    scene.network.script("image", "hold")
    with scene.process("publish(picture()); work()") as process:
        scene.network.held()
        process.send_signal(signal.SIGSTOP)
        scene.network.order("release")
        row = scene.recover()
        process.send_signal(signal.SIGCONT)
        assert process.wait(30) == 0
        assert "taken over" in process.stdout.read()
    one_post(scene, row, creates=1)


def changed(scene, kind, calls):
    """Let a new process carry out what waits, and look at what stands there."""
    state, text = json.loads(scene.ask("mend()").splitlines()[-1])
    seen = [post["visible"] for post in scene.network.posts]
    assert (state, seen) == (("published", ["Nytt (ord)"]) if kind == "update" else ("removed", []))
    assert kind == "delete" or text == "Nytt (ord)"
    assert [scene.network.calls(route) for route in ("create", "patch", "delete")] == [1, *calls]


@pytest.mark.parametrize(
    ("kind", "when", "calls"), [("update", "after", (2, 0)), ("delete", "before", (0, 2))], ids=["update", "delete"]
)
def test_killed_while_linkedin_has_the_change(scene, kind, when, calls):
    scene.network.script("patch" if kind == "update" else "delete", "hold", when)
    with scene.process(f"publish(); work(); ask({kind!r}, 'Nytt (ord)'); change()") as process:
        scene.network.held()
        process.kill()
        killed(process)
    scene.network.order("release")
    changed(scene, kind, calls)


def test_killed_with_the_answer_to_a_change_in_hand(scene):
    with scene.process("publish(); work(); changing._changed = die; ask('update', 'Nytt (ord)'); change()") as process:
        killed(process)
    changed(scene, "update", (2, 0))


TWO_WORKERS = """
settings.LEASE_SECONDS = 600
publish(); work(); ask("update", "Nytt (ord)")
from threading import Thread
first = Thread(target=change)
first.start()
while Change.objects.get(announcement=row()).state != "sending":
    time.sleep(0.05)
print("the second did", changes.changes_due(timezone.now()), flush=True)
first.join()
"""


def test_two_workers_on_one_change_make_it_once(scene):
    scene.network.script("patch", "hold", "after")
    with scene.process(TWO_WORKERS) as process:
        scene.network.held()
        assert "the second did {}\n" in process.stdout
        scene.network.order("release")
        assert process.wait(60) == 0
    changed(scene, "update", (1, 0))


def test_a_worker_frozen_past_its_lease_overwrites_no_later_text(scene):
    scene.network.script("patch", "hold")
    with scene.process("publish(); work(); ask('update', 'Ett'); change()") as process:
        scene.network.held()
        process.send_signal(signal.SIGSTOP)
        scene.network.order("release")
        scene.ask("ask('update', 'Nytt (ord)')")
        changed(scene, "update", (3, 0))
        process.send_signal(signal.SIGCONT)
        assert process.wait(30) == 0
        assert "taken over" in process.stdout.read()
    assert [post["visible"] for post in scene.network.posts] == ["Nytt (ord)"]
