"""The newsletter room's app."""

from django import forms
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


def outlet_fields() -> dict[str, forms.Field]:
    """Return the editor's switch for the next newsletter."""
    return {"include": forms.BooleanField(label=_("In the next newsletter"), required=False, initial=True)}


class NewsletterConfig(AppConfig):
    """Registers what newsletter offers when Django starts."""

    name = "newsletter"
    verbose_name = _("Newsletter")

    def ready(self) -> None:
        """Add the switch and the trail to posts, our checks to Django's, and say who the members are."""
        from cms import access, invitation, outlets, planned, trail
        from newsletter import adding, checks, inviting, login, plans, trails

        assert checks.check_settings  # noqa: S101 - registered by its import
        outlets.register(outlets.Outlet("newsletter", _("Newsletter"), outlet_fields))
        invitation.register(inviting.invitation)
        access.register(login.reads_here)
        access.register_members(login.is_member)
        access.register_way_in(login.way_in)
        planned.register("newsletter", _("Newsletter"), plans.plans, order=200)
        trail.register("newsletter", _("Newsletter"), trails.mailings_of, adding.offers, order=200)
