"""The publishing calendar in the admin, and the panel about what comes next on the first page."""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from cms.keydates import STOCKHOLM
from cms.planned import MONTH, WEEK, Span, leaf, planned, rooms

NAME = "cms_planned"
LABEL = gettext_lazy("Publishing calendar")
AHEAD, SHOWN = timedelta(days=7), 6
EARLIEST, LATEST = date(1970, 1, 5), date(9998, 12, 1)


@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """Show one leaf of the calendar; `fran` is a day within it, `visa` its length, `kanal` the only room."""
    if not user_has_any_page_permission(request.user):
        raise PermissionDenied
    now = timezone.now()
    today = now.astimezone(STOCKHOLM).date()
    shown = leaf(MONTH if request.GET.get("visa") == MONTH else WEEK, _day(request.GET.get("fran", ""), today))
    names = rooms()
    room = request.GET.get("kanal", "")
    room = room if room in dict(names) else ""
    context = {
        "leaf": shown,
        "found": planned(shown.span(request.user, now), room),
        "today": today,
        "rooms": [("", _("All channels")), *names],
        "room": room,
        "kinds": [(WEEK, _("Week")), (MONTH, _("Month"))],
        "header_title": LABEL,
        "header_icon": "calendar",
        "breadcrumbs_items": [{"url": "", "label": LABEL, "sublabel": shown.name()}],
    }
    return render(request, "admin/planned.html", context)


def _day(text: str, today: date) -> date:
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    return min(max(found or today, EARLIEST), LATEST)


def urls() -> list[URLPattern]:
    """Return the page's address."""
    return [path("reports/planned/", calendar, name=NAME)]


class CalendarItem(MenuItem):
    """The way to it, for those who have to do with pages."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Tell whether the reader is one."""
        return bool(user_has_any_page_permission(request.user))


def menu_item() -> CalendarItem:
    """Return the entry in the reports' menu."""
    return CalendarItem(LABEL, reverse(NAME), name="planned", icon_name="calendar", order=50)


class ComingPanel(Component):
    """The panel “Next to go out”."""

    name = "coming"
    order = 60
    template_name = "admin/coming.html"

    def __init__(self, now: datetime) -> None:
        """Tell of the week after `now`."""
        self.now = now

    def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Give the next few plans of whoever is logged in."""
        user = parent_context["request"].user if parent_context else None
        if user is None or not user_has_any_page_permission(user):
            return {"shown": []}
        found = planned(Span(user, self.now, self.now + AHEAD, self.now))
        plans = [one for day in found.days for one in day.shown]
        return {"title": _("The coming week"), "shown": plans[:SHOWN], "left": len(plans[SHOWN:]), "url": reverse(NAME)}
