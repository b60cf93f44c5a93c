"""The reader site steps aside: where a front end of one's own shows the pages, ours lead there for good."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponsePermanentRedirect

from cms.addresses import public_url
from cms.old_addresses import moved

Answer = Callable[[HttpRequest], HttpResponseBase]

# The views that show readers' pages: Wagtail's own, and the landing pages'. Feeds, files, the API and the newsletter stay.
READERS = ("wagtail.views", "cms.landing.views")
# Not for ever: a front end may be given up again, and browsers would never ask anew.
KEEP_SECONDS = 3600


class StepAside:
    """Sends whoever asks for a reader's page to the same address on FRONTEND_URL; previews are no such requests."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Leave all else to the views."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Answer with the way to the front end where there is one."""
        if not leads_away(request, view):
            return None
        answer = HttpResponsePermanentRedirect(goal(request))
        answer.headers["Cache-Control"] = f"max-age={KEEP_SECONDS}"
        return answer


def leads_away(request: HttpRequest, view: Any) -> bool:
    """Tell whether the front end shows what is asked for; never when it stands on this very host, which would go round."""
    if not settings.FRONTEND_URL or request.method not in ("GET", "HEAD"):
        return False
    return view.__module__ in READERS and request.get_host() != urlsplit(settings.FRONTEND_URL).netloc


def goal(request: HttpRequest) -> str:
    """Return where the page stands: the same path and query, or the post that an imported site's short address meant."""
    meant = moved(request.GET.dict()) if request.path == "/" and request.GET else None
    return public_url(meant or request.get_full_path())
