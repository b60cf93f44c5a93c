"""What Wagtail's checker looks for in a post, in the editor's panel of checks and in the bar on the site."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.userbar import AccessibilityItem, ContentCheckerItem


class PageChecks(ContentCheckerItem):
    """Wagtail's checks and one more, of the page's own part: menu and footer are nothing that an editor can mend."""

    axe_include = ["main"]
    axe_run_only = [*ContentCheckerItem.axe_run_only, "image-alt"]
    axe_messages = {
        **ContentCheckerItem.axe_messages,
        "image-alt": {"error_name": _("The picture has no alt text"), "help_text": _("Say what the picture shows")},
    }


def exchange(request: HttpRequest, items: list[Any], page: Any) -> None:
    """Put our checks in the place of Wagtail's."""
    items[:] = [PageChecks(in_editor=one.in_editor) if type(one) is AccessibilityItem else one for one in items]
