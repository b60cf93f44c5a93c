"""The preflight page: all that stops an issue or deserves a look, and its links, tried by a worker. GET changes nothing."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from newsletter import linkcheck
from newsletter.admin.frame import ISSUE, IssuePage
from newsletter.linkcheck import Standing
from newsletter.preflight import Preflight, check
from newsletter.render import LIMIT


class PreflightView(IssuePage):
    """What a look over the issue finds; POST asks a worker to try its links."""

    page_title = gettext_lazy("Check before sending")
    header_icon = "clipboard-list"
    template_name = "newsletter/admin/preflight.html"

    @cached_property
    def found(self) -> Preflight:
        """What the look found."""
        return check(self.issue, timezone.now())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the findings, and how far the worker has come with the links."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        sizes = [self.found.message, self.found.size, LIMIT]
        own = {
            "issue": self.issue,
            "preflight": self.found,
            "sizes": [f"{size / 1000:.0f} kB" if size else "–" for size in sizes],
        }
        return {**context, **own, "links": standing(self.found.links)}

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have the links tried."""
        n = linkcheck.ask(self.found.links, timezone.now(), anew=True)
        words = ngettext("%(n)d link is being tried.", "%(n)d links are being tried.", n) % {"n": n}
        messages.success(request, words if n else _("All links were tried in the last day, and they work."))
        return redirect(ISSUE + "preflight", pk)


def standing(addresses: list[str]) -> Standing:
    """Return what is known of the links now."""
    return linkcheck.standing(addresses, timezone.now())


class LinksView(PreflightView):
    """The part of the page that changes while links are tried."""

    template_name = "newsletter/admin/preflight_links.html"


class VouchView(IssuePage):
    """An editor has opened a link that seems broken, and it works; POST only."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Note it, and go back."""
        if linkcheck.vouch(self.issue, request.POST.get("address", ""), request.user, timezone.now()):
            messages.success(request, _("The link counts as working for a day."))
        return redirect(ISSUE + "preflight", pk)


def urls() -> list[Any]:
    """Return the page's addresses, within the issues'."""
    return [
        path("preflight/<int:pk>/", PreflightView.as_view(), name="preflight"),
        path("preflight/<int:pk>/links/", LinksView.as_view(), name="preflight_links"),
        path("preflight/<int:pk>/vouch/", VouchView.as_view(), name="vouch"),
    ]
