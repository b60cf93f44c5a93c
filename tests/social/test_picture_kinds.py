"""Whatever file an editor uploads, the post goes out: with a card that LinkedIn takes, or with words that say why not."""

import io
import struct
import zlib

import pytest
from PIL import Image

from cms.fetch import fetch
from cms.models import Column
from social.models import ChannelState
from tests.pictures import KINDS, drawn, file_of, stored
from tests.processes import World

pytestmark = pytest.mark.usefixtures("linkedin")

CARD = (1200, 627)
MOST_PIXELS = 36_152_320
# Too small to be cut to the card's size; without colours.
PLAIN = {"one-pixel.png", "line.png", "tower.png"}
GREY = {"grey.png", "sixteen-bits.png", "black-and-white.png"}


@pytest.fixture
def published(publish, days, row):
    """Publish a post with a picture (or none) and work until it is out; returns its row."""

    def out(picture=None, waits=(0, 2, 3, 5, 9)):
        publish(Column, lead_image=picture)
        for wait in waits:
            days.work(wait)
        assert row().state == "published"
        return row()

    return out


def card(linkedin) -> Image.Image | None:
    """The picture on the only post's card, as the stand-in accepted it."""
    (post,) = linkedin.posts
    urn = post["content"]["article"].get("thumbnail")
    return Image.open(io.BytesIO(fetch("GET", f"{linkedin.address}/_images/{urn.rpartition(':')[2]}").body)) if urn else None


@pytest.mark.parametrize("name", KINDS)
def test_a_card_has_the_picture_whatever_its_kind(published, linkedin, name):
    assert published(stored(name, KINDS[name]())).picture_note == ""
    picture = card(linkedin)
    assert (picture.format, picture.mode) in (("JPEG", "RGB"), ("JPEG", "L"))
    assert (picture.width <= CARD[0], picture.height <= CARD[1], picture.width * picture.height < MOST_PIXELS) == (True,) * 3
    if name not in PLAIN:
        assert picture.size == CARD
        assert name in GREY or stands_upright(picture, paper="translucent" in name)


def stands_upright(picture, paper: bool) -> bool:
    """Whether red is where it was drawn, and the rest is teal, or white where nothing was drawn."""
    red, rest = picture.getpixel((150, 80)), picture.getpixel((1100, 560))
    return red[0] > 200 > max(red[1:]) + 130 and (min(rest) > 240 if paper else rest[0] < 60 < min(rest[1:]))


def broken(kind: str) -> bytes:
    whole = file_of(drawn((4000, 2500)), "PNG")
    if kind == "text":
        return b"This is no picture."
    # The size stands in the head, with a checksum: 400 megapixels, which nobody decodes.
    head = b"IHDR" + struct.pack(">II", 20_000, 20_000) + whole[24:29]
    bomb = whole[:12] + head + struct.pack(">I", zlib.crc32(head)) + whole[33:]
    return bomb if kind == "bomb" else whole[: len(whole) // 2]


@pytest.mark.parametrize("kind", ["text", "cut off", "bomb", "empty"])
def test_a_file_that_is_no_picture_is_told_and_the_post_goes_out(published, linkedin, kind):
    picture = stored("bild.png", file_of(drawn(), "PNG"))
    with picture.file.storage.open(picture.file.name, "wb") as file:
        file.write(b"" if kind == "empty" else broken(kind))
    assert published(picture).picture_note == "Det gick inte att läsa bilden ”Bilden”."
    assert card(linkedin) is None


def test_a_file_that_is_gone_is_told_without_its_path(published, linkedin):
    picture = stored("bild.png", file_of(drawn(), "PNG"))
    picture.file.delete(save=False)
    assert published(picture).picture_note == "Det gick inte att läsa bilden ”Bilden”."
    assert card(linkedin) is None


def test_a_post_without_a_picture_has_a_card_without_one_and_nothing_to_tell(published, linkedin):
    assert published().picture_note == ""
    assert card(linkedin) is None
    assert linkedin.posts[0]["content"]["article"]["title"]


def test_a_picture_that_linkedin_fails_to_process_is_told(published, linkedin):
    linkedin.order("settings", failing=True)
    assert published(stored("bild.png", file_of(drawn(), "PNG"))).picture_note == "LinkedIn kunde inte behandla bilden."
    assert card(linkedin) is None


def test_a_role_that_may_not_upload_is_told(published, linkedin):
    linkedin.order("settings", role="CONTENT_ADMIN")
    ChannelState.objects.update(role="CONTENT_ADMIN")
    note = published(stored("bild.png", file_of(drawn(), "PNG"))).picture_note
    assert note == "Det anslutna kontot får inte ladda upp bilder; utlagt utan bild."
    assert (card(linkedin), linkedin.calls("initialize")) == (None, 0)


FAULTS = {
    "dropped": {"do": "drop"},
    "dropped after it acted": {"do": "drop", "when": "after"},
    "torn": {"do": "torn", "when": "after"},
    "500": {"do": "answer", "status": 500},
    "502 in HTML": {"do": "answer", "status": 502, "body": "<html>", "kind": "text/html"},
    "refused once": {"do": "answer", "status": 400, "body": '{"message": "Nej"}'},
    "too often": {"do": "answer", "status": 429, "headers": {"Retry-After": "1"}},
}


@pytest.mark.parametrize("route", ["initialize", "upload", "image"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_with_the_picture_costs_time_but_neither_picture_nor_post(published, linkedin, route, fault):
    linkedin.script(route, **FAULTS[fault])
    assert published(stored("bild.png", file_of(drawn(), "PNG"))).picture_note == ""
    assert (card(linkedin).size, linkedin.calls("create")) == (CARD, 1)


def test_an_upload_that_is_lost_though_it_was_accepted_is_made_once_more_in_the_end(published, linkedin):
    linkedin.script("upload", "answer", status=200, body="<html>", kind="text/html")
    assert published(stored("bild.png", file_of(drawn(), "PNG")), waits=[61] * 30).picture_note == ""
    assert (card(linkedin).size, linkedin.calls("upload"), linkedin.calls("create")) == (CARD, 2, 1)


@pytest.mark.parametrize("route", ["initialize", "upload", "image"])
def test_a_picture_that_is_refused_twice_is_told_and_the_post_goes_out(published, linkedin, route):
    linkedin.script(route, "answer", status=400, body='{"message": "Nej"}', times=9)
    assert published(stored("bild.png", file_of(drawn(), "PNG"))).picture_note == "LinkedIn svarade 400: Nej"
    assert (card(linkedin), linkedin.calls(route)) == (None, 2)


MEASURE = """
from wagtail.images.models import Filter
from cms.models import Picture
from social.sending import RENDITION

def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) // 1024

for name in ("small.jpg", "big.jpg", "big.png"):
    picture = Picture(pk=1, collection_id=1, file=name)
    # Linux forgets the highest mark so far.
    open("/proc/self/clear_refs", "w").write("5")
    before = peak()
    assert picture.generate_rendition_file(Filter(spec=RENDITION)).size > 1000
    print(peak() - before)
"""


def test_sixty_megapixels_fit_into_little_memory(tmp_path):
    big = Image.new("RGB", (10_000, 6_000), "teal")
    for name, options in {"big.jpg": {}, "big.png": {"compress_level": 1}}.items():
        big.save(tmp_path / name, **options)
    drawn().save(tmp_path / "small.jpg")
    house = World(tmp_path, "sqlite://:memory:", STORAGE_URL=f"file://{tmp_path}")
    small, jpeg, png = (int(line) for line in house.ask(MEASURE).splitlines()[-3:])
    print(f"MB for a small one, 60 megapixels as JPEG and as PNG: {small}, {jpeg}, {png}")
    assert jpeg < 100
    # A PNG must be unpacked whole, four bytes a pixel; but never twice.
    assert png < 300
