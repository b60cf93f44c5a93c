"""The room's pages in the admin, one file per subject."""

from typing import Any

from django.utils.translation import gettext_lazy
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from newsletter.admin import applications, person, tidying
from newsletter.admin.imports import ImportViewSet
from newsletter.admin.issues import IssueViewSet
from newsletter.admin.mailings import MailingViewSet
from newsletter.admin.members import MemberTagViewSet, MemberViewSet
from newsletter.admin.people import MailingListViewSet
from newsletter.admin.relays import RelayViewSet
from newsletter.admin.reports import EventViewSet, ReportViewSet
from newsletter.admin.segments import SegmentViewSet
from newsletter.admin.suppressions import SuppressionViewSet


class NewsletterGroup(SnippetViewSetGroup):
    """The room's menu."""

    items = (
        IssueViewSet,
        MailingViewSet,
        MailingListViewSet,
        MemberViewSet,
        ImportViewSet,
        SuppressionViewSet,
        MemberTagViewSet,
        SegmentViewSet,
        ReportViewSet,
        EventViewSet,
        RelayViewSet,
    )
    menu_icon = "mail"
    menu_label = gettext_lazy("Newsletter")
    menu_name = "newsletter"
    menu_order = 250

    def get_submenu_items(self) -> list[Any]:
        """Add what is no list of rows."""
        return [*super().get_submenu_items(), person.menu_item(800), applications.menu_item(850), tidying.menu_item(900)]
