"""The social room's app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SocialConfig(AppConfig):
    """Registers what social offers when Django starts."""

    name = "social"
    verbose_name = _("Social media")

    def ready(self) -> None:
        """Add the outlets, the trail, the receiver and the checks."""
        from cms import outlets, publishing, trail
        from social import announce, checks, outlet, spread  # noqa: F401

        outlets.register_source("social", outlet.outlets)
        trail.register("social", _("Social media"), spread.trail)
        publishing.when_live(announce.receive)
