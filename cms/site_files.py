"""The doors to what programs ask a site for at fixed addresses: map, rules for robots, manifest, icon."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.templatetags.static import static
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import condition, require_safe

from cms import sitemap as site_map
from cms import version
from cms.identity import Identity

KEEP = "public, max-age=3600"


def _version(request: HttpRequest) -> str:
    return f'"{version.state(timezone.now()).key}"'


@require_safe
@condition(etag_func=_version)
def sitemap(request: HttpRequest) -> HttpResponse:
    """Answer with the map of the site; `part` names one of several."""
    part = request.GET.get("part")
    if part is not None and not (part.isascii() and part.isdigit() and len(part) < 10):  # noqa: PLR2004
        raise Http404
    found = site_map.sitemap(version.state(timezone.now()).locale_id, int(part) if part else None)
    return HttpResponse(found, content_type="application/xml; charset=utf-8", headers={"Cache-Control": KEEP})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Answer with the rules for robots."""
    found = site_map.robots(aside=bool(settings.FRONTEND_URL))
    return HttpResponse(found, content_type="text/plain; charset=utf-8", headers={"Cache-Control": KEEP})


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Answer with the web app manifest: what a telephone writes below the site's icon."""
    association = Identity.objects.first() or Identity()
    found = {
        "name": str(association),
        "short_name": association.short_name or str(association),
        "lang": settings.LANGUAGE_CODE,
        "start_url": "/",
        "display": "browser",
        "theme_color": "#0b5563",
        "background_color": "#ffffff",
        "icons": [
            {"src": static("cms/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
            {"src": static("cms/icon-180.png"), "sizes": "180x180", "type": "image/png"},
            {"src": static("cms/icon-512.png"), "sizes": "512x512", "type": "image/png"},
        ],
    }
    return JsonResponse(found, content_type="application/manifest+json", headers={"Cache-Control": KEEP})


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead whoever asks without reading the page to the icon."""
    return HttpResponsePermanentRedirect(static("cms/icon-180.png"), headers={"Cache-Control": KEEP})


urlpatterns = [
    path("sitemap.xml", sitemap, name="sitemap"),
    path("robots.txt", robots, name="robots"),
    path("manifest.webmanifest", manifest, name="manifest"),
    path("favicon.ico", favicon, name="favicon"),
]
