"""Telling the cache in front of Ordet (a CDN, Varnish) which addresses have changed: by a job, after a publication.

Wagtail's frontend cache queues the addresses and asks the backend below. What it isn't told of, lists
with parameters above all, is old for as long as `Cache-Control` allows, a minute.
"""

import json
import logging
from collections.abc import Iterator
from itertools import batched
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.db import transaction
from django.views.decorators.debug import sensitive_variables
from wagtail.contrib.frontend_cache.backends.base import BaseBackend
from wagtail.contrib.frontend_cache.utils import purge_urls_from_cache
from wagtail.models import Page

from cms.addresses import own_url, public_url, site_path
from cms.fetch import FetchError, fetch

logger = logging.getLogger(__name__)

API = "/api/content/v1"
# What Cloudflare takes at once.
AT_ONCE = 30
REFUSED_FROM = 400


class Cache(BaseBackend):  # type: ignore[misc]
    """A cache at LOCATION. With a TOKEN it takes lists of addresses as Cloudflare does, without one PURGE as Varnish does.

    What fails is logged and not tried again: a minute later everything is fresh by itself.
    """

    def __init__(self, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.location, self.token = params["LOCATION"].rstrip("/"), params.get("TOKEN", "")

    def purge(self, url: str) -> None:
        """Forget one address."""
        self.purge_batch([url])

    def purge_batch(self, urls: list[str]) -> None:
        """Forget addresses."""
        for some in batched(urls, AT_ONCE) if self.token else ((url,) for url in urls):
            try:
                self._purge(list(some))
            except FetchError as error:
                logger.warning("The cache in front could not be told of %d addresses: %s", len(some), error)

    @sensitive_variables()
    def _purge(self, urls: list[str]) -> None:
        if self.token:
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
            answer = fetch("POST", self.location, headers=headers, body=json.dumps({"files": urls}).encode())
        else:
            parts = urlsplit(urls[0])
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
            answer = fetch("PURGE", f"{self.location}{path}", headers={"Host": parts.netloc})
        if answer.status >= REFUSED_FROM:
            logger.warning("The cache in front answered %d to a purge.", answer.status)


def after_change(sender: type, instance: Page, **kwargs: Any) -> None:
    """Receive Wagtail's signals of a page that was published, unpublished or moved; never raises."""
    if not settings.WAGTAILFRONTENDCACHE:
        return
    try:
        with transaction.atomic():
            purge_urls_from_cache(list(dict.fromkeys(addresses(instance, kwargs.get("url_path_before", "")))))
    except Exception:
        logger.exception("The cache in front won't be told of page %s.", instance.pk)


def addresses(page: Page, moved_from: str = "") -> Iterator[str]:
    """Yield where `page` is read and the lists that show it; `moved_from` is its url_path before a move."""
    above = page.get_ancestors().filter(depth__gte=2)
    paths = [site_path(page), *(site_path(parent) for parent in above)]
    if moved_from:
        paths.append("/" + "".join(moved_from.split("/", 2)[2:]))
    for path in paths:
        yield public_url(path)
        yield own_url(f"{API}/by-path?path={quote(path, safe='/')}")
    for path in (f"/posts/{page.translation_key}", "/posts", "/navigation", "/key-dates"):
        yield own_url(f"{API}{path}")
    yield public_url("/feed.atom")
    yield public_url("/kalender.ics")


def connect() -> None:
    """Listen to what changes pages; called once, when the app is ready."""
    from wagtail.signals import page_published, page_unpublished, post_page_move

    for name, signal in (("published", page_published), ("unpublished", page_unpublished), ("moved", post_page_move)):
        signal.connect(after_change, dispatch_uid=f"cms.purging.{name}")
