"""Plain page: about us, contact and the like."""

from django.utils.translation import gettext_lazy as _

from cms.pages.post import Post


class PlainPage(Post):
    """A page that stands where it stands: never in lists."""

    KIND = "page"
    LISTED = False
    SCHEMA = "WebPage"

    parent_page_types = ["cms.Home", "cms.SectionIndex", "cms.PlainPage"]
    subpage_types = ["cms.PlainPage"]

    class Meta:
        verbose_name = _("plain page")
        verbose_name_plural = _("plain pages")
