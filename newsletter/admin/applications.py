"""Applications for membership in the admin: who waits, and what was decided."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.menu import MenuItem

from newsletter import applications
from newsletter.admin.frame import MEMBER, OurPage

PAGE_SIZE = 30
MAY_LOOK, MAY_DECIDE = "newsletter.view_membershipapplication", "newsletter.change_membershipapplication"


class ApplicationsView(OurPage):
    """The list: those that wait, then the decided ones."""

    allowed: ClassVar[tuple[str, ...]] = (MAY_LOOK, MAY_DECIDE)
    page_title = gettext_lazy("Applications for membership")
    header_icon = "group"
    template_name = "newsletter/admin/applications.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of it."""
        page = Paginator(applications.settled(), PAGE_SIZE).get_page(request.GET.get("p"))
        shown: dict[str, Any] = {
            "waiting": Paginator(applications.waiting(), PAGE_SIZE).get_page(1),
            "page": page,
            "may": request.user.has_perm(MAY_DECIDE),
        }
        return self.render_to_response({**self.get_context_data(), **shown})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make the applicant a member, or decline."""
        if not request.user.has_perm(MAY_DECIDE):
            raise PermissionDenied
        key = request.POST.get("application", "")
        try:
            return self.decide(request, int(key) if key.isdecimal() else 0)
        except applications.Settled as error:
            messages.error(request, str(error))
        return redirect("newsletter_applications")

    def decide(self, request: HttpRequest, key: int) -> HttpResponse:
        """Do what the pressed button says; lead to the new member's history, where lists are chosen."""
        if request.POST.get("act") == "accept":
            member = applications.make_member(key, request.user, timezone.now())
            messages.success(request, _("%(name)s is a member now. Choose lists here.") % {"name": member})
            return redirect(MEMBER + "history", member.pk)
        applications.decline(key, request.user, timezone.now())
        messages.success(request, _("The application is declined. Nothing has been mailed."))
        return redirect("newsletter_applications")


class ApplicationsItem(MenuItem):
    """The way to the list, in the room's menu."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Show it to whoever may look."""
        return any(request.user.has_perm(permission) for permission in ApplicationsView.allowed)


def menu_item(order: int) -> ApplicationsItem:
    """Return the menu's entry."""
    address = reverse("newsletter_applications")
    return ApplicationsItem(str(ApplicationsView.page_title), address, icon_name="group", order=order)


def urls() -> list[Any]:
    """Return the list's address."""
    return [path("newsletter/applications/", ApplicationsView.as_view(), name="newsletter_applications")]
