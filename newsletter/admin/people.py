"""Lists in the admin."""

from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, ObjectList, TabbedInterface
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.snippets.views.snippets import SnippetViewSet

from newsletter.models import MailingList


class MailingListViewSet(SnippetViewSet):
    """Lists."""

    model = MailingList
    icon = "list-ul"
    menu_label = gettext_lazy("Lists")
    list_display = ["name", "legal_basis", BooleanColumn("is_open", label=gettext_lazy("anybody may subscribe"))]
    copy_view_enabled = False
    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    FieldRowPanel([FieldPanel("name"), FieldPanel("slug")]),
                    FieldPanel("description"),
                    FieldRowPanel([FieldPanel("sender_name"), FieldPanel("reply_to")]),
                    FieldRowPanel([FieldPanel("legal_basis"), FieldPanel("is_open"), FieldPanel("in_archive")]),
                ],
                heading=gettext_lazy("The list"),
            ),
            ObjectList(
                [
                    HelpPanel(
                        gettext_lazy(
                            "Goes at once to whoever subscribes by an own act, once each; imported members don't get it. "
                            "The link to unsubscribe is added by itself."
                        )
                    ),
                    FieldPanel("welcome_subject"),
                    FieldPanel("welcome_text"),
                ],
                heading=gettext_lazy("Welcome mail"),
            ),
            ObjectList(
                [
                    FieldPanel("digest"),
                    FieldRowPanel([FieldPanel("digest_day"), FieldPanel("digest_hour")]),
                    FieldPanel("digest_sends"),
                ],
                heading=gettext_lazy("Digest"),
            ),
            ObjectList(
                [
                    HelpPanel(
                        gettext_lazy(
                            "Only lists that rest on consent ask. Who has subscribed, answered or changed the own choices "
                            "within the year isn't asked."
                        )
                    ),
                    FieldPanel("asks_yearly"),
                ],
                heading=gettext_lazy("Yearly question"),
            ),
        ]
    )
