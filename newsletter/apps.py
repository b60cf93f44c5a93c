"""The newsletter room's app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NewsletterConfig(AppConfig):
    """Registers what newsletter offers when Django starts."""

    name = "newsletter"
    verbose_name = _("Newsletter")
