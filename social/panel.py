"""What social shows on the admin's first page."""

from typing import Any

from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component

from social.connection import may_connect
from social.warning import Trouble


class TroublePanel(Component):
    """Connections that need somebody; only made where there are some."""

    name = "social_trouble"
    order = 40
    template_name = "social/admin/trouble.html"

    def __init__(self, troubles: list[Trouble]) -> None:
        """`troubles` is not empty."""
        self.troubles = troubles

    def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Give the troubles, and whether the reader may mend them."""
        user = parent_context["request"].user if parent_context else None
        may = user is not None and may_connect(user)
        return {"title": _("Connections that need you"), "troubles": self.troubles, "may_connect": may}
