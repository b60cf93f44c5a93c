"""A further network is one class and one settings entry: no migration, and every page, field and duty knows it."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cms.models import Column
from social import announce, connection
from social.announce import announce_due, reconcile_due
from social.changing import changes_due
from social.channels import Capabilities, Figures
from social.channels.memory import Memory
from social.figures import figures_due
from social.lookover import look_over_due
from social.models import Announcement, ChannelState, Figure
from tests.processes import ROOT
from tests.social.test_composing import EMPTY

pytestmark = pytest.mark.django_db


class Pigeon(Memory):
    """A network that nothing else in the house has heard of."""

    label = "Brevduvan"
    capabilities = Capabilities(limit=60, pictures=False, card=False, figures=("shares",))


ENTRY = {"pigeon": {"BACKEND": "tests.social.test_more_channels.Pigeon"}}


@pytest.fixture
def pigeon(settings):
    """The new network as the only one, never seen before."""
    Memory.reset()
    settings.SOCIAL_CHANNELS = ENTRY
    settings.ANNOUNCE_DELAY_SECONDS = 0
    yield Memory
    Memory.reset()


@pytest.fixture
def desk(client, eva):
    client.force_login(eva)

    def page(name, *args):
        answer = client.get(reverse(name, args=args))
        assert answer.status_code == 200
        return answer.content.decode()

    return page


def rows():
    return list(Announcement.objects.values_list("channel", "state"))


def test_no_migration_comes_with_it():
    environment = os.environ | {"SOCIAL_MASTODON_URL": "https://example.social", "SOCIAL_MASTODON_TOKEN": "token"}
    command = [sys.executable, "manage.py", "makemigrations", "social", "--check", "--dry-run", "--skip-checks"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_first_post_goes_out_and_is_counted(pigeon, publish, desk):
    publish(Column)
    assert announce_due(timezone.now()) == {"published": 1}
    row = Announcement.objects.get()
    assert [(row.channel, one.text) for one in pigeon.posts] == [("pigeon", row.text)]
    pigeon.counted[row.remote_id] = Figures(shares=7)
    figures_due(timezone.now() + timedelta(hours=2))
    assert Figure.objects.get().shares == 7


def test_every_page_names_it(pigeon, publish, desk):
    post = publish(Column)
    announce_due(timezone.now())
    pages = {
        "social_queue": (),
        "social_announcement": (Announcement.objects.get().pk,),
        "social_connection": ("pigeon",),
        "social_announce": (post.pk,),
        "social_report": (),
        "wagtailadmin_home": (),
        "wagtailadmin_pages:edit": (post.pk,),
    }
    assert [name for name, args in pages.items() if "Brevduvan" not in desk(name, *args)] == []


def test_the_editor_has_its_fields_and_is_told_what_is_too_long(pigeon, publish, desk, client):
    post = publish(Column, title="Rubrik")
    address = reverse("wagtailadmin_pages:edit", args=[post.pk])
    page = desk("wagtailadmin_pages:edit", post.pk)
    assert 'name="outlets-pigeon-announce"' in page
    assert 'name="outlets-pigeon-picture"' not in page
    sent = EMPTY | {"title": "Rubrik", "slug": post.slug, "series": "chair", "date": "2026-03-06 12:00", "summary": "Om."}
    refused = client.post(address, sent | {"outlets-pigeon-text": "x" * 61}).content.decode()
    assert "texten tar 61 av 60 tecken" in refused
    assert client.post(address, sent | {"outlets-pigeon-text": "Kort"}).status_code == 302
    assert Column.objects.get().get_latest_revision_as_object().outlets["pigeon"]["text"] == "Kort"


def test_it_stands_beside_others_each_with_a_row_of_its_own(pigeon, publish, mastodon, settings):
    settings.SOCIAL_CHANNELS = ENTRY | {"mastodon": mastodon.options}
    publish(Column)
    assert announce_due(timezone.now()) == {"published": 2}
    assert sorted(rows()) == [("mastodon", "published"), ("pigeon", "published")]
    assert (len(pigeon.posts), len(mastodon.posts)) == (1, 1)


def test_one_that_is_down_keeps_no_other_waiting(pigeon, publish, mastodon, settings):
    settings.SOCIAL_CHANNELS = {"mastodon": mastodon.options} | ENTRY
    mastodon.tokens.clear()
    publish(Column)
    announce_due(timezone.now())
    assert sorted(rows()) == [("mastodon", "waiting"), ("pigeon", "published")]


def test_what_was_published_before_it_was_seen_stays_quiet(pigeon, publish, settings):
    settings.SOCIAL_CHANNELS = {}
    post = publish(Column)
    settings.SOCIAL_CHANNELS = ENTRY
    assert announce.sweep(timezone.now()) == 0
    post.save_revision().publish()
    assert rows() == []
    publish(Column, title="Nytt")
    assert rows() == [("pigeon", "waiting")]


def test_an_old_post_that_is_published_again_is_not_what_it_begins_with(pigeon, publish, settings):
    settings.SOCIAL_CHANNELS = {}
    post = publish(Column)
    settings.SOCIAL_CHANNELS = ENTRY
    post.save_revision().publish()
    assert rows() == []
    assert ChannelState.objects.get().active_since > Column.objects.get().first_published_at


@pytest.mark.parametrize("see", [announce.sweep, look_over_due])
def test_it_is_seen_by_every_duty_that_may_be_first(pigeon, see):
    now = timezone.now()
    see(now)
    assert ChannelState.objects.values_list("active_since", "connected_at").get() == (now, now)
    see(now + timedelta(days=1))
    assert ChannelState.objects.get().active_since == now


@pytest.mark.parametrize("stop", [connection.disconnect, connection.stop_announcing])
def test_once_stopped_it_stays_off(mastodon, publish, stop):
    stop("mastodon")
    publish(Column)
    announce.sweep(timezone.now())
    look_over_due(timezone.now())
    assert rows() == []


def test_what_waits_when_it_is_disconnected_is_prepared_for_the_hand(mastodon, publish, settings):
    settings.ANNOUNCE_DELAY_SECONDS = 60
    publish(Column)
    connection.disconnect("mastodon")
    announce_due(timezone.now() + timedelta(seconds=61))
    assert (rows(), mastodon.posts) == ([("mastodon", "manual")], [])


def test_its_page_disconnects_it_and_takes_it_up_again(mastodon, publish, desk, client):
    look_over_due(timezone.now())
    assert "@ordet@127.0.0.1" in desk("social_connection", "mastodon")
    assert "anslutningen i serverns inställningar" in desk("social_disconnect", "mastodon")
    client.post(reverse("social_disconnect", args=["mastodon"]))
    publish(Column)
    assert rows() == []
    assert "Anslut Mastodon" in desk("social_connection", "mastodon")
    client.post(reverse("social_connection_act", args=["mastodon", "connect"]))
    publish(Column, title="Nytt")
    assert announce_due(timezone.now()) == {"published": 1}
    assert "Anslut Mastodon" not in desk("social_connection", "mastodon")


def test_a_network_that_is_taken_out_of_the_settings_breaks_no_page_and_no_duty(pigeon, publish, desk, settings):
    post = publish(Column)
    announce_due(timezone.now())
    publish(Column, title="Väntar ännu")
    settings.SOCIAL_CHANNELS = {"memory": {"BACKEND": "social.channels.memory.Memory"}}
    later = timezone.now() + timedelta(days=1)
    for duty in (announce_due, reconcile_due, changes_due, figures_due, look_over_due, announce.sweep):
        duty(later)
    assert sorted(rows()) == [("pigeon", "published"), ("pigeon", "waiting")]
    for name, args in {"social_queue": (), "social_report": (), "wagtailadmin_pages:edit": (post.pk,)}.items():
        desk(name, *args)
    for row in Announcement.objects.all():
        assert "pigeon" in desk("social_announcement", row.pk)
