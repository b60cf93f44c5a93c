"""CORS: which sites' scripts may read the API's answers (Fetch standard). By list alone, and never with cookies."""

from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers

from cms import keys
from cms.keys import APIKey

KEPT = "api-origins"
KEEP_SECONDS = 60
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, If-None-Match, If-Modified-Since",
    "Access-Control-Max-Age": "7200",
}
EXPOSED = "ETag, Retry-After, RateLimit, RateLimit-Policy, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset"


def preflight(asked_from: str, now: datetime) -> HttpResponse:
    """Return the answer to OPTIONS; a browser asks it without a key, so every listed origin passes."""
    answer = HttpResponse(status=204, headers={"Allow": "GET, OPTIONS"})
    patch_vary_headers(answer, ("Origin",))
    if asked_from and (asked_from in open_to_all() or asked_from in of_keys(now)):
        answer["Access-Control-Allow-Origin"] = asked_from
        for name, value in PREFLIGHT.items():
            answer[name] = value
    return answer


def shared(answer: HttpResponse, asked_from: str, key: APIKey | None, now: datetime) -> HttpResponse:
    """Let the site `asked_from` read `answer`, if it is listed; what a preview or member key gets is for no browser."""
    if asked_from and _may_read(asked_from, key, now):
        answer["Access-Control-Allow-Origin"] = asked_from
        answer["Access-Control-Expose-Headers"] = EXPOSED
    return answer


def _may_read(asked_from: str, key: APIKey | None, now: datetime) -> bool:
    if key is not None and key.kind != APIKey.DELIVERY:
        return False
    if asked_from in open_to_all():
        return True
    return key.allows(asked_from) if key else asked_from in of_keys(now)


def open_to_all() -> set[str]:
    """Return the origins that the settings list: `API_ORIGINS`, and the front end itself."""
    return {*settings.API_ORIGINS, *filter(None, [settings.FRONTEND_URL.lower()])}


def of_keys(now: datetime) -> frozenset[str]:
    """Return the origins of all living keys, asked for at most once a minute."""
    found = cache.get(KEPT)
    if found is None:
        found = keys.origins(now)
        cache.set(KEPT, found, KEEP_SECONDS)
    return frozenset(found)


def forget() -> None:
    """Ask anew at the next request: a key has changed."""
    cache.delete(KEPT)
