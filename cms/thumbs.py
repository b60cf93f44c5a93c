"""Small lead pictures in Wagtail's lists of pages and in the window where a page is chosen.

Only copies that a publication has made are shown: a list makes none, and asks for all of a table's in one query.
"""

from collections.abc import Iterable
from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BaseColumn
from wagtail.admin.views.chooser import BrowseView, SearchView
from wagtail.admin.views.pages.listing import ExplorableIndexView

from cms.models import PictureRendition
from cms.renditions import SHAPES

NAME = "picture"
SPEC = SHAPES["card"].specs[0]


def thumbs(pages: Iterable[Any]) -> dict[int, str]:
    """Return the addresses of the small copies of the pages' lead pictures, by the pictures' keys; at most one query."""
    wanted = {key for page in pages if (key := getattr(page, "lead_image_id", None))}
    if not wanted:
        return {}
    rows = PictureRendition.objects.filter(image_id__in=wanted, filter_spec=SPEC).order_by("pk")
    # Of one picture's copies the youngest: its focal point may have moved.
    return {row.image_id: row.url for row in rows}


def style() -> str:
    """Return the link to the column's look."""
    return format_html('<link rel="stylesheet" href="{}">', static("cms/admin.css"))


class PictureColumn(BaseColumn):
    """The column."""

    cell_template_name = "admin/picture_cell.html"

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        """Add the address of the row's picture."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        table = context["table"]
        if not hasattr(table, "thumbs"):
            table.thumbs = thumbs(table.data)
        return {**context, "thumb": table.thumbs.get(getattr(instance, "lead_image_id", None), "")}


def with_picture(columns: list[Any]) -> list[Any]:
    """Return a table's columns with the picture's before the title's, once."""
    names = [column.name for column in columns]
    if NAME in names:
        return columns
    at = names.index("title")
    return [*columns[:at], PictureColumn(NAME, label=_("Picture"), classname="post-picture"), *columns[at:]]


def mend() -> None:
    """Give Wagtail's lists the column; neither has a hook for it. May be repeated."""
    ExplorableIndexView.base_columns = with_picture(ExplorableIndexView.base_columns)
    for view in (BrowseView, SearchView):
        if not getattr(view.columns, "with_picture", False):
            view.columns = _Columns(view.columns.fget)


class _Columns(property):
    """A view's own columns with ours."""

    with_picture = True

    def __get__(self, view: Any, owner: type | None = None) -> Any:
        found = super().__get__(view, owner)
        return self if view is None else with_picture(found)
