"""What a browser may do with our pages, said in headers: the content security policy and its kin.

Readers' pages, the newsletter's included, run nothing and paint nothing that doesn't come from a file of ours.
The admin is Wagtail's: it needs scripts and styles within its pages. A letter on the web brings its own policy.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.urls import reverse
from django.utils.csp import CSP

from cms.embeds import PLAYER_HOSTS

Policy = Mapping[str, Sequence[str]]

# What no page of ours asks for; a film's player keeps what its frame names (autoplay, fullscreen).
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


def origin(address: str) -> list[str]:
    """Return the origin of an absolute address as a policy names it; nothing for one within our own site."""
    parts = urlsplit(address)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []


def reader_policy() -> Policy:
    """Return the policy of all that readers and members see."""
    files = [CSP.SELF, *origin(settings.MEDIA_URL)]
    return {
        "default-src": [CSP.NONE],
        "script-src": [CSP.SELF],
        "style-src": [CSP.SELF],
        "font-src": [CSP.SELF],
        "img-src": [*files, "data:"],
        "media-src": files,
        "connect-src": [CSP.SELF],
        "manifest-src": [CSP.SELF],
        "frame-src": [f"https://{host}" for host in PLAYER_HOSTS],
        # Whoever has logged in is led on to the front end, and browsers look at where a form's answer leads too.
        "form-action": [CSP.SELF, *origin(settings.FRONTEND_URL)],
        "base-uri": [CSP.NONE],
        "frame-ancestors": [CSP.SELF],
    }


def admin_policy() -> Policy:
    """Return the policy of the admin: Wagtail writes scripts into its pages and compiles its accessibility checks.

    Pictures may come from anywhere over https (what stands in letters and cards that are looked at); frames show
    previews, which stand on the front end where there is one. Forms may lead on to a network that is being connected.
    """
    return {
        "default-src": [CSP.SELF],
        "script-src": [CSP.SELF, CSP.UNSAFE_INLINE, CSP.UNSAFE_EVAL],
        "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
        "img-src": [CSP.SELF, "data:", "blob:", "https:", *origin(settings.MEDIA_URL)],
        "media-src": [CSP.SELF, "blob:", *origin(settings.MEDIA_URL)],
        "frame-src": [CSP.SELF, *origin(settings.FRONTEND_URL), *(f"https://{host}" for host in PLAYER_HOSTS)],
        "object-src": [CSP.NONE],
        "base-uri": [CSP.SELF],
        "frame-ancestors": [CSP.SELF],
    }


class Headers(ContentSecurityPolicyMiddleware):
    """Adds the policies to every answer, unless its view has brought its own."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add what is missing; a policy only where there is a page to bind."""
        if not hasattr(response, "_csp_config"):
            page = response.get("Content-Type", "").startswith("text/html")
            response._csp_config = self.policy_for(request.path) if page else {}  # type: ignore[attr-defined]
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        answer: HttpResponseBase = super().process_response(request, response)
        return answer

    def policy_for(self, path: str) -> Policy:
        """Return the policy of the page at `path`."""
        return admin_policy() if path.startswith(reverse("wagtailadmin_home")) else reader_policy()
