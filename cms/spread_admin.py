"""The admin's ways to a post's page “Spridning”, and the page."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from wagtail.admin import messages
from wagtail.admin.widgets import Button

from cms.models import Post
from cms.spread import spread

NAME = "cms_spread"
LABEL = gettext_lazy("Spread")


@require_GET
def spread_page(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show where the post is, where it went, and where it may go."""
    post = get_object_or_404(Post, pk=page_id)
    if not post.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    title = post.get_admin_display_title()
    context = {
        "spread": spread(post, request.user, timezone.now()),
        "header_title": _("Spread: %(title)s") % {"title": title},
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_pages:edit", args=[post.pk]), "label": title},
            {"url": "", "label": LABEL, "sublabel": title},
        ],
        "header_icon": "site",
    }
    return render(request, "admin/spread.html", context)


def urls() -> list[URLPattern]:
    """Return the page's address."""
    return [path("spread/<int:page_id>/", spread_page, name=NAME)]


def button(page: Any, user: Any, *args: Any, **kwargs: Any) -> Iterator[Button]:
    """Yield the way to the page from a post's editor and from the list of pages."""
    if issubclass(page.specific_class or object, Post) and page.permissions_for_user(user).can_edit():
        yield Button(LABEL, reverse(NAME, args=[page.pk]), icon_name="site", priority=61)


def after_publish(request: HttpRequest, page: Any) -> None:
    """Lead from a publication to the page."""
    if isinstance(page, Post):
        words = _("See where “%(title)s” is, and where it goes next.") % {"title": page.title}
        messages.success(request, words, buttons=[messages.button(reverse(NAME, args=[page.pk]), LABEL)])
