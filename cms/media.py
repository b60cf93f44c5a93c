"""Pictures and documents, each with the words that follow them everywhere."""

import logging
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument
from wagtail.images.models import AbstractImage, AbstractRendition, SourceImageIOError

from cms.scaling import Thrifty
from cms.teaser import Image as TeaserImage

logger = logging.getLogger(__name__)


class Picture(AbstractImage):
    """A picture with alt text (Wagtail's `description`), caption and photographer."""

    caption = models.CharField(_("caption"), max_length=400, blank=True)
    photographer = models.CharField(_("photographer"), max_length=200, blank=True)
    source_url = models.CharField(max_length=500, blank=True, default="", editable=False, db_index=True)

    admin_form_fields = (
        "title",
        "file",
        "description",
        "caption",
        "photographer",
        "collection",
        "tags",
        "focal_point_x",
        "focal_point_y",
        "focal_point_width",
        "focal_point_height",
    )

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def generate_rendition_file(self, filter: Any, *, source: Any = None) -> Any:  # noqa: A002 (Wagtail's own name)
        """Make a copy as Wagtail does, in little memory."""
        return super().generate_rendition_file(Thrifty(spec=filter.spec), source=source)

    @cached_property
    def words(self) -> TeaserImage:
        """Return this picture as other rooms see it."""
        return TeaserImage(self.pk, self.description, self.caption, self.photographer)


class PictureRendition(AbstractRendition):
    """A resized copy of a Picture."""

    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        constraints = [models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="one_rendition_each")]


class Attachment(AbstractDocument):
    """A document for download."""

    source_url = models.CharField(max_length=500, blank=True, default="", editable=False, db_index=True)

    admin_form_fields = ("title", "file", "collection", "tags")

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")


class NoPicture(ValidationError):
    """A picture can't be read or resized; says which and why."""


def rendition(image_id: int, spec: str) -> PictureRendition:
    """Return the rendition `spec` (Wagtail's filter language) of a picture, made now if it is missing.

    Raises NoPicture when the picture is gone, or its file is missing or not a picture.
    """
    try:
        picture = Picture.objects.get(pk=image_id)
        return picture.get_rendition(spec)
    except Picture.DoesNotExist:
        raise NoPicture(_("The picture no longer exists.")) from None
    except (SourceImageIOError, OSError, ValueError) as error:
        # What the library says is English and names paths: it is the log's.
        logger.warning("Picture %s: %s", image_id, error)
        raise NoPicture(_("The picture “%(title)s” can't be read.") % {"title": picture.title}) from None
