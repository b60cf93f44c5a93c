"""The queue: every announcement with its buttons; later, by hand while paused, by channel; as cheap when it is long."""

import datetime as dt

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cms.keydates import STOCKHOLM
from cms.models import Column
from social import connection
from social.announce import announce_due
from social.models import Announcement

LINK = "https://www.linkedin.com/feed/update/urn:li:share:7123456789/"


@pytest.fixture
def desk(client, eva, linkedin):
    client.force_login(eva)
    return client


def act(desk, name, **data):
    page = desk.post(reverse("social_act", args=[Announcement.objects.get().pk, name]), data, follow=True)
    return page.content.decode()


def in_stockholm(at):
    return f"{at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"


def test_a_row_goes_out_at_the_swedish_time_that_was_chosen(desk, publish, linkedin):
    publish()
    at = timezone.now().replace(hour=11, minute=0, second=0, microsecond=0) + dt.timedelta(days=2)
    assert "vid den tid du valde" in act(desk, "later", at=in_stockholm(at))
    assert Announcement.objects.get().next_attempt_at == at
    assert announce_due(at - dt.timedelta(seconds=1)) == {}
    assert announce_due(at) == {"published": 1}


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("", "Det här fältet är obligatoriskt"),
        ("i morgon", "giltig"),
        ("2020-01-01 09:00", "har redan passerat"),
        ("2027-03-28 02:30", "Europe/Stockholm"),
        ("2026-10-25 02:30", "Europe/Stockholm"),
    ],
)
def test_a_time_that_cannot_be_is_refused_in_words(desk, publish, at, words):
    publish()
    before = Announcement.objects.get().next_attempt_at
    assert words in act(desk, "later", at=at)
    assert Announcement.objects.get().next_attempt_at == before


def test_buttons_in_the_queue_lead_back_to_it(desk, publish):
    publish()
    address = reverse("social_queue") + "?visa=coming"
    assert "Skicka nu" in desk.get(address).content.decode()
    pk = Announcement.objects.get().pk
    answer = desk.post(reverse("social_act", args=[pk, "cancel"]), {"next": address})
    assert (answer.status_code, answer["Location"]) == (302, address)
    elsewhere = desk.post(reverse("social_act", args=[pk, "again"]), {"next": "https://exempel.se/"})
    assert elsewhere["Location"] == reverse("social_announcement", args=[pk])


def test_while_the_channel_is_paused_a_post_is_made_by_hand(desk, publish, linkedin):
    publish(summary="Läs & sprid")
    connection.pause("linkedin", "Rollen räcker inte.")
    page = desk.get(reverse("social_announcement", args=[Announcement.objects.get().pk])).content.decode()
    assert "Kopiera texten" in page
    assert "Läs &amp; sprid" in page
    act(desk, "there", url=LINK)
    connection.resume("linkedin")
    assert announce_due(timezone.now()) == {}
    row = Announcement.objects.get()
    assert (row.state, row.remote_url, linkedin.posts) == ("published", LINK, [])


def test_a_channel_is_chosen(desk, publish, settings, linkedin):
    settings.SOCIAL_CHANNELS |= {"memory": {"BACKEND": "social.channels.memory.Memory"}}
    connection.announce_by_hand("memory", timezone.now() - dt.timedelta(days=1))
    publish()
    assert Announcement.objects.count() == 2
    page = desk.get(reverse("social_queue") + "?kanal=memory").content.decode()
    assert page.count("Vi behöver varandra") == 1
    assert "Alla kanaler" in page


@pytest.mark.parametrize("address", ["?p=99", "?visa=nonsens&kanal=fidonet", "?p=x"])
def test_a_strange_address_shows_the_queue_all_the_same(desk, publish, address):
    publish()
    assert "Vi behöver varandra" in desk.get(reverse("social_queue") + address).content.decode()


def test_the_queue_costs_the_same_however_long_it_is(desk, publish):
    costs = []
    for number in (2, 40):
        for one in range(number):
            publish(Column, title=f"Nummer {number}-{one}")
        desk.get(reverse("social_queue"))
        with CaptureQueriesContext(database) as found:
            desk.get(reverse("social_queue"))
        costs.append(len(found))
    assert costs[1] <= costs[0] <= 40
