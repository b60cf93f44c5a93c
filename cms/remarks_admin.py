"""“Att se över” in the admin: a post's page, the words after a publication, and the report over all posts."""

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET
from wagtail.admin import messages
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets import Button

from cms.models import Post
from cms.remarked import leaf
from cms.remarks import remarks

logger = logging.getLogger(__name__)

NAME, REPORT = "cms_remarks", "cms_remarked"
LABEL = gettext_lazy("To look at")
# What a bigint holds.
DIGITS = 18


@require_GET
def index(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show what could be mended in the newest version."""
    post = get_object_or_404(Post, pk=page_id)
    if not post.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    edit = reverse("wagtailadmin_pages:edit", args=[post.pk])
    context = {
        "remarks": remarks(post.specific.get_latest_revision_as_object(), timezone.now()),
        "edit": edit,
        "header_title": LABEL,
        "header_icon": "glasses",
        "breadcrumbs_items": [{"url": edit, "label": post.get_admin_display_title()}, {"url": "", "label": LABEL}],
    }
    return render(request, "admin/remarks.html", context)


@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """Show posts with remarks, newest first; `efter` is the key of the post where the leaf before ended."""
    if not user_has_any_page_permission(request.user):
        raise PermissionDenied
    after = request.GET.get("efter", "")
    key = int(after) if after.isdecimal() and len(after) <= DIGITS else None
    context = {
        "leaf": leaf(request.user, timezone.now(), key),
        "first": key is None,
        "header_title": LABEL,
        "header_icon": "glasses",
        "breadcrumbs_items": [{"url": "", "label": LABEL}],
    }
    return render(request, "admin/remarked.html", context)


def urls() -> list[URLPattern]:
    """Return the addresses of a post's page and of the report."""
    return [path("remarks/<int:page_id>/", index, name=NAME), path("reports/remarks/", report, name=REPORT)]


class RemarkedItem(MenuItem):
    """The way to the report, for those who have to do with pages."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Tell whether the reader is one."""
        return bool(user_has_any_page_permission(request.user))


def menu_item() -> RemarkedItem:
    """Return the entry in the reports' menu."""
    return RemarkedItem(LABEL, reverse(REPORT), name="remarked", icon_name="glasses", order=55)


def button(page: Any, user: Any, *args: Any, **kwargs: Any) -> Iterator[Button]:
    """Yield the way there from a post's editor and from the list of pages."""
    if issubclass(page.specific_class or object, Post) and page.permissions_for_user(user).can_edit():
        yield Button(LABEL, reverse(NAME, args=[page.pk]), icon_name="glasses", priority=64)


def after_publish(request: HttpRequest, page: Any) -> None:
    """Say after a publication how much could be mended; never raises: what was published is."""
    try:
        with transaction.atomic():
            _say(request, page)
    except Exception:
        logger.exception("What could be mended in page %s could not be told.", page.pk)


def _say(request: HttpRequest, page: Any) -> None:
    if isinstance(page, Post) and (count := len(remarks(page, timezone.now()))):
        words = ngettext("%(n)s thing could be better.", "%(n)s things could be better.", count) % {"n": count}
        messages.warning(request, words, buttons=[messages.button(reverse(NAME, args=[page.pk]), LABEL)])
