"""The deploy room's app."""

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DeployConfig(AppConfig):
    """Registers what deploy offers when Django starts."""

    name = "deploy"
    verbose_name = _("Operation")

    def ready(self) -> None:
        """Register the system checks, let the site follow SITE_URL, and report errors where the settings say."""
        from deploy import checks as checks
        from deploy.site import follow_site_url

        post_migrate.connect(follow_site_url, sender=self)
        if settings.SENTRY_DSN:
            _report_errors()


def _report_errors() -> None:
    try:
        import sentry_sdk
    except ImportError:
        return  # deploy.E008 says so
    sentry_sdk.init(dsn=settings.SENTRY_DSN, send_default_pii=False)
