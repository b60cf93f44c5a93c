"""Mail servers in the admin: how they are, and the buttons to try one or to leave it out."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy
from wagtail.snippets.views.snippets import SnippetViewSet

from newsletter import health
from newsletter.admin.frame import MAY_FOLLOW, OurPage
from newsletter.models import RelayState
from newsletter.standing import mail_servers

RELAY = "wagtailsnippets_newsletter_relaystate:"
MAY_SWITCH = "newsletter.change_relaystate"


class RelaysView(OurPage):
    """The mail servers of MAIL_RELAYS."""

    allowed = MAY_FOLLOW
    page_title = gettext_lazy("Mail servers")
    template_name = "newsletter/admin/relays.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        may = request.user.has_perm(MAY_SWITCH)
        return self.render_to_response(self.get_context_data(servers=mail_servers(timezone.now()), may_switch=may))


class SwitchView(OurPage):
    """What an operator does with a mail server; POST only."""

    allowed: ClassVar[tuple[str, ...]] = (MAY_SWITCH,)
    http_method_names: ClassVar[list[str]] = ["post"]

    ACTS: ClassVar[dict[str, tuple[Callable[[RelayState, Any, datetime], None], Any]]] = {
        "try": (health.try_now, gettext_lazy("The mail server is tried as soon as there is mail.")),
        "out": (health.take_out_of_use, gettext_lazy("The mail server is out of use.")),
        "in": (health.take_into_use, gettext_lazy("The mail server is in use.")),
    }

    def post(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Do it, and go back."""
        do, said = self.ACTS[act]
        do(get_object_or_404(RelayState, pk=pk), request.user, timezone.now())
        messages.success(request, said)
        return redirect(RELAY + "list")


class RelayViewSet(SnippetViewSet):
    """Mail servers."""

    model = RelayState
    icon = "mail"
    menu_label = gettext_lazy("Mail servers")
    copy_view_enabled = False

    def get_urlpatterns(self) -> list[Any]:
        """One page, and its buttons."""
        switch = SwitchView.as_view()
        acts = [path(f"<int:pk>/{act}/", switch, {"act": act}, name=act) for act in SwitchView.ACTS]
        return [path("", RelaysView.as_view(), name="list"), *acts]
