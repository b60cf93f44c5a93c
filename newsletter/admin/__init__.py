"""The room's pages in the admin, one file per subject."""

from django.utils.translation import gettext_lazy
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from newsletter.admin.issues import IssueViewSet
from newsletter.admin.mailings import MailingViewSet
from newsletter.admin.people import MailingListViewSet, MemberViewSet
from newsletter.admin.relays import RelayViewSet
from newsletter.admin.segments import SegmentViewSet


class NewsletterGroup(SnippetViewSetGroup):
    """The room's menu."""

    items = (IssueViewSet, MailingViewSet, MailingListViewSet, MemberViewSet, SegmentViewSet, RelayViewSet)
    menu_icon = "mail"
    menu_label = gettext_lazy("Newsletter")
    menu_name = "newsletter"
    menu_order = 250
