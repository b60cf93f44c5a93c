"""The pictures that shared links show where a page has none of its own: drawn by a job, kept in the media.

A file is named after what is drawn on it, so a picture that changes gets another address (networks keep the old
one for weeks) and the same is never drawn twice. The row says which file is a page's; a GET only reads it.
"""

import json
import logging
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Q
from django.tasks import task
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import SourceImageIOError
from wagtail.models import Page

from cms.identity import Identity
from cms.share_drawing import HIGH, WIDE, Words, draw

logger = logging.getLogger(__name__)

FOLDER = "share"
# Raised when the drawing changes, so that all are made anew.
DRAWING = 1
PORTRAIT_SPEC = "fill-600x940|format-jpeg"
# How many one round of a sweep draws; a tenth of a second each.
ROUND = 300
# A file without a row may be one whose row is just being written.
GRACE = timedelta(days=1)


class SharePicture(models.Model):
    """Which drawn picture a page has; `key` names all that stands on it."""

    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="share_picture")
    key = models.CharField(max_length=64)
    file = models.CharField(max_length=200, db_index=True)

    class Meta:
        verbose_name = _("share picture")
        verbose_name_plural = _("share pictures")

    def __str__(self) -> str:
        return self.file


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a page's picture shows; the portrait is a Picture or nothing."""

    words: Words
    portrait: Any = None

    @property
    def key(self) -> str:
        """Return the name of exactly this picture."""
        face = self.portrait
        shown = face and [face.pk, face.file_hash, face.focal_point_x, face.focal_point_y, face.focal_point_width]
        return sha256(json.dumps([DRAWING, asdict(self.words), shown]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture to be named in a page's head."""

    url: str
    width: int = WIDE
    height: int = HIGH


def sketch(page: Any, association: Identity) -> Sketch | None:
    """Return what the picture of `page` shows; nothing for a post that has a lead picture."""
    page = page.specific
    name = association.short_name or association.name
    if page.depth == 2:  # noqa: PLR2004 - the home page
        return Sketch(Words(association.name or page.title, association.tagline))
    if not hasattr(page, "KIND"):
        return Sketch(Words(page.title, name=name))
    if page.lead_image_id:
        return None
    people = [byline.person for byline in page.bylines.select_related("person__portrait")]
    portrait = next((person.portrait for person in people if person and person.portrait), None)
    return Sketch(Words(page.title, page.kicker, name), portrait)


def keep(page: Any, association: Identity) -> bool:
    """Draw the picture of `page` unless it is there already; tell whether it was drawn."""
    wanted = sketch(page, association)
    row = SharePicture.objects.filter(page_id=page.pk).first()
    if wanted is None or (row and row.key == wanted.key and default_storage.exists(row.file)):
        return False
    name = f"{FOLDER}/{wanted.key}.jpg"
    if not default_storage.exists(name):
        name = default_storage.save(name, ContentFile(draw(wanted.words, _portrait(wanted.portrait))))
    SharePicture.objects.update_or_create(page_id=page.pk, defaults={"key": wanted.key, "file": name})
    return True


def _portrait(picture: Any) -> bytes | None:
    """Return the portrait's file; nothing where it can't be read: the words alone make a picture too."""
    if picture is None:
        return None
    try:
        with picture.get_rendition(PORTRAIT_SPEC).file.open("rb") as file:
            return bytes(file.read())
    except (SourceImageIOError, OSError, ValueError):
        logger.warning("The portrait %s can't be read.", picture.pk)
        return None


@task()
def draw_share_picture(page_id: int) -> int:
    """Do `keep` in the db_worker, for a page and those above it; return how many were drawn."""
    page = Page.objects.filter(pk=page_id, live=True).first()
    above = page.get_ancestors(inclusive=True).filter(depth__gte=2) if page else ()
    association = _association()
    return sum(_attempt(one, association) for one in above)


def _association() -> Identity:
    return Identity.objects.first() or Identity()


def after_publication(post: Any) -> bool:
    """Ask for the picture of a post that has no lead picture; tell whether it needs one."""
    if post.specific.lead_image_id:
        return False
    draw_share_picture.enqueue(post.pk)
    return True


def sweep() -> int:
    """Draw what is missing or out of date: imported posts, sections, after the association's name or a portrait changed.

    Returns how many were drawn, at most ROUND; the rest is the next round's.
    """
    drawn, association = 0, _association()
    for page in _pages().specific().iterator(chunk_size=200):
        drawn += _attempt(page, association)
        if drawn >= ROUND:
            break
    return drawn


def sweep_missing() -> int:
    """Draw the pictures of pages that have none, so that an import's links look right the same day.

    Returns how many were drawn; at most ROUND pages are tried, the rest is the next round's. What is out of date is `sweep`'s.
    """
    from cms.models import Post

    illustrated = Post.objects.filter(lead_image__isnull=False)
    bare = _pages().filter(share_picture=None).exclude(pk__in=illustrated.values("pk"))
    association = _association()
    return sum(_attempt(page, association) for page in bare.specific()[:ROUND])


def _pages() -> Any:
    return Page.objects.filter(live=True, depth__gte=2).order_by("depth", "-pk")


def _attempt(page: Any, association: Identity) -> bool:
    try:
        return keep(page, association)
    except Exception:
        logger.exception("The share picture of page %s could not be drawn.", page.pk)
        return False


def drawn_for(page: Any) -> Shown | None:
    """Return the picture drawn for `page`, else the site's; nothing while there is none. One query."""
    rows = SharePicture.objects.filter(Q(page_id=getattr(page, "pk", None)) | Q(page__depth=2))
    row = rows.order_by("-page__depth").first()
    return Shown(default_storage.url(row.file)) if row else None


def forget_old(now: datetime) -> int:
    """Remove the files that no page shows any more; return how many."""
    if not default_storage.exists(FOLDER):
        return 0
    kept = set(SharePicture.objects.values_list("file", flat=True))
    old = [name for name in (f"{FOLDER}/{file}" for file in default_storage.listdir(FOLDER)[1]) if name not in kept]
    gone = [name for name in old if default_storage.get_modified_time(name) < now - GRACE]
    for name in gone:
        default_storage.delete(name)
    return len(gone)
