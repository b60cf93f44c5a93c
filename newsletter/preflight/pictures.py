"""Pictures: the words for who doesn't see them, their size and their weight."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from cms.models import Picture, PictureRendition
from newsletter.contents import WIDE
from newsletter.items import PictureItem, PostItem
from newsletter.preflight.findings import Finding, Look

LONGEST_ALT = 160
NARROWEST = 400
HEAVIEST = 500_000
_FILE_NAME = re.compile(
    r"\S+\.(?:jpe?g|png|gif|webp|avif|heic|tiff?|svg|bmp)|"
    r"(?:img|image|bild|foto|photo|picture|dsc|pxl|screenshot|skärmbild|namnlös|untitled|logo)?[\s_\-()\d.]*",
    re.IGNORECASE,
)


def pictures(look: Look) -> Iterator[Finding]:
    """Find missing and useless alt texts, and pictures that are too small or too heavy."""
    for number, item in look.items(PictureItem, PostItem):
        if item.picture is not None:
            yield from _alt(look, number, item)
    yield from _sizes(look)


def _alt(look: Look, number: int, item: Any) -> Iterator[Finding]:
    alt = item.picture.alt.strip()
    place = {"block": number}
    advice = _("Write in a sentence what the picture shows.")
    if not alt:
        words = _("The picture has no alt text: who doesn't see it learns nothing of it.")
        yield look.warn("alt-missing", words, advice, **place)
    elif _FILE_NAME.fullmatch(alt):
        words = _("The picture's alt text “%(alt)s” is a file's name or says nothing.") % {"alt": alt[:60]}
        yield look.warn("alt-file", words, advice, **place)
    elif len(alt) > LONGEST_ALT:
        words = _("The picture's alt text has %(n)d characters.") % {"n": len(alt)}
        advice = _("It is read out in one breath: a sentence or two is enough. The rest can be a caption.")
        yield look.warn("alt-long", words, advice, **place)


def chosen(look: Look) -> dict[int, list[int]]:
    """Return the pictures that stand in the letter, by id, with the numbers of their blocks."""
    found: dict[int, list[int]] = {}
    for number, child in enumerate(look.children, 1):
        value = child.value
        picture = value["image"].pk if child.block_type == "picture" and value["image"] is not None else None
        if child.block_type == "post" and value["post"] is not None:
            image = getattr(value["post"].specific, "teaser_image", None)
            picture = image.id if image else None
        if picture is not None:
            found.setdefault(picture, []).append(number)
    return found


def _sizes(look: Look) -> Iterator[Finding]:
    blocks = chosen(look)
    free = {number for number, _item in look.items(PictureItem)}
    for picture in Picture.objects.filter(pk__in=blocks):
        for number in blocks[picture.pk]:
            if picture.width < NARROWEST and number in free:
                words = _("The picture is only %(n)d pixels wide and will look small or blurred.") % {"n": picture.width}
                advice = _("Choose one of at least 1088 pixels.")
                yield look.warn("picture-small", words, advice, block=number)
    copies = PictureRendition.objects.filter(image__in=blocks, filter_spec=WIDE)
    for copy in copies:
        if (size := _bytes(copy)) > HEAVIEST:
            words = _("The picture weighs %(size)d kB and takes long to load.") % {"size": round(size / 1000)}
            advice = _("Choose a calmer picture, or crop it.")
            yield look.warn("picture-heavy", words, advice, block=blocks[copy.image_id][0])


def _bytes(copy: PictureRendition) -> int:
    try:
        return int(copy.file.size)
    except OSError:
        return 0
