"""The admin's list “Granska igen”, and the panel about it on the first page."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from cms import review
from cms.models import Post

NAME = "cms_review"
LABEL = gettext_lazy("Look over again")
PAGE_SIZE, SHOWN = 30, 5


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Show the posts to look over; POST says of one that it is right as it stands."""
    if not user_has_any_page_permission(request.user):
        raise PermissionDenied
    if request.method == "POST":
        return _done(request)
    page = Paginator(review.due(request.user, timezone.now()), PAGE_SIZE).get_page(request.GET.get("p"))
    crumbs = [{"url": "", "label": LABEL}]
    context = {"page": page, "header_title": LABEL, "header_icon": "view", "breadcrumbs_items": crumbs}
    return render(request, "admin/review.html", context)


def _done(request: HttpRequest) -> HttpResponse:
    key = request.POST.get("post", "")
    post = get_object_or_404(Post, pk=int(key) if key.isdecimal() and len(key) < PAGE_SIZE // 2 else 0)
    if not post.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    day = review.looked_over(post, timezone.now())
    words = _("“%(title)s” comes up again on %(day)s.") % {"title": post.title, "day": date_format(day, "j F Y")}
    messages.success(request, words)
    return redirect(NAME)


def urls() -> list[URLPattern]:
    """Return the list's address."""
    return [path("reports/review/", index, name=NAME)]


class ReviewItem(MenuItem):
    """The way to it, for those who have to do with pages."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Tell whether the reader is one."""
        return bool(user_has_any_page_permission(request.user))


def menu_item() -> ReviewItem:
    """Return the entry in the reports' menu."""
    return ReviewItem(LABEL, reverse(NAME), name="review", icon_name="view", order=60)


class ReviewPanel(Component):
    """The first page's reminder of what is to be looked over."""

    name = "review"
    order = 70
    template_name = "admin/review_panel.html"

    def __init__(self, now: datetime) -> None:
        """Tell of what is due at `now`."""
        self.now = now

    def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Give the first few of whoever is logged in."""
        user = parent_context["request"].user if parent_context else None
        found = list(review.due(user, self.now)[: SHOWN + 1]) if user is not None else []
        return {"title": LABEL, "posts": found[:SHOWN], "more": len(found) > SHOWN, "url": reverse(NAME)}
