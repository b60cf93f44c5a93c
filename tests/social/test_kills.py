"""A real worker process is killed with SIGKILL at each point; afterwards there is one post, never two."""

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
from social import announce, sending
from social.channels.linkedin import LinkedIn
from social.management.commands.announcements import as_dict
from social.models import Announcement

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
    assert [post["id"] for post in scene.network.posts] == [row["remote_id"]]
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
