"""The social room's app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SocialConfig(AppConfig):
    """Registers what social offers when Django starts."""

    name = "social"
    verbose_name = _("Social media")

    def ready(self) -> None:
        """Add the outlets, the trail, the receivers and the checks."""
        from django.db.models.signals import pre_delete
        from wagtail.signals import page_unpublished

        from cms import outlets, planned, publishing, trail
        from cms.models import Post
        from social import announce, changes, checks, outlet, plans, removal, spread  # noqa: F401

        outlets.register_source("social", outlet.outlets)
        planned.register("social", _("Social media"), plans.plans, order=300)
        trail.register("social", _("Social media"), spread.trail, spread.offers, order=300)
        publishing.when_live(announce.receive)
        publishing.when_live(changes.follow)
        pre_delete.connect(removal.on_delete, sender=Post)
        page_unpublished.connect(removal.on_unpublish)
