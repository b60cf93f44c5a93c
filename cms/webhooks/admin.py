"""The admin's pages about webhooks: the endpoints, one endpoint with its log, one delivery. Every change is a POST of its own."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin.menu import MenuItem
from wagtail.admin.utils import get_valid_next_url_from_request

from cms.models import HookDelivery, HookEndpoint, Post
from cms.webhooks import desk, events, pausing, sending, words
from cms.webhooks.forms import EndpointForm
from cms.webhooks.pausing import MAY

PER_PAGE = 30
LABEL = gettext_lazy("Webhooks")
VIEWS = {"failed": (HookDelivery.FAILED,), "waiting": HookDelivery.UNSETTLED}


class WebhooksItem(MenuItem):
    """The menu's entry, for those who may."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Tell whether the reader may."""
        return bool(request.user.has_perm(MAY))


def menu_item() -> MenuItem:
    """Return the entry under settings."""
    return WebhooksItem(LABEL, reverse("webhooks"), name="webhooks", icon_name="code", order=620)


def permissions() -> QuerySet[Permission]:
    """Offer the right in the groups' form."""
    return Permission.objects.filter(content_type__app_label="cms", codename="change_hookendpoint")


def guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let only those through who may change webhooks."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(MAY):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked


def _page(request: HttpRequest, template: str, title: str, *way: tuple[str, str], **context: Any) -> HttpResponse:
    crumbs = [{"url": reverse("webhooks"), "label": LABEL}, *({"url": url, "label": label} for url, label in way)]
    frame = {"header_title": title, "breadcrumbs_items": crumbs, "header_icon": "code", "now": timezone.now()}
    return render(request, f"admin/webhooks/{template}.html", frame | context)


def _at(endpoint: HookEndpoint) -> tuple[str, str]:
    return reverse("webhooks_endpoint", args=[endpoint.pk]), endpoint.name


@require_GET
@guarded
def index(request: HttpRequest) -> HttpResponse:
    """Show all endpoints and how they stand."""
    return _page(request, "index", str(LABEL), shown=words.shown(HookEndpoint.objects.all()))


@require_http_methods(["GET", "POST"])
@never_cache
@guarded
def add(request: HttpRequest) -> HttpResponse:
    """Make an endpoint, and show its secret this once."""
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = desk.create(form.cleaned_data["name"], form.cleaned_data["address"], form.cleaned_data["events"], timezone.now())
        return _secret(request, made, made.secret)
    title = _("New webhook")
    return _page(request, "form", title, ("", title), form=form)


@require_http_methods(["GET", "POST"])
@guarded
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change name, address and events."""
    endpoint = get_object_or_404(HookEndpoint, pk=pk)
    form = EndpointForm(request.POST or None, endpoint=endpoint)
    if request.method == "POST" and form.is_valid():
        HookEndpoint.objects.filter(pk=pk).update(**form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("webhooks_endpoint", pk)
    title = _("Change %(name)s") % {"name": endpoint.name}
    return _page(request, "form", title, _at(endpoint), ("", title), form=form, endpoint=endpoint)


@require_http_methods(["GET", "POST"])
@never_cache
@guarded
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell what a new secret means, and on POST make it and show it this once."""
    endpoint = get_object_or_404(HookEndpoint, pk=pk)
    if request.method == "POST":
        return _secret(request, endpoint, desk.rotate(endpoint, timezone.now()), renewed=not endpoint.lost)
    title = _("New secret for %(name)s") % {"name": endpoint.name}
    return _page(request, "renew", title, _at(endpoint), ("", title), endpoint=endpoint)


@sensitive_variables("secret")
def _secret(request: HttpRequest, endpoint: HookEndpoint, secret: str, *, renewed: bool = False) -> HttpResponse:
    title = _("The secret of %(name)s") % {"name": endpoint.name}
    context = {"endpoint": endpoint, "secret": secret, "renewed": renewed}
    return _page(request, "secret", title, _at(endpoint), ("", title), **context)


@require_http_methods(["GET", "POST"])
@guarded
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, and on POST remove an endpoint with its log."""
    endpoint = get_object_or_404(HookEndpoint, pk=pk)
    if request.method == "POST":
        HookEndpoint.objects.filter(pk=pk).delete()
        messages.success(request, _("The webhook %(name)s is deleted.") % {"name": endpoint.name})
        return redirect("webhooks")
    title = _("Delete %(name)s") % {"name": endpoint.name}
    return _page(request, "delete", title, _at(endpoint), ("", title), endpoint=endpoint)


@require_GET
@guarded
def endpoint_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how an endpoint stands, and its log, the newest first."""
    endpoint = get_object_or_404(HookEndpoint, pk=pk)
    chosen, before = request.GET.get("visa", ""), request.GET.get("fore", "")
    rows = HookDelivery.objects.filter(endpoint=endpoint).defer("body", "answer", "tries")
    if chosen in VIEWS:
        rows = rows.filter(state__in=VIEWS[chosen])
    if before.isascii() and before.isdigit():
        rows = rows.filter(pk__lt=min(int(before[:19]), 2**63 - 1))
    found = list(rows[: PER_PAGE + 1])
    (shown,) = words.shown([endpoint])
    context = {
        "shown": shown,
        "rows": [_row(row) for row in found[:PER_PAGE]],
        "older": found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None,
        "chosen": chosen if chosen in VIEWS else "",
        "before": before,
        "labels": [events.LABELS[name] for name in endpoint.events if name in events.LABELS],
        "tabs": [("", _("All")), ("waiting", _("Waiting")), ("failed", _("Failed ones"))],
    }
    return _page(request, "endpoint", endpoint.name, ("", endpoint.name), endpoint=endpoint, **context)


def _row(row: HookDelivery) -> dict[str, Any]:
    again = row.state in desk.RESENDABLE and row.event != events.PING
    return {"row": row, "tone": words.TONES[row.state], "when": words.when(row), "answer": words.answer(row), "again": again}


@require_GET
@guarded
def delivery_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one delivery: what was sent, what came back, every attempt."""
    row = get_object_or_404(HookDelivery.objects.select_related("endpoint"), pk=pk)
    tries = [one | {"time": words.clock_time(datetime.fromisoformat(one["at"]))} for one in reversed(row.tries)]
    context = {
        **_row(row),
        "body": json.dumps(json.loads(row.body), ensure_ascii=False, indent=2),
        "headers": sending.headers(row, row.sending_since or row.created_at).items(),
        "tries": tries,
    }
    return _page(request, "delivery", row.event_words, _at(row.endpoint), ("", row.event_words), **context)


def _test(endpoint: HookEndpoint, now: datetime) -> str:
    desk.test(endpoint, now)
    return _("The test is on its way; its result shows here in a moment.")


def _pause(endpoint: HookEndpoint, now: datetime) -> str:
    pausing.pause(endpoint, _("Paused by hand."), now, told=False)
    return _("Paused. What happens meanwhile waits.")


def _resume(endpoint: HookEndpoint, now: datetime) -> str:
    pausing.resume(endpoint, now)
    return _("It goes on.")


def _off(endpoint: HookEndpoint, now: datetime) -> str:
    pausing.switch_off(endpoint, _("Switched off by hand."), now, told=False)
    return _("Switched off.")


def _again(endpoint: HookEndpoint, now: datetime) -> str:
    return _("%(n)s are sent again.") % {"n": desk.resend_failed(endpoint, now)}


ACTS: dict[str, Callable[[HookEndpoint, datetime], str]] = {
    "test": _test, "pause": _pause, "resume": _resume, "off": _off, "again": _again,
}  # fmt: skip


@require_POST
@guarded
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Test, pause, resume, switch off, send the failed ones again."""
    if name not in ACTS:
        raise Http404
    messages.success(request, ACTS[name](get_object_or_404(HookEndpoint, pk=pk), timezone.now()))
    return redirect("webhooks_endpoint", pk)


@require_POST
@guarded
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one delivery again."""
    row = get_object_or_404(HookDelivery, pk=pk)
    try:
        desk.resend(row, timezone.now())
        messages.success(request, _("It is sent again."))
    except desk.NotNow as error:
        messages.error(request, error.messages[0])
    return redirect(get_valid_next_url_from_request(request) or reverse("webhooks_delivery", args=[pk]))


@require_POST
def resend_of_post(request: HttpRequest, pk: int, page_id: int) -> HttpResponse:
    """Send again what failed of one post to one endpoint, for those who may publish the post."""
    post = get_object_or_404(Post, pk=page_id)
    if not post.permissions_for_user(request.user).can_publish():
        raise PermissionDenied
    count = desk.resend_failed(get_object_or_404(HookEndpoint, pk=pk), timezone.now(), post.translation_key)
    messages.success(request, _("%(n)s are sent again.") % {"n": count})
    return redirect(get_valid_next_url_from_request(request) or reverse("cms_spread", args=[page_id]))


def urls() -> list[URLPattern]:
    """Return the pages' addresses."""
    return [
        path("webhooks/", index, name="webhooks"),
        path("webhooks/new/", add, name="webhooks_add"),
        path("webhooks/delivery/<int:pk>/", delivery_page, name="webhooks_delivery"),
        path("webhooks/delivery/<int:pk>/resend/", resend, name="webhooks_resend"),
        path("webhooks/<int:pk>/", endpoint_page, name="webhooks_endpoint"),
        path("webhooks/<int:pk>/edit/", edit, name="webhooks_edit"),
        path("webhooks/<int:pk>/secret/", renew, name="webhooks_secret"),
        path("webhooks/<int:pk>/delete/", delete, name="webhooks_delete"),
        path("webhooks/<int:pk>/post/<int:page_id>/", resend_of_post, name="webhooks_resend_post"),
        path("webhooks/<int:pk>/<slug:name>/", act, name="webhooks_act"),
    ]
