"""The suppression list in the admin: how many stand there and why; an address is added, or lifted by typing it."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.snippets.views.snippets import SnippetViewSet

from newsletter import stewardship
from newsletter.admin.frame import OurPage
from newsletter.models import Suppression
from newsletter.stewardship import Refused

SUPPRESSION = "wagtailsnippets_newsletter_suppression:"
MAY_SUPPRESS = ("newsletter.add_suppression", "newsletter.change_suppression")


class SuppressionView(OurPage):
    """The whole page: counts per reason, one form to add and one to lift."""

    allowed: ClassVar[tuple[str, ...]] = MAY_SUPPRESS
    header_icon = "no-view"
    page_title = gettext_lazy("Suppressed addresses")
    template_name = "newsletter/admin/suppressions.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        return self.answer()

    def answer(self, **more: Any) -> HttpResponse:
        """Show the page, with what was wrong with a form."""
        counted = dict(Suppression.objects.order_by().values_list("reason").annotate(n=Count("pk")))
        counts = [(word, counted.get(reason, 0)) for reason, word in Suppression.REASONS]
        return self.render_to_response(self.get_context_data(counts=counts, **more))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add or lift an address."""
        address, reason, lifts = (request.POST.get(name, "") for name in ("address", "reason", "lift"))
        try:
            if lifts:
                stewardship.lift(address, reason, request.user)
            else:
                stewardship.suppress_by_hand(address, timezone.now(), request.user)
        except (Refused, ValidationError) as error:
            problem = " ".join(getattr(error, "messages", [str(error)]))
            return self.answer(problem=problem, lifts=bool(lifts), address=address, reason=reason)
        messages.success(request, _("The address may get mail again.") if lifts else _("The address gets nothing more."))
        return redirect(SUPPRESSION + "list")


class SuppressionViewSet(SnippetViewSet):
    """Suppressions: known only by their hashes, so there is no list of them to show."""

    model = Suppression
    icon = "no-view"
    menu_label = gettext_lazy("Suppressed addresses")
    copy_view_enabled = False

    def get_urlpatterns(self) -> list[Any]:
        """Replace Wagtail's views by ours."""
        page = SuppressionView.as_view()
        return [path("", page, name="list"), path("results/", page, name="list_results")]
