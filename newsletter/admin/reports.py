"""Returned mail and providers' events in the admin: what came, about whom, and its raw text. To be looked at alone."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.snippets.views.snippets import SnippetViewSet

from newsletter.admin.frame import MAY_FOLLOW, LookedAtView, OurPage
from newsletter.models import BounceReport, ProviderEvent

REPORT = "wagtailsnippets_newsletter_bouncereport:"
# More than this nobody reads on a page.
SHOWN = 100_000
KINDS: dict[str, tuple[Any, str]] = {
    "hard": (gettext_lazy("The address doesn't exist"), "warning"),
    "soft": (gettext_lazy("Came back for another reason"), "undo"),
    "complaint": (gettext_lazy("Marked as spam by the receiver"), "warning"),
    "leaves": (gettext_lazy("Asks to be unsubscribed"), "logout"),
    "delivered": (gettext_lazy("Arrived"), "check"),
    "none": (gettext_lazy("No bounce: an automatic answer, a delay or a letter"), "mail"),
    "bounced": (gettext_lazy("Came back"), "undo"),
    "rejected": (gettext_lazy("Refused by the provider"), "warning"),
    "failed": (gettext_lazy("Couldn't be sent by the provider"), "warning"),
    "complained": (gettext_lazy("Marked as spam by the receiver"), "warning"),
    "unsubscribed": (gettext_lazy("Asks to be unsubscribed"), "logout"),
    "queued": (gettext_lazy("Taken by the provider"), "time"),
    "sent": (gettext_lazy("Sent by the provider"), "time"),
    "deferred": (gettext_lazy("Delayed; the provider tries again"), "time"),
}


def named(kind: str) -> tuple[Any, str]:
    """Return a kind in words, and its icon."""
    return KINDS.get(kind, (kind, "mail"))


class KindColumn(Column):
    """What came, as a word with an icon."""

    cell_template_name = "newsletter/admin/kind_cell.html"

    def get_value(self, instance: Any) -> dict[str, Any]:
        """Return word and icon."""
        words, icon = named(instance.kind)
        return {"words": words, "icon": icon}


class RecipientColumn(TitleColumn):
    """About whom; where the report names nobody, a dash."""

    def get_value(self, instance: Any) -> str:
        """Return the address."""
        return str(instance.recipient or "–")


def report_url(report: BounceReport) -> str:
    """Return where a report can be read."""
    return reverse(REPORT + "read", args=[report.pk])


class ReportIndexView(LookedAtView):
    """Reports, newest first; each leads to its text."""

    page_title = gettext_lazy("Returned mail")

    def get_edit_url(self, instance: BounceReport) -> str:
        """Lead to the text: there is nothing to edit."""
        return report_url(instance)


class ReportView(OurPage):
    """One report, with its raw text."""

    allowed = MAY_FOLLOW
    page_title = gettext_lazy("Returned mail")
    template_name = "newsletter/admin/report.html"

    def get_page_subtitle(self) -> str:
        """Return whom it is about."""
        return str(self.report.recipient)

    def trail(self) -> list[dict[str, str]]:
        """Lead back to the list."""
        return [{"url": reverse(REPORT + "list"), "label": _("Returned mail")}]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        self.report = get_object_or_404(BounceReport.objects.select_related("mailing__list", "member"), pk=pk)
        words, icon = named(self.report.kind)
        raw = bytes(self.report.raw)[:SHOWN].decode("utf-8", "replace")
        return self.render_to_response(self.get_context_data(report=self.report, words=words, icon=icon, raw=raw))


class ReportViewSet(SnippetViewSet):
    """Reports that came back."""

    model = BounceReport
    icon = "undo"
    menu_label = gettext_lazy("Returned mail")
    list_display = [
        RecipientColumn("recipient", label=gettext_lazy("Recipient"), get_url=report_url),
        KindColumn("kind", label=gettext_lazy("What happened")),
        "reason",
        Column("received_at", label=gettext_lazy("Received"), sort_key="received_at"),
    ]
    list_filter = ["kind"]
    search_fields = ["recipient"]
    ordering = ["-received_at"]
    copy_view_enabled = False
    index_view_class = ReportIndexView
    index_results_template_name = "newsletter/admin/reports_results.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave the raw bytes where they are."""
        return BounceReport.objects.defer("raw")

    def get_urlpatterns(self) -> list[Any]:
        """Keep the list, and add the page where one is read."""
        kept = [found for found in super().get_urlpatterns() if found.name in ("list", "list_results")]
        return [*kept, path("read/<int:pk>/", ReportView.as_view(), name="read")]


class EventViewSet(SnippetViewSet):
    """What providers told."""

    model = ProviderEvent
    icon = "mail"
    menu_label = gettext_lazy("Providers' events")
    list_display = [
        RecipientColumn("recipient", label=gettext_lazy("Recipient")),
        KindColumn("kind", label=gettext_lazy("What happened")),
        "reason",
        "provider",
        Column("happened_at", label=gettext_lazy("Happened"), sort_key="happened_at"),
    ]
    list_filter = ["provider", "kind"]
    search_fields = ["recipient"]
    ordering = ["-received_at"]
    copy_view_enabled = False
    index_view_class = LookedAtView
    index_results_template_name = "newsletter/admin/events_results.html"

    def get_urlpatterns(self) -> list[Any]:
        """Keep the list alone."""
        return [found for found in super().get_urlpatterns() if found.name in ("list", "list_results")]
