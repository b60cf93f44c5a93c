"""The admin's first page: one press to a new post of any kind."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component

from cms.models import Home, SectionIndex, User, content_types


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A way to a new post: the kind's name and the address of its empty form."""

    label: str
    url: str


def shortcuts(user: User) -> list[Shortcut]:
    """Return a shortcut per listed kind that `user` may write, into its section where that exists, else below the home page."""
    home = Home.objects.first()
    if home is None:
        return []
    sections = {section.slug: section for section in SectionIndex.objects.child_of(home)}
    places = [(model, sections.get(model.SECTION[0], home)) for model in content_types().values() if model.LISTED]
    return [
        Shortcut(str(model._meta.verbose_name), reverse("wagtailadmin_pages:add", args=["cms", model._meta.model_name, place.pk]))
        for model, place in places
        if place.permissions_for_user(user).can_add_subpage()
    ]


class NewPostPanel(Component):
    """The panel "Write something new"."""

    name = "new_post"
    order = 50
    template_name = "admin/new_post.html"

    def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Give the shortcuts of whoever is logged in."""
        user = parent_context["request"].user if parent_context else User()
        return {"title": _("Write something new"), "shortcuts": shortcuts(user)}
