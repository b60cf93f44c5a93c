"""The admin's page of one channel's connection."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from social import connection, settled
from social.admin import crumbs, page
from social.channels import NoSuchChannel
from social.overview import Overview

LONGEST_REASON = 300


def connectors_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let only those through who may connect and disconnect."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not connection.may_connect(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def _overview(alias: str) -> Overview:
    try:
        return Overview.of(alias, timezone.now())
    except NoSuchChannel:
        raise Http404 from None


@require_GET
@connectors_only
def connection_page(request: HttpRequest, alias: str) -> HttpResponse:
    """Show the connection: account, page, role, rights, until when, what is amiss, and what can be done."""
    found = _overview(alias)
    label = found.channel.label
    return page(request, "connection", label, crumbs(("", label)), notices=[alias], alias=alias, label=label, overview=found)


@require_http_methods(["GET", "POST"])
@connectors_only
def disconnect(request: HttpRequest, alias: str) -> HttpResponse:
    """Tell what disconnecting does, and on POST do it."""
    found = _overview(alias)
    if request.method == "POST":
        connection.disconnect(alias)
        messages.success(request, _("Disconnected."))
        return redirect("social_connection", alias)
    label = found.channel.label
    title = _("Disconnect %(label)s") % {"label": label}
    way = crumbs((reverse("social_connection", args=[alias]), label), ("", title))
    return page(request, "disconnect", title, way, notices=[], alias=alias, label=label, overview=found)


def _pause(alias: str, request: HttpRequest) -> None:
    reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    connection.pause(alias, reason or _("Paused by an editor."), by_hand=True)


ACTS: dict[str, tuple[Callable[[str, HttpRequest], None], Any]] = {
    "check": (lambda alias, request: connection.look_soon(alias), gettext_lazy("It is looked over within a moment.")),
    "connect": (lambda alias, request: settled.take_up(alias, timezone.now()), gettext_lazy("Connected again.")),
    "pause": (_pause, gettext_lazy("Paused.")),
    "resume": (lambda alias, request: connection.resume(alias), gettext_lazy("Goes on.")),
    "by-hand": (
        lambda alias, request: connection.announce_by_hand(alias, timezone.now()),
        gettext_lazy("Announcements are prepared from now on."),
    ),
    "stop": (lambda alias, request: connection.stop_announcing(alias), gettext_lazy("Nothing new is announced there.")),
}


@require_POST
@connectors_only
def connection_act(request: HttpRequest, alias: str, name: str) -> HttpResponse:
    """Look over, take up again, pause, resume, begin or stop announcing."""
    _overview(alias)
    if name not in ACTS:
        raise PermissionDenied
    do, done = ACTS[name]
    do(alias, request)
    messages.success(request, str(done))
    return redirect("social_connection", alias)
