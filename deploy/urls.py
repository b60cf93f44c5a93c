"""All addresses: each room's, and the pages of the reader site last."""

from typing import Any

from django.conf import settings
from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms.api import addresses as content_addresses
from cms.api import api as content_api
from cms.api import writing as wagtails_own
from deploy import health
from deploy.media import media
from newsletter.api import router as issues

__all__ = ["content_api", "urlpatterns"]

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("api/content/v1/", content_addresses(issues)),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("metrics", health.metrics),
]


def writing() -> list[Any]:
    """Return the address of Wagtail's own API, for whom `API_V3` asks for it."""
    return [path("api/v3/", wagtails_own.addresses())]


if settings.API_V3:
    urlpatterns += writing()
if settings.MEDIA_URL.startswith("/"):
    # A proxy in front may serve these itself; a small installation has none.
    urlpatterns.append(re_path(rf"^{settings.MEDIA_URL.lstrip('/')}(?P<path>.+)$", media))
ROOMS = ("newsletter.urls", "social.urls", "cms.landing.urls", "cms.site_files", "cms.urls")
urlpatterns += [path("", include(room)) for room in ROOMS]
urlpatterns.append(path("", include(wagtail_urls)))
