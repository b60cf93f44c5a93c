"""The editor's pages: what they show, who may do what, and that only POST does anything."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from social import connection
from social.announce import announce_due
from social.models import Announcement, ChannelState
from social.posts import draft

ACTS = ["text", "now", "cancel", "again", "hand", "there"]


@pytest.fixture
def desk(client, eva, linkedin):
    client.force_login(eva)
    return client


def act(desk, name, follow=True, **data):
    return desk.post(reverse("social_act", args=[Announcement.objects.get().pk, name]), data, follow=follow)


def state() -> str:
    return Announcement.objects.get().state


def test_the_queue_says_the_state_in_plain_words_and_stockholm_time(desk, publish):
    publish()
    Announcement.objects.update(next_attempt_at="2026-10-25T00:30:00+00:00")
    page = desk.get(reverse("social_queue")).content.decode()
    assert "Vi behöver varandra" in page
    assert "Väntar" in page
    assert "25 oktober 2026 kl. 02.30" in page


def test_the_tabs_choose(desk, publish):
    publish()
    assert "Vi behöver varandra" in desk.get(reverse("social_queue") + "?visa=coming").content.decode()
    assert "Vi behöver varandra" not in desk.get(reverse("social_queue") + "?visa=todo").content.decode()


def test_the_text_may_be_changed_while_it_waits(desk, publish, linkedin):
    publish()
    act(desk, "text", text="Egen (text)")
    announce_due(timezone.now())
    assert linkedin.posts[0]["visible"] == "Egen (text)"
    assert "hunnit vidare" in act(desk, "text", text="För sent").content.decode()
    assert Announcement.objects.get().own_text == "Egen (text)"


def test_a_text_that_is_saved_untouched_still_follows_the_post(desk, publish, linkedin):
    post = publish(summary="Först")
    act(desk, "text", text="Vi behöver varandra\r\n\r\nFörst")
    act(desk, "text", text=draft(post, "linkedin", timezone.now())[0].text)
    assert Announcement.objects.get().own_text == ""


def test_a_text_that_is_too_long_is_said_at_once(desk, publish):
    publish()
    assert "3002" in act(desk, "text", text="(" * 1501).content.decode()
    assert Announcement.objects.get().own_text == ""


def test_now_sends_at_once(desk, publish, settings):
    settings.ANNOUNCE_DELAY_SECONDS = 600
    publish()
    assert announce_due(timezone.now()) == {}
    act(desk, "now")
    assert announce_due(timezone.now()) == {"published": 1}


def test_cancelled_is_cancelled_until_sent_again(desk, publish, linkedin):
    publish()
    act(desk, "cancel")
    assert (state(), announce_due(timezone.now())) == ("cancelled", {})
    act(desk, "again")
    assert announce_due(timezone.now()) == {"published": 1}


def test_by_hand_shows_the_text_and_takes_the_address(desk, publish):
    publish(summary="Läs & sprid")
    page = act(desk, "hand").content.decode()
    assert state() == "manual"
    assert "Läs &amp; sprid" in page
    assert "Kopiera texten" in page
    assert "ingen adress" in act(desk, "there", url="https://example.se/").content.decode()
    act(desk, "there", url="https://www.linkedin.com/feed/update/urn:li:share:7123456789/")
    row = Announcement.objects.get()
    assert (row.state, row.remote_id) == ("published", "urn:li:share:7123456789")


@pytest.mark.parametrize(
    "url",
    [
        "https://www.linkedin.com/posts/foreningen_vi-behover-activity-7123456789012345678-AbCd",
        "https://www.linkedin.com/feed/update/urn%3Ali%3AugcPost%3A7123456789012345678",
    ],
)
def test_addresses_as_they_are_copied_from_linkedin_are_read(desk, publish, url):
    publish()
    act(desk, "hand")
    act(desk, "there", url=url)
    assert Announcement.objects.get().remote_id.endswith(":7123456789012345678")


def test_needs_check_offers_both_ways(desk, publish):
    publish()
    Announcement.objects.update(state="needs_check", wire="{}", sending_since=timezone.now())
    page = desk.get(reverse("social_announcement", args=[Announcement.objects.get().pk])).content.decode()
    assert "Det finns på LinkedIn" in page
    assert "Skicka igen" in page
    act(desk, "again")
    assert announce_due(timezone.now()) == {"published": 1}


def test_a_row_in_a_workers_hands_is_left_alone(desk, publish):
    publish()
    Announcement.objects.update(state="unknown", wire="{}", sending_since=timezone.now(), lease_owner="w")
    act(desk, "there", url="https://www.linkedin.com/feed/update/urn:li:share:7123456789/")
    assert state() == "unknown"


def test_a_post_is_announced_by_hand_after_a_look(desk, publish, linkedin):
    post = publish(imported_from="wordpress:1", summary="Från förr")
    address = reverse("social_announce", args=[post.pk])
    page = desk.get(address).content.decode()
    assert "Från förr" in page
    assert not Announcement.objects.exists()
    desk.post(address, {"text": "Nu igen (på riktigt)"})
    announce_due(timezone.now())
    assert linkedin.posts[0]["visible"] == "Nu igen (på riktigt)"
    assert "annonserats förut" in desk.get(address).content.decode()


def test_the_button_stands_on_the_post(desk, publish):
    post = publish()
    assert (
        reverse("social_announce", args=[post.pk])
        in desk.get(reverse("wagtailadmin_pages:edit", args=[post.pk])).content.decode()
    )


def test_the_outlet_refuses_a_text_that_is_too_long_when_the_editor_saves(server):
    from django.core.exceptions import ValidationError

    from social.outlet import fields

    assert fields("linkedin")["text"].clean("x" * 3000)
    with pytest.raises(ValidationError):
        fields("linkedin")["text"].clean("(" * 1501)


@pytest.mark.parametrize("name", ACTS)
def test_nothing_happens_on_get(desk, publish, name):
    publish()
    assert desk.get(reverse("social_act", args=[Announcement.objects.get().pk, name])).status_code == 405
    assert state() == "waiting"


@pytest.fixture
def writer(client, django_user_model, linkedin):
    """Somebody who may write but not publish."""
    otto = django_user_model.objects.create_user("otto", "otto@example.se", "otto-writes")
    otto.groups.add(Group.objects.get(name="Redaktör"))
    client.force_login(otto)
    return client


@pytest.mark.parametrize("name", ACTS)
def test_who_may_not_publish_may_not_decide(writer, publish, name):
    publish()
    act(writer, name, text="x", url="https://www.linkedin.com/feed/update/urn:li:share:7123456789/")
    assert state() == "waiting"
    assert Announcement.objects.get().own_text == ""


def test_who_may_not_publish_may_neither_announce_nor_connect(writer, publish):
    post = publish(imported_from="x")
    writer.post(reverse("social_announce", args=[post.pk]), {"text": "x"})
    assert not Announcement.objects.exists()
    writer.post(reverse("social_connection_act", args=["linkedin", "disconnect"]))
    assert ChannelState.objects.get().connected


def test_strangers_see_nothing(client, linkedin, publish):
    publish()
    for address in (reverse("social_queue"), reverse("social_connection", args=["linkedin"])):
        assert client.get(address).status_code == 302


def test_the_connection_page_never_shows_a_token(desk):
    page = desk.get(reverse("social_connection", args=["linkedin"])).content.decode()
    assert ChannelState.objects.get().access_token not in page
    assert "urn:li:organization:1001" in page
    for name in ("pause", "resume", "disconnect", "by-hand"):
        desk.post(reverse("social_connection_act", args=["linkedin", name]))
    assert not ChannelState.objects.get().connected
    assert ChannelState.objects.get().active_since


def test_a_paused_channel_says_why_on_every_page(desk, publish):
    publish()
    connection.pause("linkedin", "Rollen saknas.")
    for address in (reverse("social_queue"), reverse("social_announcement", args=[Announcement.objects.get().pk])):
        assert "Rollen saknas." in desk.get(address).content.decode()
