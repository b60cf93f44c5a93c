"""Issues in the admin: the list with each one's state in words, and what the editor holds."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import HeaderButton
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from newsletter.admin import preflight, sending, testing
from newsletter.admin.editor import FillPanel, IssueCopyView, IssueCreateView, IssueEditView, IssueWorkflowActionView
from newsletter.admin.frame import ISSUE
from newsletter.models import Issue, Mailing
from newsletter.states import State, states

# What most programs show of a subject, and of the line after it on a phone.
SUBJECT_LENGTH, PREHEADER_LENGTH = 60, 90


class MailingsColumn(Column):
    """Where an issue went, each with a link to its progress."""

    cell_template_name = "newsletter/admin/mailings_cell.html"

    def get_value(self, instance: Issue) -> list[Mailing]:
        """Return the issue's mailings."""
        return list(instance.mailings.all())


class StateColumn(Column):
    """Where an issue stands, in words with an icon."""

    cell_template_name = "newsletter/admin/state_cell.html"

    def get_value(self, instance: Any) -> State:
        """Return what the list's page has found out for all its rows at once."""
        return instance.stands  # type: ignore[no-any-return]


class IssueIndexView(IndexView):
    """The list of issues."""

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Find out where the page's issues stand."""
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        issues = list(context["object_list"])
        found = states(issues)
        for issue in issues:
            issue.stands = found[issue.pk]
        return context

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Add a way to begin from the latest issue."""
        buttons: list[HeaderButton] = list(super().header_buttons)
        latest = Issue.objects.order_by("-created_at").first()
        if latest is not None and self.request.user.has_perm("newsletter.add_issue"):
            url = reverse(ISSUE + "copy", args=[latest.pk])
            buttons.append(HeaderButton(_("Begin from the latest"), url=url, icon_name="copy"))
        return buttons


def counted(length: int, words: Any) -> dict[str, Any]:
    """Return the attributes by which the editor counts a field's characters."""
    return {"data-newsletter-count": length, "data-newsletter-words": words}


def chosen(name: str) -> FieldPanel:
    """Return a field with few choices as a menu: a window of its own would take three clicks."""
    return FieldPanel(name, widget=forms.Select)


class IssueViewSet(SnippetViewSet):
    """Issues."""

    model = Issue
    icon = "mail"
    menu_label = gettext_lazy("Issues")
    add_to_admin_menu = False
    list_display = [
        "__str__",
        "number",
        StateColumn("stands", label=gettext_lazy("Status")),
        MailingsColumn("mailings", label=gettext_lazy("Mailings")),
    ]
    search_fields = ["subject"]
    ordering = ["-created_at"]
    index_view_class = IssueIndexView
    add_view_class = IssueCreateView
    edit_view_class = IssueEditView
    copy_view_class = IssueCopyView
    workflow_action_view_class = IssueWorkflowActionView
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("subject", attrs=counted(SUBJECT_LENGTH, gettext_lazy("0 characters; most show up to 60"))),
                    FieldPanel("preheader", attrs=counted(PREHEADER_LENGTH, gettext_lazy("0 characters; up to 90 are shown"))),
                    FieldRowPanel([FieldPanel("number"), FieldPanel("issue_line"), chosen("mailing_list")]),
                    FieldRowPanel([chosen("segment"), chosen("left_out")]),
                ],
                heading=gettext_lazy("The letter"),
            ),
            FieldPanel("introduction"),
            FillPanel(heading=gettext_lazy("New posts")),
            FieldPanel("content"),
        ]
    )

    def get_urlpatterns(self) -> list[Any]:
        """Add what is done with an issue before it is sent, and sending."""
        own = [*testing.urls(), *preflight.urls(), *sending.urls()]
        return [*super().get_urlpatterns(), *own]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the mailings and the workflow's states with the issues."""
        return Issue.objects.prefetch_related("mailings__list", "workflow_states").select_related("latest_revision")
