"""Tags of the editor's pages; each asks one plain function."""

import logging
from typing import Any

from django import template
from django.utils import timezone

from cms.models import Post
from cms.remarks import remarks

logger = logging.getLogger(__name__)
register = template.Library()


@register.simple_tag
def remarks_of(page: Any) -> list[str] | None:
    """Return what could be mended in a version of a post; None for other pages, and for a post that isn't saved yet."""
    if not isinstance(page, Post) or page.pk is None:
        return None
    try:
        return remarks(page, timezone.now())
    except Exception:
        # What an editor has half filled in must not keep the editor itself from opening or saving.
        logger.exception("The remarks about post %s could not be told.", page.pk)
        return None
