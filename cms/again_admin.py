"""The admin's doors to “Skapa från förra årets”: what comes back, and the press that makes a draft of it."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin import messages
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.widgets import Button

from cms import again
from cms.models import Post

NAME, MAKE = "cms_again", "cms_again_make"
LABEL = gettext_lazy("Create from last year's")
PAGE_SIZE = 20


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show the posts that come back every year; `inlagg` is the only one where its own menu led here."""
    if not user_has_any_page_permission(request.user):
        raise PermissionDenied
    found, only = again.candidates(request.user), request.GET.get("inlagg", "")
    if only.isdecimal():
        found = found.filter(pk=int(only[:18]))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("p"))
    context = {
        "page": page,
        "rows": [(post, again.next_title(post.title)) for post in page if again.may_make(post, request.user)],
        "header_title": LABEL,
        "header_icon": "copy",
        "breadcrumbs_items": [{"url": "", "label": LABEL}],
    }
    return render(request, "admin/again.html", context)


@require_POST
def make(request: HttpRequest, page_id: int) -> HttpResponse:
    """Make the draft, and lead to its editor."""
    post = get_object_or_404(Post, pk=page_id)
    if not again.may_make(post, request.user):
        raise PermissionDenied
    made = again.make(post, request.user, timezone.now())
    words = _("The draft has last year's text. Its dates lie 52 weeks later; look them over before you publish.")
    messages.success(request, words)
    return redirect("wagtailadmin_pages:edit", made.pk)


def urls() -> list[URLPattern]:
    """Return the addresses."""
    return [path("again/", index, name=NAME), path("again/<int:page_id>/", make, name=MAKE)]


def button(page: Any, user: Any, *args: Any, **kwargs: Any) -> Iterator[Button]:
    """Yield the way there from a post that comes back."""
    if page.live and again.recurs(page) and page.permissions_for_user(user).can_edit():
        yield Button(LABEL, f"{reverse(NAME)}?inlagg={page.pk}", icon_name="copy", priority=63)
