"""The room's lists and editors in the admin."""

from typing import Any

from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column, LiveStatusTagColumn, TitleColumn
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.snippets.views.snippets import EditView, IndexView, SnippetViewSet, SnippetViewSetGroup

from newsletter import mailings
from newsletter.admin_pages import (
    ISSUE,
    MAILING,
    MAY_SEND,
    FragmentView,
    LetterView,
    MailingPage,
    ProgressView,
    SendView,
    SteerView,
    TestView,
)
from newsletter.models import Issue, Mailing, MailingList, Member, RelayState
from newsletter.progress import headline


class IssueEditView(EditView):
    """The editor, with the ways out of the house in its head."""

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Add test and send."""
        key = [self.object.pk]
        out = [HeaderButton(_("Test to me"), url=reverse(ISSUE + "test", args=key), icon_name="mail", priority=10)]
        if self.request.user.has_perm(MAY_SEND):
            out.append(HeaderButton(_("Send …"), url=reverse(ISSUE + "send", args=key), icon_name="upload", priority=20))
        return out


class MailingsColumn(Column):
    """Where an issue went, each with a link to its progress."""

    cell_template_name = "newsletter/admin/mailings_cell.html"

    def get_value(self, instance: Issue) -> list[Mailing]:
        """Return the issue's mailings."""
        return list(instance.mailings.all())


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
        return [*super().get_urlpatterns(), *own]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the mailings with the issues."""
        return Issue.objects.prefetch_related("mailings__list").select_related("latest_revision")


class ReadOnly(ModelPermissionPolicy):
    """Rows that only the engine writes: they may be looked at."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Allow to view alone."""
        return action == "view" and any(user.has_perm(permission) for permission in MailingPage.allowed)


def progress_url(mailing: Mailing) -> str:
    """Return where a mailing can be followed."""
    return reverse(MAILING + "progress", args=[mailing.pk])


class LookedAtView(IndexView):
    """Rows that only the engine writes, as a list."""

    @property
    def columns(self) -> list[Column]:
        """Offer no boxes to tick: nothing is done to many at once."""
        return super().columns[1:]  # type: ignore[no-any-return]

    def get_list_more_buttons(self, instance: Any) -> list[Any]:
        """Offer nothing else."""
        return []


class MailingIndexView(LookedAtView):
    """Mailings; each leads to its progress."""

    def get_edit_url(self, instance: Mailing) -> str:
        """Lead to the progress page: there is nothing to edit."""
        return progress_url(instance)


class HeadlineColumn(Column):
    """How far a mailing has come, in one line."""

    def get_value(self, instance: Mailing) -> str:
        """Return the line."""
        return headline(instance, mailings.report(instance, 0))


class MailingViewSet(SnippetViewSet):
    """Mailings, to be looked at and steered."""

    model = Mailing
    icon = "upload"
    menu_label = gettext_lazy("Mailings")
    list_display = [
        TitleColumn("subject", label=gettext_lazy("Subject"), get_url=progress_url),
        "list",
        HeadlineColumn("headline", label=gettext_lazy("Status")),
        "start_at",
    ]
    list_filter = ["state", "list"]
    ordering = ["-created_at"]
    copy_view_enabled = False
    index_view_class = MailingIndexView

    def get_urlpatterns(self) -> list[Any]:
        """Replace what Wagtail would write with, by progress and its buttons."""
        kept = [found for found in super().get_urlpatterns() if found.name in ("list", "list_results")]
        own = [
            path("progress/<int:pk>/", ProgressView.as_view(), name="progress"),
            path("progress/<int:pk>/fragment/", FragmentView.as_view(), name="fragment"),
        ]
        steer = SteerView.as_view()
        acts = [path(f"progress/<int:pk>/{act}/", steer, {"act": act}, name=act) for act in SteerView.ACTS]
        return [*kept, *own, *acts]


class MailingListViewSet(SnippetViewSet):
    """Lists."""

    model = MailingList
    icon = "list-ul"
    menu_label = gettext_lazy("Lists")
    list_display = ["name", "legal_basis", "is_open"]
    copy_view_enabled = False


class NeverDeleted(ModelPermissionPolicy):
    """Rows that the ledger points at."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Allow what the user may do, except deleting."""
        return action != "delete" and bool(super().user_has_permission(user, action))


class MemberViewSet(SnippetViewSet):
    """Members."""

    model = Member
    icon = "group"
    menu_label = gettext_lazy("Members")
    list_display = ["__str__", "address", "employer", "status"]
    list_filter = ["status", "region"]
    search_fields = ["name", "address", "employer"]
    copy_view_enabled = False
    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("address")]),
        FieldRowPanel([FieldPanel("role"), FieldPanel("employer")]),
        FieldRowPanel([FieldPanel("region"), FieldPanel("membership_number")]),
        FieldPanel("status", read_only=True),
    ]


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


class NewsletterGroup(SnippetViewSetGroup):
    """The room's menu."""

    items = (IssueViewSet, MailingViewSet, MailingListViewSet, MemberViewSet, RelayViewSet)
    menu_icon = "mail"
    menu_label = gettext_lazy("Newsletter")
    menu_name = "newsletter"
    menu_order = 250
