"""Mail servers in the admin, to be looked at."""

from typing import Any

from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.snippets.views.snippets import SnippetViewSet

from newsletter.admin.frame import LookedAtView
from newsletter.models import RelayState


class RelayViewSet(SnippetViewSet):
    """Relays, to be looked at."""

    model = RelayState
    icon = "mail"
    menu_label = gettext_lazy("Mail servers")
    list_display = [
        "name",
        BooleanColumn("out_of_order", label=gettext_lazy("out of order")),
        "rests_until",
        "policy_refusals",
        "last_error",
    ]
    copy_view_enabled = False
    index_view_class = LookedAtView

    def get_urlpatterns(self) -> list[Any]:
        """Keep the list alone."""
        return [found for found in super().get_urlpatterns() if found.name in ("list", "list_results")]
