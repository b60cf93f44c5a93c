"""Connecting LinkedIn by OAuth: the doors, which only those pass who may connect."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from wagtail.admin.auth import require_admin_access

from social import oauth
from social.admin import crumbs, page
from social.channels import ChannelError
from social.connection_admin import connectors_only
from social.models import ChannelState

# In the session: whether to leave the choice of a page, and the sealed choices.
ASK, CHOICES = "social_ask", "social_choices"


def _session(request: HttpRequest) -> str:
    if not request.session.session_key:
        request.session.create()
    return str(request.session.session_key)


@never_cache
@require_GET
@require_admin_access
@connectors_only
def connect(request: HttpRequest) -> HttpResponse:
    """Lead to LinkedIn's question (`?sida=ny`: and let a page be chosen anew); without an app of ours, back with words."""
    request.session[ASK] = request.GET.get("sida") == "ny"
    try:
        return redirect(oauth.begin(_session(request), request.user, timezone.now()))
    except oauth.Denied as error:
        return _denied(request, error)


@never_cache
@require_GET
@require_admin_access
@connectors_only
def callback(request: HttpRequest) -> HttpResponse:
    """Take LinkedIn's answer: 401 for a state that isn't ours, words for a refusal, else the connection."""
    now, ask = timezone.now(), bool(request.session.pop(ASK, False))
    try:
        choices = oauth.finish(request.GET.dict(), _session(request), now, ask=ask)
    except oauth.UnknownState:
        return render(request, "social/unknown_state.html", status=401)
    except (oauth.Denied, ChannelError) as error:
        return _denied(request, error)
    if choices:
        request.session[CHOICES] = oauth.seal(choices, now)
        return redirect("social_choose")
    return _connected(request)


@never_cache
@connectors_only
def choose(request: HttpRequest) -> HttpResponse:
    """Let somebody choose one of several pages, or agree to another page than before."""
    now = timezone.now()
    try:
        choices = oauth.unseal(request.session.get(CHOICES, ""), now)
    except oauth.Denied as error:
        request.session.pop(CHOICES, None)
        return _denied(request, error)
    if request.method == "POST":
        return _chosen(request, choices, now)
    before = ChannelState.of(oauth.CHANNEL)
    context = {"choices": choices, "before": before, "kept": choices.page(before.organization)}
    way = crumbs((reverse("social_connection", args=[oauth.CHANNEL]), "LinkedIn"), ("", _("Choose a page")))
    return page(request, "choose", _("Choose a page"), way, notices=[], **context)


def _chosen(request: HttpRequest, choices: oauth.Choices, now: datetime) -> HttpResponse:
    try:
        oauth.choose(choices, request.POST.get("organization", ""), now)
    except oauth.Denied as error:
        return _denied(request, error)
    return _connected(request)


def _connected(request: HttpRequest) -> HttpResponse:
    request.session.pop(CHOICES, None)
    messages.success(request, _("LinkedIn is connected."))
    return redirect("social_connection", oauth.CHANNEL)


def _denied(request: HttpRequest, error: Exception) -> HttpResponse:
    messages.error(request, str(error))
    return redirect("social_connection", oauth.CHANNEL)
