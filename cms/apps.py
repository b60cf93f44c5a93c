"""The cms room's app."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    """Connects the room to Wagtail's signals, and begins the posts' trails."""

    name = "cms"
    verbose_name = _("Content")

    def ready(self) -> None:
        """Hear of every publication and its end."""
        from django.db.models.signals import post_migrate
        from wagtail.signals import page_published, page_unpublished

        from cms import copying, embeds, on_site, permission_names, planned, purging, share_picture, site_plans, trail, version
        from cms.publishing import after_publish, after_unpublish, when_live
        from cms.webhooks import receivers, spread

        post_migrate.connect(permission_names.after_migrate, dispatch_uid="cms.permission_names")
        if settings.API_V3:
            from cms import writable

            writable.declare()
        page_published.connect(after_publish, dispatch_uid="cms.after_publish")
        page_unpublished.connect(after_unpublish, dispatch_uid="cms.after_unpublish")
        version.connect()
        purging.connect()
        when_live(copying.after_publication)
        when_live(embeds.after_publication)
        when_live(share_picture.after_publication)
        receivers.connect()
        trail.register("site", _("The site"), on_site.on_site, order=100)
        planned.register("site", _("The site"), site_plans.on_the_site, order=100)
        planned.register("dates", _("Key dates"), site_plans.key_dates, order=400)
        trail.register("webhooks", _("Webhooks"), spread.trail, order=400)
