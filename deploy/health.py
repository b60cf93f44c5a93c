"""Health and figures for machines: `/health/live`, `/health/ready`, `/metrics`."""

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from deploy import figures


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """Answer as long as this process serves at all."""
    return JsonResponse({"live": True})


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when scheduler and worker live and nothing due waits too long, else 503 with what is wrong."""
    troubles = figures.troubles(timezone.now())
    return JsonResponse({"ready": not troubles, "troubles": troubles}, status=503 if troubles else 200)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with the figures; with `METRICS_TOKEN` set, only to whoever sends it as a bearer token."""
    wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
    if settings.METRICS_TOKEN and not hmac.compare_digest(request.headers.get("Authorization", "").encode(), wanted):
        return HttpResponse("METRICS_TOKEN is needed.\n", status=401, content_type="text/plain; charset=utf-8")
    return HttpResponse(figures.metrics(timezone.now()), content_type="text/plain; version=0.0.4; charset=utf-8")
