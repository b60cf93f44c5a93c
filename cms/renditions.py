"""Which copies of a picture each place shows: named shapes, so that lists can fetch all copies at once."""

import logging
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from wagtail.images.models import SourceImageIOError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shape:
    """The copies for one place, smallest first, and how wide the place is (HTML's `sizes`)."""

    specs: tuple[str, ...]
    sizes: str


SHAPES = {
    "card": Shape(
        ("fill-480x320|format-webp", "fill-960x640|format-webp"), "(min-width: 66em) 350px, (min-width: 42em) 46vw, 92vw"
    ),
    "newest": Shape(("fill-720x480|format-webp", "fill-1280x853|format-webp"), "(min-width: 66em) 620px, 92vw"),
    "lead": Shape(("max-880x1100|format-webp", "max-1760x2200|format-webp"), "(min-width: 58em) 880px, 94vw"),
    "body": Shape(("max-680x1020|format-webp", "max-1360x1360|format-webp"), "(min-width: 46em) 680px, 92vw"),
    "portrait": Shape(("fill-96x96-c60|format-webp", "fill-240x240-c60|format-webp"), "120px"),
    "logo": Shape(("max-400x96",), "200px"),
}
LIST_SHAPES = ("newest", "card")


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy: where it lies and its size in pixels."""

    url: str
    width: int
    height: int


def copies(picture: Any, shape: str) -> tuple[Copy, ...]:
    """Return the copies of `picture` for a place, smallest first; a missing copy is made now.

    A file that is gone or can't be read gives none: a page without a picture is better than no page.
    """
    if picture is None:
        return ()
    try:
        found = picture.get_renditions(*SHAPES[shape].specs).values()
    except (SourceImageIOError, OSError, ValueError):
        logger.warning("Picture %s can't be read or resized.", picture.pk)
        return ()
    # A small original gives the same copy under both names.
    return tuple({copy.width: Copy(copy.url, copy.width, copy.height) for copy in found}.values())


def with_copies(*shapes: str) -> QuerySet[Any]:
    """Return pictures that bring their copies for `shapes` along, in one query for all."""
    from cms.media import Picture

    return Picture.objects.prefetch_renditions(*(spec for shape in shapes for spec in SHAPES[shape].specs))


def bring(path: str, *shapes: str) -> Prefetch[Any]:
    """Return a Prefetch for the picture at `path` ("lead_image") together with its copies."""
    return Prefetch(path, queryset=with_copies(*shapes))
