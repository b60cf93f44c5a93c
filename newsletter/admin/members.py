"""Members in the admin: the list with its filters, the editor, and tags."""

from typing import Any

from django import forms
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import ModelChoiceFilter
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList, Panel
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.snippets.views.snippets import EditView, IndexView, SnippetViewSet

from newsletter.admin import person
from newsletter.admin.frame import MAY_EXPORT, MEMBER
from newsletter.history import choices
from newsletter.models import MailingList, Member, MemberTag, Subscription

SEARCHED = ("name", "address", "employer", "membership_number")


class MemberFilterSet(WagtailFilterSet):
    """The list's filters."""

    list = ModelChoiceFilter(
        queryset=MailingList.objects.all(), method="on_list", label=gettext_lazy("Subscribes to"), empty_label=gettext_lazy("All")
    )
    tags = ModelChoiceFilter(queryset=MemberTag.objects.all(), label=gettext_lazy("Tag"), empty_label=gettext_lazy("All"))

    class Meta:
        model = Member
        fields = ["status", "region"]

    def on_list(self, members: QuerySet[Member], name: str, value: MailingList | None) -> QuerySet[Member]:
        """Keep who subscribes to a list."""
        if value is None:
            return members
        return members.filter(subscriptions__list=value, subscriptions__state=Subscription.SUBSCRIBED)


class ChoicesColumn(Column):
    """The lists that a member has."""

    def get_value(self, instance: Any) -> str:
        """Return their names."""
        return ", ".join(choice.list.name for choice in instance.chosen) or "–"


class MemberIndexView(IndexView):
    """Members, with the ways to the search and the export."""

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Add the search for a person, and the export of what is shown."""
        out = [
            *super().header_buttons,
            HeaderButton(_("Did they get it?"), url=reverse(MEMBER + "ask"), icon_name="search", priority=20),
        ]
        if self.request.user.has_perm(MAY_EXPORT):
            query = self.request.GET.urlencode()
            url = reverse(MEMBER + "export") + (f"?{query}" if query else "")
            out.append(HeaderButton(_("Export …"), url=url, icon_name="download", priority=30))
        return out

    def get_base_queryset(self) -> Any:
        """Fetch lists and regions with the members, and leave out the erased: there is nothing left of them to show."""
        subscribed = Subscription.objects.filter(state=Subscription.SUBSCRIBED).select_related("list")
        found = super().get_base_queryset().exclude(status=Member.ERASED)
        return found.select_related("region").prefetch_related(Prefetch("subscriptions", subscribed, to_attr="chosen"))

    def get_list_buttons(self, instance: Member) -> list[Any]:
        """Add the member's history."""
        own = Button(_("History"), url=history_url(instance), icon_name="history", priority=5)
        return [own, *super().get_list_buttons(instance)]


def history_url(member: Member) -> str:
    """Return where a member's history is told."""
    return reverse(MEMBER + "history", args=[member.pk])


class ChoicesPanel(Panel):
    """What the member has chosen, list by list, with source and wording; changed on the history page."""

    class BoundPanel(Panel.BoundPanel):
        """The panel for one member."""

        template_name = "newsletter/admin/choices_panel.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Add the choices."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            known = choices(self.instance) if self.instance.pk else []
            return {**context, "choices": known, "member": self.instance}


class MemberEditView(EditView):
    """The editor, with the way to the history in its head. The erased can't be edited: 404."""

    def get_object(self, queryset: Any = None) -> Any:
        """Return the member."""
        found = super().get_object(queryset)
        if found.status == Member.ERASED:
            raise Http404
        return found

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Add the history."""
        return [HeaderButton(_("History"), url=history_url(self.object), icon_name="history", priority=10)]


class MemberViewSet(SnippetViewSet):
    """Members."""

    model = Member
    icon = "group"
    menu_label = gettext_lazy("Members")
    list_display = [
        TitleColumn("__str__", label=gettext_lazy("Name"), get_url=history_url, sort_key="name"),
        "address",
        "employer",
        ChoicesColumn("lists", label=gettext_lazy("Lists")),
        "status",
    ]
    list_filter = MemberFilterSet
    filterset_class = MemberFilterSet
    search_fields = list(SEARCHED)
    ordering = ["name", "address"]
    list_per_page = 50
    copy_view_enabled = False
    index_view_class = MemberIndexView
    edit_view_class = MemberEditView
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("name"), FieldPanel("address")]),
                    FieldRowPanel([FieldPanel("role"), FieldPanel("employer")]),
                    FieldRowPanel([FieldPanel("region"), FieldPanel("language")]),
                    FieldRowPanel([FieldPanel("membership_number"), FieldPanel("joined_on")]),
                    FieldPanel("is_member"),
                    FieldPanel("tags", widget=forms.CheckboxSelectMultiple),
                    FieldPanel("status", read_only=True),
                ],
                heading=gettext_lazy("The person"),
            ),
            ChoicesPanel(heading=gettext_lazy("Choices")),
        ]
    )

    def get_urlpatterns(self) -> list[Any]:
        """Add the history with its acts, the search and the export."""
        own = [
            path("ask/", person.AskView.as_view(), name="ask"),
            path("export/", person.ExportView.as_view(), name="export"),
            path("history/<int:pk>/", person.HistoryView.as_view(), name="history"),
            path("history/<int:pk>/all.json", person.AllView.as_view(), name="all"),
            path("history/<int:pk>/erase/", person.EraseView.as_view(), name="erase"),
        ]
        act = person.ActView.as_view()
        acts = [path(f"history/<int:pk>/{name}/", act, {"act": name}, name=name) for name in person.ActView.ACTS]
        kept = [found for found in super().get_urlpatterns() if found.name != "history"]
        return [*kept, *own, *acts]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return all members."""
        return Member.objects.all()


class MemberTagViewSet(SnippetViewSet):
    """Tags on members."""

    model = MemberTag
    icon = "tag"
    menu_label = gettext_lazy("Tags")
    list_display = ["name"]
    copy_view_enabled = False
