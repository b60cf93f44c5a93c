"""Which copies of a picture each place shows: named shapes, so that lists can fetch all copies at once."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Prefetch, QuerySet
from wagtail.images.models import Filter


@dataclass(frozen=True, slots=True)
class Shape:
    """The copies for one place, smallest first, and how wide the place is (HTML's `sizes`).

    `specs` are what everybody can show; with `avif` the same sizes exist in the smaller format too.
    """

    specs: tuple[str, ...]
    sizes: str
    avif: bool = False

    @property
    def avif_specs(self) -> tuple[str, ...]:
        """The copies for browsers that know AVIF; none for places where they would hardly be smaller."""
        return tuple(spec.replace("format-webp", "format-avif") for spec in self.specs) if self.avif else ()

    @property
    def all_specs(self) -> tuple[str, ...]:
        """Every copy of the place, to be made when a picture is published."""
        return self.specs + self.avif_specs


SHAPES = {
    "card": Shape(
        ("fill-480x320|format-webp", "fill-960x640|format-webp"),
        "(min-width: 66em) 350px, (min-width: 42em) 46vw, 92vw",
        avif=True,
    ),
    "newest": Shape(("fill-720x480|format-webp", "fill-1280x853|format-webp"), "(min-width: 66em) 620px, 92vw", avif=True),
    "lead": Shape(("max-880x1100|format-webp", "max-1760x2200|format-webp"), "(min-width: 58em) 880px, 94vw", avif=True),
    "body": Shape(("max-680x1020|format-webp", "max-1360x1360|format-webp"), "(min-width: 46em) 680px, 92vw", avif=True),
    "portrait": Shape(("fill-96x96-c60|format-webp", "fill-240x240-c60|format-webp"), "120px"),
    "logo": Shape(("max-400x96",), "200px"),
    # Not every network that shows a shared link can read WebP.
    "share": Shape(("fill-1200x627|format-jpeg",), "1200px"),
}
LIST_SHAPES = ("newest", "card")


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy: where it lies and its size in pixels."""

    url: str
    width: int
    height: int


def copies(picture: Any, shape: str) -> tuple[Copy, ...]:
    """Return the copies of `picture` for a place that exist, smallest first; the job is asked for missing ones.

    None gives none: a page without a picture is better than a reader who waits, or no page.
    """
    return _found(picture, shape, SHAPES[shape].specs)


def avif_copies(picture: Any, shape: str) -> tuple[Copy, ...]:
    """Return the copies of `picture` for a place in AVIF, smallest first; none where the shape has no such."""
    return _found(picture, shape, SHAPES[shape].avif_specs)


def _found(picture: Any, shape: str, specs: tuple[str, ...]) -> tuple[Copy, ...]:
    if picture is None or not specs:
        return ()
    there = {wanted.spec: copy for wanted, copy in picture.find_existing_renditions(*map(_filter, specs)).items()}
    if len(there) < len(specs):
        there |= _look(picture, shape, specs)
    found = [there[spec] for spec in specs if spec in there]
    # A small original gives the same copy under both names.
    return tuple({copy.width: Copy(copy.url, copy.width, copy.height) for copy in found}.values())


@cache
def _filter(spec: str) -> Filter:
    """Return the one Filter of `spec`: a list asks for dozens, and each would parse its spec anew."""
    return Filter(spec)


def _look(picture: Any, shape: str, specs: tuple[str, ...]) -> dict[str, Any]:
    """Return by spec the copies that the picture didn't bring along; what isn't there either is asked for."""
    keys = {spec: _filter(spec).get_cache_key(picture) for spec in specs}
    rows = picture.renditions.filter(filter_spec__in=specs)
    there = {row.filter_spec: row for row in rows if row.focal_point_key == keys[row.filter_spec]}
    if len(there) < len(specs):
        from cms import copying

        copying.ask(picture.pk, shape)
    return there


def with_copies(*shapes: str, avif: bool = True) -> QuerySet[Any]:
    """Return pictures that bring their copies for `shapes` along, in one query for all; `avif` for pages, not for the API."""
    from cms.media import Picture

    wanted = [SHAPES[shape].all_specs if avif else SHAPES[shape].specs for shape in shapes]
    return Picture.objects.prefetch_renditions(*(spec for specs in wanted for spec in specs))


def bring(path: str, *shapes: str, avif: bool = True) -> Prefetch[Any]:
    """Return a Prefetch for the picture at `path` ("lead_image") together with its copies."""
    return Prefetch(path, queryset=with_copies(*shapes, avif=avif))


def bring_copies(path: str, *shapes: str) -> Prefetch[Any]:
    """Return a Prefetch for the copies alone, of a picture at `path` that its own query has joined, or of the pictures given."""
    from cms.media import PictureRendition

    specs = [spec for shape in shapes for spec in SHAPES[shape].all_specs]
    rows = PictureRendition.objects.filter(filter_spec__in=specs)
    return Prefetch(f"{path}__renditions" if path else "renditions", queryset=rows, to_attr="prefetched_renditions")
