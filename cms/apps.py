"""The cms room's app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    """Connects the room to Wagtail's signals."""

    name = "cms"
    verbose_name = _("Content")

    def ready(self) -> None:
        """Hear of every publication."""
        from wagtail.signals import page_published

        from cms.publishing import after_publish

        page_published.connect(after_publish, dispatch_uid="cms.after_publish")
