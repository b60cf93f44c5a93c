"""Connecting LinkedIn by OAuth: two doors, which only those pass who may connect."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from wagtail.admin.auth import require_admin_access

from social import oauth
from social.channels import ChannelError
from social.connection_admin import connectors_only


def _session(request: HttpRequest) -> str:
    if not request.session.session_key:
        request.session.create()
    return str(request.session.session_key)


@never_cache
@require_GET
@require_admin_access
@connectors_only
def connect(request: HttpRequest) -> HttpResponse:
    """Lead to LinkedIn's question; without an app of ours, back with words."""
    try:
        return redirect(oauth.begin(_session(request), request.user, timezone.now()))
    except oauth.Denied as error:
        messages.error(request, str(error))
        return redirect("social_connection", oauth.CHANNEL)


@never_cache
@require_GET
@require_admin_access
@connectors_only
def callback(request: HttpRequest) -> HttpResponse:
    """Take LinkedIn's answer: 401 for a state that isn't ours, words for a refusal, else the connection."""
    try:
        choices = oauth.finish(request.GET.dict(), _session(request), timezone.now())
    except oauth.UnknownState:
        return render(request, "social/unknown_state.html", status=401)
    except (oauth.Denied, ChannelError) as error:
        messages.error(request, str(error))
        return redirect("social_connection", oauth.CHANNEL)
    if choices:
        request.session["social_choices"] = oauth.seal(choices)
        return redirect("social_choose")
    messages.success(request, _("LinkedIn is connected."))
    return redirect("social_connection", oauth.CHANNEL)


@never_cache
@connectors_only
def choose(request: HttpRequest) -> HttpResponse:
    """Let somebody with several pages choose one."""
    sealed = request.session.get("social_choices", "")
    try:
        choices = oauth.unseal(sealed)
        if request.method == "POST":
            oauth.choose(choices, request.POST.get("organization", ""), timezone.now())
            del request.session["social_choices"]
            messages.success(request, _("LinkedIn is connected."))
            return redirect("social_connection", oauth.CHANNEL)
    except oauth.Denied as error:
        messages.error(request, str(error))
        return redirect("social_connection", oauth.CHANNEL)
    context = {
        "pages": choices.names(),
        "header_title": _("Choose a page"),
        "breadcrumbs_items": [],
        "page_title": _("Choose a page"),
    }
    return render(request, "social/admin/choose.html", context)
