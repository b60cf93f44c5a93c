"""The form of all pages: keeps them off the addresses at which Ordet itself answers, and writers in their region."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.models import Page

from cms.addresses import LANDING, TAKEN
from cms.regional import choosable, with_own

# The tree's root is 1, home pages 2.
BELOW_HOME = 3


def check_slug(slug: str, depth: int | None, key: int | None = None) -> None:
    """Raise ValidationError where a page of that slug, that deep in the tree, could never be reached.

    The page with the id `key` may keep a landing page's address that it has already: it comes first there.
    """
    kept = slug in LANDING and key is not None and Page.objects.filter(pk=key, slug=slug).exists()
    if depth == BELOW_HOME and slug in TAKEN and not kept:
        text = _("“%(slug)s” is one of the site's own addresses, so the page would never be seen there. Choose another slug.")
        raise ValidationError({"slug": text % {"slug": slug}})


class PageForm(WagtailAdminPageForm):
    """The page editor's form: a page that is new doesn't know its place in the tree, but the form does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "regions" in self.fields:
            offered = choosable(self.for_user, self.instance.regions.all())
            self.fields["regions"].queryset = self.fields["regions"].queryset if offered is None else offered

    def clean_regions(self) -> Any:
        """Keep the post in the region of whoever writes of one region alone."""
        return with_own(self.for_user, self.cleaned_data["regions"])

    def _post_clean(self) -> None:
        super()._post_clean()
        parent: Any = self.parent_page
        if self.instance.pk is None and parent is not None:
            try:
                check_slug(self.instance.slug, parent.depth + 1)
            except ValidationError as error:
                self.add_error("slug" if "slug" in self.fields else None, error.messages)
