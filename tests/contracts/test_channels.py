"""Every channel keeps the contract: the in-memory twin, and LinkedIn and Mastodon over HTTP against strict servers."""

import io
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from social.channels import ChannelError, Draft, NoSuchChannel, Refused, get_channel

DRAFT = Draft(
    text="Hej (2026) #barnrätt <3 a_b@example.se",
    title="Ett & annat",
    description="Om <b>",
    link="https://ordet.example.se/a/?b=1&c=2",
)


@pytest.fixture(params=["memory", "linkedin", "mastodon"])
def channel(request):
    request.getfixturevalue(request.param)
    return get_channel(request.param)


def jpeg() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (120, 63), "teal").save(drawn, "JPEG")
    return drawn.getvalue()


def test_a_published_post_is_found_by_its_body_and_only_by_that(channel):
    since = timezone.now()
    wire = channel.wire(DRAFT)
    receipt = channel.publish(wire)
    assert receipt.remote_id
    assert receipt.url == channel.address(receipt.remote_id)
    assert channel.find(wire, since, frozenset()) == receipt
    assert channel.find(wire, since, frozenset({receipt.remote_id})) is None
    assert channel.find(wire, since + timedelta(minutes=2), frozenset()) is None
    other = Draft(text="Annat", title="x", description="", link=DRAFT.link)
    assert channel.find(channel.wire(other), since, frozenset()) is None
    assert channel.verify(receipt.remote_id, wire) == receipt
    assert channel.verify(receipt.remote_id, channel.wire(other)) is None


def test_a_deleted_post_is_gone_and_may_be_deleted_again(channel):
    since, wire = timezone.now(), channel.wire(DRAFT)
    receipt = channel.publish(wire)
    channel.delete(receipt.remote_id)
    channel.delete(receipt.remote_id)
    assert channel.verify(receipt.remote_id, wire) is None
    assert channel.find(wire, since, frozenset()) is None


def test_the_text_can_be_changed_afterwards(channel):
    receipt = channel.publish(channel.wire(DRAFT))
    channel.update(receipt.remote_id, "Ändrad [text]")
    changed = Draft(text="Ändrad [text]", title=DRAFT.title, description=DRAFT.description, link=DRAFT.link)
    assert channel.verify(receipt.remote_id, channel.wire(changed)) == receipt


def test_the_text_of_a_post_that_is_gone_is_refused_as_not_found(channel):
    receipt = channel.publish(channel.wire(DRAFT))
    channel.delete(receipt.remote_id)
    with pytest.raises(Refused) as refused:
        channel.update(receipt.remote_id, "Ändrad")
    assert refused.value.status == 404


def test_a_picture_is_handed_over_and_ready_after_some_looks(channel):
    reference = channel.prepare(jpeg(), "En blå ruta")
    assert reference
    assert any(channel.prepared(reference) for _ in range(3))


def test_what_is_no_jpeg_is_refused(channel):
    with pytest.raises(Refused) as refused:
        channel.prepare(b"RIFF....WEBP", "")
    assert refused.value.permanent


@pytest.mark.parametrize("text", ["", " \n ", "x" * 100_000])
def test_a_text_that_cannot_go_out_is_refused_before_anything_is_sent(channel, text):
    with pytest.raises(Refused):
        channel.validate(Draft(text=text, title="x", description="", link="https://ordet.example.se/"))


def test_length_is_at_least_that_of_the_text(channel):
    # A link that stands in the text counts too.
    room = channel.capabilities.limit - channel.length("")
    assert channel.length("åäö") == channel.length("") + 3
    assert channel.length("a" * room) == channel.capabilities.limit
    channel.validate(replace(DRAFT, text="a" * room))
    with pytest.raises(Refused):
        channel.validate(replace(DRAFT, text="a" * (room + 1)))


def test_the_wire_is_the_same_each_time(channel):
    assert channel.wire(DRAFT) == channel.wire(DRAFT)


def test_figures_are_told_of_posts_that_are_known_and_only_what_the_channel_declares(channel, react):
    post, other = (channel.publish(channel.wire(replace(DRAFT, text=text))).remote_id for text in ("Ett", "Två"))
    react(channel, post, 3)
    channel.delete(other)
    found = channel.figures([other, post])
    assert list(found) == [post]
    assert found[post].reactions == 3
    assert {name for name, count in asdict(found[post]).items() if count is not None} <= set(channel.capabilities.figures)
    assert channel.figures([]) == {}


def test_an_address_is_read_back(channel):
    receipt = channel.publish(channel.wire(DRAFT))
    assert channel.read_address(receipt.url).remote_id == receipt.remote_id
    with pytest.raises(ChannelError):
        channel.read_address("https://elsewhere.example/1")


def test_an_unknown_channel_says_so(memory):
    with pytest.raises(NoSuchChannel):
        get_channel("fidonet")
