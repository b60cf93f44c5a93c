"""The clean-up list: who didn't answer the yearly question. An editor decides about the ticked ones; nobody goes by itself."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.menu import MenuItem

from newsletter import yearly
from newsletter.admin.frame import OurPage

PAGE_SIZE = 50


class TidyView(OurPage):
    """The list, with two things to do to those who are ticked."""

    allowed: ClassVar[tuple[str, ...]] = ("newsletter.change_member",)
    page_title = gettext_lazy("Clean-up list")
    header_icon = "group"
    template_name = "newsletter/admin/tidying.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of it."""
        pages = Paginator(yearly.unanswered(timezone.now()), PAGE_SIZE)
        page = pages.get_page(request.GET.get("p"))
        return self.render_to_response({**self.get_context_data(), "page": page})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Remove or keep the ticked ones."""
        keys = [int(key) for key in request.POST.getlist("question") if key.isdecimal()]
        now = timezone.now()
        if request.POST.get("act") == "remove":
            count = yearly.remove(keys, request.user, now)
            said = ngettext("%(n)d person was removed from the list.", "%(n)d people were removed from the list.", count)
        else:
            count = yearly.keep(keys, request.user, now)
            said = ngettext("%(n)d person stays on the list.", "%(n)d people stay on the list.", count)
        messages.success(request, said % {"n": count})
        return redirect("newsletter_tidying")


class TidyMenuItem(MenuItem):
    """The way to the list, in the room's menu."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Show it to whoever may change members."""
        return any(request.user.has_perm(permission) for permission in TidyView.allowed)


def menu_item(order: int) -> TidyMenuItem:
    """Return the menu's entry."""
    return TidyMenuItem(str(TidyView.page_title), reverse("newsletter_tidying"), icon_name="group", order=order)


def urls() -> list[Any]:
    """Return the address in the admin."""
    return [path("newsletter/tidying/", TidyView.as_view(), name="newsletter_tidying")]
