"""Pictures: words, renditions, and files that are none."""

import io
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from PIL import Image, ImageChops, ImageStat

from cms.media import NoPicture, rendition
from cms.models import Picture
from tests.pictures import KINDS, stored


def picture() -> Picture:
    drawn = io.BytesIO()
    Image.new("RGBA", (40, 20), "red").save(drawn, "PNG")
    return Picture.objects.create(title="Bild", description="Två samtalar", file=ContentFile(drawn.getvalue(), "bild.png"))


@pytest.mark.django_db
def test_a_rendition_is_made_once_in_the_wanted_format():
    made = rendition(picture().pk, "max-20x20|format-jpeg")
    assert (made.width, made.height, made.file.name[-4:]) == (20, 10, ".jpg")
    assert rendition(made.image_id, "max-20x20|format-jpeg").pk == made.pk


@pytest.mark.django_db
def test_a_file_that_is_no_picture_says_which_one():
    bent = picture()
    Path(bent.file.path).write_text("this is text")
    with pytest.raises(NoPicture, match="Bild"):
        rendition(bent.pk, "max-20x20")


@pytest.mark.django_db
def test_a_picture_that_is_gone_says_so():
    with pytest.raises(NoPicture):
        rendition(4711, "max-20x20")


@pytest.mark.django_db
def test_a_missing_file_says_which_one():
    lost = picture()
    lost.file.storage.delete(lost.file.name)
    with pytest.raises(NoPicture, match="Bild"):
        rendition(lost.pk, "max-20x20")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["cmyk.jpg", "grey.png", "palette-translucent.png", "translucent.webp", "turned.jpg", "one-pixel.png"]
)
def test_avif_is_made_of_every_kind_of_picture(name):
    cache.clear()
    source = stored(name, KINDS[name]())
    copy, usual = (Image.open(source.get_rendition(f"fill-480x320|format-{kind}").file.path) for kind in ("avif", "webp"))
    assert (copy.format, copy.size) == ("AVIF", usual.size)
    assert max(ImageStat.Stat(ImageChops.difference(copy.convert("RGB"), usual.convert("RGB"))).mean) < 5
