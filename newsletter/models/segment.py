"""Segments: saved conditions that choose members. What a tree of conditions means stands in `newsletter.segments`."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


def no_conditions() -> dict[str, Any]:
    """Return the tree that everybody meets."""
    return {"all": []}


class Segment(models.Model):
    """A named choice among members, such as "heads of department in Västra Götaland who joined this year"."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    conditions = models.JSONField(_("conditions"), default=no_conditions)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("segment")
        verbose_name_plural = _("segments")

    def __str__(self) -> str:
        return self.name
