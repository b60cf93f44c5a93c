"""The deploy room's app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeployConfig(AppConfig):
    """Registers what deploy offers when Django starts."""

    name = "deploy"
    verbose_name = _("Operation")
