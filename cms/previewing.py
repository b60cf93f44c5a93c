"""Previews on the front end: a snapshot of what the editor sees, behind a token that lives for a quarter of an hour.

Wagtail's preview leads the editor's browser to FRONTEND_URL with a token in the address; the front end's server exchanges
it with its preview key. The token alone opens nothing, and the key alone neither.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.csp import CSP
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csp import csp_override

from cms import copying
from cms.addresses import site_path

LIFE = timedelta(minutes=15)
SECRET_BYTES = 32


class PreviewTicket(models.Model):
    """A page as it was previewed, saved or not; the token stands only as a hash. Removed when its time is up."""

    digest = models.CharField(max_length=64, unique=True)
    content_type = models.ForeignKey("contenttypes.ContentType", on_delete=models.CASCADE, related_name="+")
    # Empty for a page that was never saved.
    page = models.ForeignKey("wagtailcore.Page", null=True, on_delete=models.CASCADE, related_name="+")
    content = models.JSONField(encoder=DjangoJSONEncoder)
    expires_at = models.DateTimeField(_("expires"), db_index=True)

    class Meta:
        verbose_name = _("preview")
        verbose_name_plural = _("previews")

    def __str__(self) -> str:
        return f"{self.content_type} · {self.expires_at:%Y-%m-%d %H:%M}"


class OnFrontEnd:
    """A page whose preview stands on FRONTEND_URL where there is one, and on the built-in site else."""

    def serve_preview(self, request: HttpRequest, mode_name: str) -> Any:
        """Show the preview, or lead to it."""
        if not settings.FRONTEND_URL:
            return super().serve_preview(request, mode_name)  # type: ignore[misc]
        if hasattr(self, "bylines"):
            # The front end is only given copies that exist, and no publication has asked for these.
            copying.prepare(self)
        return lead_away(request, issue(self, timezone.now()), site_path(self))


def issue(page: Any, now: datetime) -> str:
    """Keep `page` as it stands in memory, and return the token for it."""
    token = secrets.token_urlsafe(SECRET_BYTES)
    forget_old(now)
    PreviewTicket.objects.create(
        digest=_name(token),
        content_type=page.cached_content_type,
        page_id=page.pk,
        content=page.serializable_data(),
        expires_at=now + LIFE,
    )
    return token


def lead_away(request: HttpRequest, token: str, path: str) -> HttpResponse:
    """Lead a browser to the front end; within the editor's panel by a frame, because the panel's scripts need a page of ours."""
    url = f"{settings.FRONTEND_URL}{path}?{urlencode({'preview': token})}"
    answer = _frame(request, url) if getattr(request, "in_preview_panel", False) else HttpResponseRedirect(url)
    answer["Referrer-Policy"] = "no-referrer"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _frame(request: HttpRequest, url: str) -> HttpResponse:
    policy = {
        "default-src": [CSP.NONE],
        "style-src": [CSP.SELF],
        "frame-src": [settings.FRONTEND_URL],
        "frame-ancestors": [CSP.SELF],
    }

    @csp_override(policy)
    def framed(request: HttpRequest) -> HttpResponse:
        return render(request, "admin/preview_frame.html", {"url": url})

    answer: HttpResponse = framed(request)
    return answer


def previewed(token: str, now: datetime) -> Any:
    """Return the page as it was when `token` was issued. Raises PreviewTicket.DoesNotExist for any other, or an old one."""
    ticket = PreviewTicket.objects.select_related("content_type", "page").get(digest=_name(token), expires_at__gt=now)
    page = _restored(ticket)
    if page is None:
        raise PreviewTicket.DoesNotExist
    return page


def _restored(ticket: PreviewTicket) -> Any:
    if ticket.page is not None:
        return ticket.page.specific.with_content_json(ticket.content)
    model = ticket.content_type.model_class()
    return model.from_serializable_data(ticket.content, check_fks=True, strict_fks=False) if model else None


def forget_old(now: datetime) -> int:
    """Remove the snapshots whose tokens are over; return how many."""
    return PreviewTicket.objects.filter(expires_at__lte=now).delete()[0]


def _name(token: str) -> str:
    return sha256(token.encode()).hexdigest()
