"""The admin's page of one channel's connection."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from social import connection, words
from social.admin import crumbs, page
from social.channels import Channel, NoSuchChannel, get_channel
from social.models import ChannelState


def connectors_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let only those through who may connect and disconnect."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not connection.may_connect(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def _channel(alias: str) -> Channel:
    try:
        return get_channel(alias)
    except NoSuchChannel:
        raise Http404 from None


@require_GET
@connectors_only
def connection_page(request: HttpRequest, alias: str) -> HttpResponse:
    """Show the connection: page, role, rights, days left."""
    channel, state = _channel(alias), ChannelState.of(alias)
    can_connect = bool(getattr(channel, "client_id", ""))
    context = {
        "alias": alias,
        "label": channel.label,
        "channel": state,
        "days_left": state.days_left(timezone.now()),
        "missing": words.missing(state),
        "can_connect": can_connect,
    }
    return page(request, "connection", channel.label, crumbs(("", channel.label)), notices=[alias], **context)


@require_POST
@connectors_only
def connection_act(request: HttpRequest, alias: str, name: str) -> HttpResponse:
    """Disconnect, pause, resume, or begin to work by hand."""
    _channel(alias)
    acts: dict[str, tuple[Callable[[], Any], str]] = {
        "disconnect": (lambda: connection.disconnect(alias), _("Disconnected.")),
        "pause": (lambda: connection.pause(alias, _("Paused by an editor.")), _("Paused.")),
        "resume": (lambda: connection.resume(alias), _("Goes on.")),
        "by-hand": (lambda: connection.announce_by_hand(alias, timezone.now()), _("Announcements are prepared from now on.")),
    }
    if name not in acts:
        raise PermissionDenied
    do, done = acts[name]
    do()
    messages.success(request, done)
    return redirect("social_connection", alias)
