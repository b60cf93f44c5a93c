"""The user of the admin."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """Ordet's own user model from the first migration on, because it can't be changed later."""

    region = models.ForeignKey(
        "cms.Region",
        verbose_name=_("only this region"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Writes and edits posts of this region alone. Empty: of all."),
    )
