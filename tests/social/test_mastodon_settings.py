"""From the environment alone to a post: what the settings take, what the start refuses, a worker killed on the way."""

import json
import signal
import subprocess
import sys

import pytest
from django.conf import settings as django_settings

from social.checks import check_channels
from tests.mastodon_server import TOKEN, MastodonServer
from tests.processes import running, until, world

SCRIPT = """
import json, time
from django.utils import timezone
from cms.models import Column, Home, section_for
from social import announce
from social.management.commands.announcements import as_dict
from social.models import Announcement

def publish():
    column = Column(title="Vi (alla) behövs", summary="Om #samarbete", live=False)
    section_for(Column, Home.objects.get()).add_child(instance=column).save_revision().publish()

def row():
    return Announcement.objects.get(channel="mastodon")

def work():
    announce.announce_due(timezone.now())

def recover():
    end = time.monotonic() + 60
    while row().state in ("waiting", "sending", "unknown") and time.monotonic() < end:
        work()
        announce.reconcile_due(timezone.now())
        time.sleep(0.1)
    print(json.dumps(as_dict(row())))
"""


@pytest.fixture
def network():
    with MastodonServer() as server:
        yield server


def test_a_worker_killed_while_mastodon_has_the_request_leaves_one_post(tmp_path, network):
    fast = {"ANNOUNCE_DELAY_SECONDS": "0", "RECONCILE_WAIT_SECONDS": "1", "LEASE_SECONDS": "2"}
    entry = {"SOCIAL_MASTODON_URL": network.address, "SOCIAL_MASTODON_TOKEN": TOKEN}
    network.script("create", "hold", "after")
    with world(tmp_path, **fast, **entry) as house:
        with running(house.python(f"{SCRIPT}\npublish(); work()")) as worker:
            until(lambda: network.held, 60)
            worker.kill()
            assert worker.wait(60) == -signal.SIGKILL
        network.go.set()
        row = json.loads(house.ask(f"{SCRIPT}\nrecover()").splitlines()[-1])
    assert row["state"] == "published"
    assert [f"@ordet/{one['id']}" for one in network.posts] == [row["remote_id"]]
    assert network.count("create") == 1


def named(**environment) -> list[str]:
    """Return the channels that the settings name."""
    secrets = dict.fromkeys(("SECRET_KEY", "FIELD_KEYS", "LINK_KEYS", "SUPPRESSION_KEY"), "a")
    script = "import json; from django.conf import settings; print(json.dumps(settings.SOCIAL_CHANNELS))"
    command = [sys.executable, "-c", script]
    environment = {"DJANGO_SETTINGS_MODULE": "deploy.settings", "PATH": "", **secrets, **environment}
    done = subprocess.run(command, cwd=django_settings.ROOT, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_the_address_alone_puts_it_beside_linkedin_and_its_token_may_stand_in_a_file(tmp_path):
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    found = named(SOCIAL_MASTODON_URL="https://ordet.example", SOCIAL_MASTODON_TOKEN_FILE=str(tmp_path / "token"))
    assert list(found) == ["linkedin", "mastodon"]
    assert (found["mastodon"]["url"], found["mastodon"]["token"]) == ("https://ordet.example", TOKEN)
    assert list(named()) == ["linkedin"]


@pytest.mark.parametrize(
    ("url", "token", "allowed", "wanted"),
    [
        ("https://mastodon.example", TOKEN, [], []),
        ("https://mastodon.example:8443/", TOKEN, [], []),
        ("http://127.0.0.1:3000", TOKEN, ["127.0.0.0/8"], []),
        ("http://127.0.0.1:3000", TOKEN, [], ["begin with https"]),
        ("http://mastodon.example", TOKEN, ["127.0.0.0/8"], ["begin with https"]),
        ("mastodon.example", TOKEN, [], ["not the address"]),
        ("https://mastodon.example/@ordet", TOKEN, [], ["not the address"]),
        ("https://ordet:secret@mastodon.example", TOKEN, [], ["not the address"]),
        ("https://mastodon.example", "", [], ["TOKEN is missing"]),
        ("ftp://mastodon.example", "two words", [], ["not the address", "TOKEN is missing"]),
    ],
)
def test_what_can_not_work_is_said_before_the_start(settings, url, token, allowed, wanted):
    settings.SOCIAL_CHANNELS = {"mastodon": {"BACKEND": "social.channels.mastodon.Mastodon", "url": url, "token": token}}
    settings.FETCH_ALLOW_NETWORKS = allowed
    found = check_channels()
    assert [one.id for one in found] == ["social.E005"] * len(wanted)
    assert all(words in one.msg and one.hint and "secret" not in one.msg for words, one in zip(wanted, found, strict=True))
