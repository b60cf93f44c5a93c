"""From publishing to LinkedIn's acceptance in seconds: the whole house as `manage.py up` runs it, by LinkedIn's own clock."""

import json
import statistics

import pytest

from tests.processes import free_port, running, until, world
from tests.social.standin import ORGANIZATION, standing_in

SECONDS = 5
POSTS = {"plain": 3, "with a picture": 3}
PUBLISH = """
import io, json, sys, time
from django.core.files.base import ContentFile
from django.core.management import call_command
from PIL import Image
from cms.models import Column, Home, Picture, section_for
from social.models import Announcement

sys.stdin = io.StringIO({token!r})
call_command("connect_linkedin", organization={organization!r}, stdout=io.StringIO())
drawn = io.BytesIO()
Image.effect_noise((2400, 1600), 80).convert("RGB").save(drawn, "JPEG")
begun = {{}}
for kind, count in {posts!r}.items():
    for number in range(count):
        title = f"{{kind}} {{number}}"
        picture = Picture.objects.create(title=title, file=ContentFile(drawn.getvalue(), "bild.jpg")) if kind != "plain" else None
        page = section_for(Column, Home.objects.get()).add_child(instance=Column(title=title, lead_image=picture, live=False))
        revision = page.save_revision()
        begun[title] = time.time() * 1000
        revision.publish()
        end = time.monotonic() + 60
        while not Announcement.objects.filter(post_title=title, state="published").exists() and time.monotonic() < end:
            time.sleep(0.1)
print(json.dumps(begun))
"""


@pytest.fixture
def network(tmp_path):
    (tmp_path / "linkedin").mkdir()
    with standing_in(tmp_path / "linkedin") as made:
        yield made


def timed(house, network) -> dict[str, float]:
    """Publish one post after the other while the house runs; returns when each was begun, by its title."""
    with running(house.start("up", "--bind", f"127.0.0.1:{free_port()}")):
        until(lambda: {("worker",), ("scheduler",)} <= set(house.query("SELECT kind FROM deploy_heartbeat")), 90)
        script = PUBLISH.format(token=json.dumps(network.order("token")), organization=ORGANIZATION, posts=POSTS)
        return json.loads(house.ask(script).splitlines()[-1])


def test_a_post_is_accepted_within_five_seconds_of_its_publication(tmp_path, network):
    media = {"STORAGE_URL": f"file://{tmp_path}/media"}
    with world(tmp_path, ANNOUNCE_DELAY_SECONDS="0", **media, **network.environment) as house:
        begun = timed(house, network)
    accepted = {post["content"]["article"]["title"]: post["createdAt"] for post in network.posts}
    assert sorted(accepted) == sorted(begun)
    for kind in POSTS:
        times = sorted((accepted[title] - begun[title]) / 1000 for title in begun if title.startswith(kind))
        print(f"{kind}: median {statistics.median(times):.1f} s of {[round(seconds, 1) for seconds in times]}")
        # One may meet a machine that is busy with other tests.
        assert statistics.median(times) <= SECONDS
