"""Copies of pictures are made by a job when a post is published, never while a reader waits.

Where a page meets a picture without its copies (an import, a new focal point, a portrait that was
exchanged), it shows what there is and asks the job, once an hour for each place. A preview is the
editor's own: there they are made at once.
"""

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.cache import caches
from django.db import DatabaseError, transaction
from django.tasks import task
from wagtail.blocks import StructValue
from wagtail.images.models import SourceImageIOError

from cms import version
from cms.renditions import SHAPES, with_copies

logger = logging.getLogger(__name__)

# What a broken file costs: one attempt in so many seconds.
ASK_AGAIN = 3600
LEAD_SHAPES = ("card", "newest", "lead", "share")
# Readers see pictures at once; the search may learn of the post a little later.
PRIORITY = 10

Wanted = tuple[int, str]


@task(priority=PRIORITY)
def make_copies(wanted: list[list[Any]]) -> int:
    """Do `make` in the db_worker: a list of picture's id and shape."""
    return make((picture, shape) for picture, shape in wanted)


def make(wanted: Iterable[Wanted]) -> int:
    """Make the copies of pictures for places, as far as they are missing; return for how many pictures and places there were any.

    A picture that is gone or can't be read is passed over.
    """
    made = sum(_made(picture, shape) for picture, shape in wanted)
    if made:
        version.bump()
    return made


def _made(picture_id: int, shape: str) -> bool:
    # With its copies from the table: Wagtail's cache of them may remember, in this process, what another has deleted.
    picture = with_copies(shape).filter(pk=picture_id).first()
    if picture is None:
        return False
    before = len(picture.prefetched_renditions)
    try:
        picture.get_renditions(*SHAPES[shape].all_specs)
    except (SourceImageIOError, OSError, ValueError) as error:
        logger.warning("Picture %s can't be read or resized: %s", picture_id, type(error).__name__)
        return False
    return len(picture.prefetched_renditions) > before


def ask(picture_id: int, shape: str) -> None:
    """Ask the job for a picture's copies for one place, unless somebody has within ASK_AGAIN seconds; never raises."""
    if not caches["asked"].add(f"copies:{picture_id}:{shape}", True, ASK_AGAIN):
        return
    try:
        with transaction.atomic():
            make_copies.enqueue([[picture_id, shape]])
    except DatabaseError:
        logger.exception("The copies of picture %s could not be asked for.", picture_id)


def after_publication(post: Any) -> bool:
    """Ask for the copies that a post's page and cards lack, by one row in the task table; tell whether any did."""
    wanted = missing(places(post.specific))
    if wanted:
        make_copies.enqueue([list(one) for one in wanted])
    return bool(wanted)


def prepare(post: Any) -> int:
    """Make the copies that a post's page and cards lack, now; return for how many pictures and places."""
    return make(missing(places(post)))


def places(post: Any) -> list[Wanted]:
    """Return which pictures a post shows at which places, each once: lead picture, portraits, pictures of the text."""
    return list(dict.fromkeys((picture, shape) for picture, shape in _places(post) if picture))


def _places(post: Any) -> Iterator[tuple[int | None, str]]:
    yield from ((post.lead_image_id, shape) for shape in LEAD_SHAPES)
    values = [block.value for stream in _streams(post) for block in stream if isinstance(block.value, StructValue)]
    yield from ((value["image"].pk, "body") for value in values if value.get("image"))
    people = [*(byline.person for byline in post.bylines.all()), *(value.get("person") for value in values)]
    yield from ((person.portrait_id, "portrait") for person in people if person)


def _streams(post: Any) -> list[Any]:
    from cms.reading import streams

    return streams(post)


def missing(wanted: list[Wanted]) -> list[Wanted]:
    """Return those of `wanted` of which at least one copy doesn't exist; one query."""
    from cms.media import PictureRendition

    if not wanted:
        return []
    rows = PictureRendition.objects.filter(image_id__in={picture for picture, _shape in wanted})
    there = set(rows.values_list("image_id", "filter_spec"))
    return [one for one in wanted if not {(one[0], spec) for spec in SHAPES[one[1]].all_specs} <= there]
