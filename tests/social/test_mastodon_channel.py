"""What the channel itself does on Mastodon, call by call: find, verify, edit, delete, addresses, and what is no answer."""

import io
import json
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from social import connection
from social.channels import Draft, NotSent, Paused, Refused, Unknown, get_channel
from social.lookover import look_over_due
from social.models import ChannelState

LINK = "https://ordet.example.se/ordforanden-har-ordet/vi-behover-varandra/"


@pytest.fixture
def channel(mastodon):
    return get_channel("mastodon")


@pytest.fixture
def wire(channel):
    return channel.wire(Draft("Ett", "", "", LINK))


def test_an_edit_keeps_picture_link_and_warning(mastodon, channel):
    mastodon.processing = 0
    drawn = io.BytesIO()
    Image.new("RGB", (9, 9)).save(drawn, "JPEG")
    reference = channel.prepare(drawn.getvalue(), "x" * 2000)
    made = channel.publish(channel.wire(Draft("Ett", "", "", LINK, reference)))
    mastodon.statuses[0] |= {"spoiler_text": "Obs", "sensitive": True}
    channel.update(made.remote_id, "Två @anna")
    (status,) = mastodon.posts
    assert status["text"] == f"Två @\u200canna\n\n{LINK}"
    assert (status["media"], status["spoiler_text"], status["sensitive"], status["mentions"]) == ([reference], "Obs", True, [])
    assert len(mastodon.media[reference]["description"]) == 1500


def test_an_edited_text_has_another_key_and_another_announcement_too(channel):
    first = Draft("Ett", "", "", LINK, key="a:mastodon:first")
    others = [Draft("Två", "", "", LINK, key=first.key), Draft("Ett", "", "", LINK, key="a:mastodon:again:1")]
    keys = [json.loads(channel.wire(one))["key"] for one in (first, *others)]
    assert len(set(keys)) == 3


def test_somebody_elses_post_is_never_taken_for_ours(mastodon, channel, wire):
    made = channel.publish(wire)
    mastodon.statuses[0]["account"] = "8"
    assert channel.verify(made.remote_id, wire) is None
    assert channel.find(wire, timezone.now(), frozenset()) is None


def test_a_post_is_found_behind_many_others(mastodon, channel, wire):
    made = channel.publish(wire)
    for number in range(90):
        channel.publish(channel.wire(Draft(f"Nummer {number}", "", "", LINK)))
    assert channel.find(wire, timezone.now(), frozenset()) == made
    assert mastodon.count("list") == 3


@pytest.mark.parametrize(
    ("url", "wanted"),
    [("/@ordet/117", "@ordet/117"), ("/@ordet/117/ ", "@ordet/117"), ("/deck/@ordet/117", "@ordet/117")],
)
def test_an_address_from_any_of_its_pages_is_read(mastodon, channel, url, wanted):
    assert channel.read_address(mastodon.address + url).remote_id == wanted


@pytest.mark.parametrize("url", ["", "/", "/@ordet", "/@bo@borta.se/117", "/@ordet/117/../..", "/@ordet/117?x=1"])
def test_what_is_no_address_of_a_post_is_refused(mastodon, channel, url):
    with pytest.raises(Refused):
        channel.read_address(mastodon.address + url)


def test_it_is_looked_over_by_the_duty_and_told_whose_it_is(mastodon):
    assert look_over_due(timezone.now()) == {"fine": 1}
    assert ChannelState.objects.get().account == "@ordet@127.0.0.1"
    mastodon.tokens.clear()
    assert look_over_due(timezone.now() + timedelta(days=2)) == {"paused": 1}
    assert ChannelState.objects.get().paused_reason.startswith("Mastodon godtar inte längre")


def test_once_disconnected_nothing_calls_out(mastodon, channel):
    connection.disconnect("mastodon")
    assert not channel.connected()
    with pytest.raises(Paused):
        channel.delete("@ordet/1")
    assert mastodon.calls == []


def test_an_answer_counts_though_the_channel_was_disconnected_meanwhile(mastodon, channel, wire, monkeypatch):
    answers = iter([True])
    monkeypatch.setattr(channel, "connected", lambda: next(answers, False))
    assert channel.publish(wire).remote_id == f"@ordet/{mastodon.posts[0]['id']}"


def test_only_a_create_has_an_unknown_outcome(mastodon, channel, wire):
    made = channel.publish(wire)
    mastodon.script("create", "drop")
    with pytest.raises(Unknown):
        channel.publish(wire)
    for route, act in {
        "show": lambda: channel.verify(made.remote_id, wire),
        "edit": lambda: channel.update(made.remote_id, "Två"),
        "remove": lambda: channel.delete(made.remote_id),
        "list": lambda: channel.find(wire, timezone.now(), frozenset()),
    }.items():
        mastodon.script(route, "drop")
        with pytest.raises(NotSent):
            act()


@pytest.mark.parametrize("found", [{}, [], {"id": 0, "username": "ordet"}])
def test_a_token_of_nobody_is_no_answer(mastodon, wire, found):
    fresh = type(get_channel("mastodon"))("mastodon", url=mastodon.address, token=mastodon.options["token"])
    mastodon.script("credentials", "answer", status=200, body=found)
    with pytest.raises(NotSent):
        fresh.find(wire, timezone.now(), frozenset())


def test_an_id_that_leads_elsewhere_is_no_answer(mastodon, channel, wire):
    made = channel.publish(wire)
    mastodon.script("show", "answer", status=200, body=mastodon.shown(mastodon.posts[0]) | {"id": "1/../../2"})
    with pytest.raises(NotSent):
        channel.verify(made.remote_id, wire)


def test_a_refusal_other_than_gone_is_not_taken_for_gone(mastodon, channel, wire):
    for route, act in {"show": lambda: channel.figures(["@ordet/1"]), "remove": lambda: channel.delete("@ordet/1")}.items():
        mastodon.script(route, "answer", status=422, body={"error": "?"})
        with pytest.raises(Refused):
            act()


def test_an_address_that_may_not_be_called_pauses_and_says_where_to_look(channel, wire, settings):
    settings.FETCH_ALLOW_NETWORKS = []
    with pytest.raises(Paused, match="FETCH_ALLOW_NETWORKS"):
        channel.publish(wire)


@pytest.mark.parametrize("reset", ["", "soon", "2026-03-06T11:00:00", "9999-01-01T00:00:00Z"])
def test_a_strange_time_to_wait_is_bounded(mastodon, channel, wire, reset):
    mastodon.script("show", "answer", status=429, headers={"X-RateLimit-Reset": reset})
    with pytest.raises(NotSent) as throttled:
        channel.verify("@ordet/1", wire)
    at = throttled.value.retry_at
    assert at is None or at <= timezone.now() + timedelta(days=1)
