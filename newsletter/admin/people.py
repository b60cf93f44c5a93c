"""Members and lists in the admin."""

from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.snippets.views.snippets import SnippetViewSet

from newsletter.models import MailingList, Member


class MailingListViewSet(SnippetViewSet):
    """Lists."""

    model = MailingList
    icon = "list-ul"
    menu_label = gettext_lazy("Lists")
    list_display = ["name", "legal_basis", "is_open"]
    copy_view_enabled = False


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
