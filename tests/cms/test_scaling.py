"""Copies made in little memory are those that Wagtail would make."""

import io
import struct
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat
from wagtail.images.models import Filter

from cms.scaling import Original, Thrifty
from tests.pictures import KINDS, drawn, file_of, stored

SPECS = ["fill-1200x627|format-jpeg", "fill-96x96-c60|format-webp", "max-880x1100|format-webp", "width-400|format-png"]
# Wagtail leaves print's colours as they are, and can't write sixteen bits.
OTHERWISE = {"cmyk.jpg", "sixteen-bits.png"}


def made(kind, picture, spec) -> Image.Image:
    out = io.BytesIO()
    kind(spec=spec).run(picture, out)
    return Image.open(out)


@pytest.mark.django_db
@pytest.mark.parametrize("name", KINDS)
def test_a_copy_is_what_wagtail_would_make_of_it(name):
    picture = stored(name, KINDS[name]())
    picture.focal_point_x, picture.focal_point_y, picture.focal_point_width, picture.focal_point_height = 300, 200, 100, 100
    for spec in SPECS:
        copy = made(Thrifty, picture, spec)
        if name not in OTHERWISE:
            usual = made(Filter, picture, spec)
            assert (copy.size, copy.format) == (usual.size, usual.format)
            apart = ImageStat.Stat(ImageChops.difference(copy.convert("RGB"), usual.convert("RGB"))).mean
            assert max(apart) < 5, (spec, apart)


def print_profile() -> bytes:
    """A colour profile (ICC) of a press whose inks all come out blue, but for its black."""
    blue, black = bytes([82, 207, 20]), bytes([0, 128, 128])
    grid = (blue + black) * 8
    straight = bytes(range(256))
    unit = struct.pack(">9i", *(65536 if at % 4 == 0 else 0 for at in range(9)))
    table = b"mft1" + bytes([0, 0, 0, 0, 4, 3, 2, 0]) + unit + straight * 4 + grid + straight * 3
    head = struct.pack(">I4sI4s4s4s12x4s28x", 128 + 16 + len(table), b"", 0x02100000, b"prtr", b"CMYK", b"Lab ", b"acsp")
    head += struct.pack(">3i", 63190, 65536, 54061) + bytes(48)
    return head + struct.pack(">I4sII", 1, b"A2B0", 144, len(table)) + table


@pytest.mark.django_db
@pytest.mark.parametrize("profile", [None, b"no profile"])
def test_colours_of_print_become_those_of_a_screen(profile):
    picture = stored("cmyk.jpg", file_of(drawn(mode="CMYK"), "JPEG", icc_profile=profile))
    copy = made(Thrifty, picture, "fill-1200x627|format-jpeg")
    assert copy.mode == "RGB"
    assert "icc_profile" not in copy.info
    red, green, blue = copy.getpixel((100, 100))
    assert (red > 200, max(green, blue) < 60) == (True, True)


@pytest.mark.django_db
def test_colours_of_print_are_read_by_the_profile_that_they_come_with():
    picture = stored("cmyk.jpg", file_of(drawn(mode="CMYK"), "JPEG", icc_profile=print_profile()))
    red, green, blue = made(Thrifty, picture, "fill-1200x627|format-jpeg").getpixel((100, 100))
    assert (blue > 200, max(red, green) < 100) == (True, True)


@pytest.mark.django_db
def test_sixteen_bits_become_eight():
    copy = made(Thrifty, stored("sixteen.png", KINDS["sixteen-bits.png"]()), "fill-1200x627|format-jpeg")
    assert copy.mode == "L"
    assert abs(copy.getpixel((100, 100)) - drawn(mode="L").getpixel((100, 100))) < 4


def test_a_big_jpeg_is_never_decoded_whole():
    original = Original(io.BytesIO(KINDS["big.jpg"]()))
    original.resize((600, 400))
    assert original.picture.size == (1350, 900)


SMALL = {kind: file_of(drawn((80, 50)).quantize(8), kind) for kind in ("PNG", "GIF")}
SMALL |= {kind: file_of(drawn((80, 50)), kind) for kind in ("JPEG", "WEBP", "AVIF")}
FLAWS = st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=6)


@pytest.mark.filterwarnings("ignore")
@given(st.sampled_from(sorted(SMALL)), st.floats(0, 1), FLAWS)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_broken_file_is_an_os_error_or_a_picture(monkeypatch, kind, whole, flaws):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000_000)
    content = bytearray(SMALL[kind][: max(int(len(SMALL[kind]) * whole), 1)])
    for place, value in flaws:
        content[int(place * len(content))] = value
    with suppress(OSError):
        Original(io.BytesIO(content)).resize((40, 21)).save_as_jpeg(io.BytesIO())
