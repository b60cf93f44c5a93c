"""What Wagtail writes without asking any catalogue, named so that ours can answer: fields and columns without a label.

A field without one is called by its name in the code, which is English. `templates/wagtailadmin` does the same for
Wagtail's few templates with English in them; the test that walks all pages tells when one of these is no longer needed.
"""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import choosers, workflows
from wagtail.models import Site
from wagtail.sites.views import IndexView
from wagtail.users.forms import PagePermissionsForm

LABELS = {
    "body": _("Text"),
    "email_address": _("E-mail address"),
    "link_text": _("Link text"),
    "page": _("Page"),
    "phone_number": _("Phone number"),
    "subject": _("Subject"),
}
FORMS: list[Any] = [
    choosers.AnchorLinkChooserForm,
    choosers.EmailLinkChooserForm,
    choosers.ExternalLinkChooserForm,
    choosers.PhoneLinkChooserForm,
    workflows.WorkflowPageForm,
    PagePermissionsForm,
]


def mend() -> None:
    """Give Wagtail's fields and columns their labels. May be repeated."""
    for form in FORMS:
        for name, field in form.base_fields.items():
            if name in LABELS:
                field.label = field.label or LABELS[name]
    for column in IndexView.columns:
        if column.name in ("site_name", "root_page"):
            column.label = capfirst(Site._meta.get_field(column.name).verbose_name)
