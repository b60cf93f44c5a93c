"""Issues in the admin: the list, the editor, the bare mail and the test."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, LiveStatusTagColumn
from wagtail.admin.widgets.button import HeaderButton
from wagtail.snippets.views.snippets import EditView, SnippetViewSet

from newsletter.admin import preflight
from newsletter.admin.frame import ISSUE, MAY_SEND, IssuePage
from newsletter.admin.sending import SendView
from newsletter.items import LetterError
from newsletter.models import Issue, Mailing
from newsletter.preview import sample, send_test


class IssueEditView(EditView):
    """The editor, with the ways out of the house in its head."""

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Add test and send."""
        key = [self.object.pk]
        look = HeaderButton(_("Check before sending"), url=reverse(ISSUE + "preflight", args=key), icon_name="check", priority=15)
        out = [look, HeaderButton(_("Test to me"), url=reverse(ISSUE + "test", args=key), icon_name="mail", priority=10)]
        if self.request.user.has_perm(MAY_SEND):
            out.append(HeaderButton(_("Send …"), url=reverse(ISSUE + "send", args=key), icon_name="upload", priority=20))
        return out


class MailingsColumn(Column):
    """Where an issue went, each with a link to its progress."""

    cell_template_name = "newsletter/admin/mailings_cell.html"

    def get_value(self, instance: Issue) -> list[Mailing]:
        """Return the issue's mailings."""
        return list(instance.mailings.all())


class TestView(IssuePage):
    """Sends the latest saved version to the editor alone; GET asks first."""

    page_title = gettext_lazy("Test")
    template_name = "newsletter/admin/test.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask."""
        return self.render_to_response(self.get_context_data(issue=self.issue, address=request.user.email))  # type: ignore[union-attr]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Lay the test in the postbox."""
        address = request.user.email  # type: ignore[union-attr]
        if not address:
            raise PermissionDenied
        try:
            send_test(self.issue, address, timezone.now())
        except (LetterError, ValidationError) as error:
            messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
        else:
            messages.success(request, _("The test is on its way to %(address)s.") % {"address": address})
        return redirect(ISSUE + "edit", pk)


class LetterView(IssuePage):
    """The bare mail, for the frame on the send page."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the letter or what stops it."""
        try:
            return HttpResponse(sample(self.issue, timezone.now()).html)
        except LetterError as error:
            return render(request, "newsletter/admin/preview_error.html", {"error": error})


class IssueViewSet(SnippetViewSet):
    """Issues."""

    model = Issue
    icon = "mail"
    menu_label = gettext_lazy("Issues")
    add_to_admin_menu = False
    list_display = ["__str__", "number", LiveStatusTagColumn(), MailingsColumn("mailings", label=gettext_lazy("Mailings"))]
    search_fields = ["subject"]
    ordering = ["-created_at"]
    edit_view_class = IssueEditView
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("subject"),
                    FieldPanel("preheader"),
                    FieldRowPanel([FieldPanel("number"), FieldPanel("issue_line"), FieldPanel("mailing_list")]),
                    FieldRowPanel([FieldPanel("segment"), FieldPanel("left_out")]),
                ],
                heading=gettext_lazy("The letter"),
            ),
            FieldPanel("introduction"),
            FieldPanel("content"),
        ]
    )

    def get_urlpatterns(self) -> list[Any]:
        """Add test, send and the bare mail."""
        own = [
            path("test/<int:pk>/", TestView.as_view(), name="test"),
            path("send/<int:pk>/", SendView.as_view(), name="send"),
            path("letter/<int:pk>/", LetterView.as_view(), name="letter"),
        ]
        return [*super().get_urlpatterns(), *own, *preflight.urls()]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the mailings with the issues."""
        return Issue.objects.prefetch_related("mailings__list").select_related("latest_revision")
