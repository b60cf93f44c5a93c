"""The social room's app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SocialConfig(AppConfig):
    """Registers what social offers when Django starts."""

    name = "social"
    verbose_name = _("Social media")
