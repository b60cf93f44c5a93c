"""The doors that count: a page of ours that was reached from a letter, and, where it is on, opens and clicks."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from cms.secrets import BadLink
from newsletter import limits, tracking, visits
from newsletter.views import caller
from newsletter.ways import Gone


@csrf_exempt
@require_POST
def visit(request: HttpRequest) -> HttpResponse:
    """Count a visit: `c` is the campaign, `p` the path. From our own pages alone; 204, or 400 for what isn't counted.

    Any front end may send it: `navigator.sendBeacon(SITE_URL + "/n/v", new URLSearchParams({c, p}))`.
    """
    origin = request.headers.get("Origin", "")
    ours = {"{0.scheme}://{0.netloc}".format(urlsplit(address)) for address in (settings.SITE_URL, settings.FRONTEND_URL)}
    now = timezone.now()
    try:
        # A browser's form or beacon names where it comes from; some leave that out towards their own origin.
        if not (origin in ours or (not origin and request.headers.get("Sec-Fetch-Site") == "same-origin")):
            raise visits.NotCounted("another site")
        limits.let_in(limits.VISIT, caller(request), now)
        visits.note(request.POST.get("c", ""), request.POST.get("p", ""), now)
    except limits.TooMany:
        return HttpResponse(status=429)
    except visits.NotCounted:
        return HttpResponse(status=400)
    return HttpResponse(status=204)


def _seen(request: HttpRequest) -> tracking.Glimpse:
    return tracking.Glimpse(request.headers.get("User-Agent", ""), head=request.method == "HEAD")


@never_cache
@require_safe
def click(request: HttpRequest, token: str) -> HttpResponse:
    """Follow a link of a tracked letter."""
    try:
        answer = HttpResponseRedirect(tracking.clicked(token, _seen(request), timezone.now()))
    except (BadLink, Gone) as error:
        raise Http404(_("The link isn't complete, or what it led to is gone.")) from error
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@never_cache
@require_safe
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the smallest of pictures."""
    try:
        tracking.opened(token, _seen(request), timezone.now())
    except BadLink as error:
        raise Http404 from error
    return HttpResponse(tracking.PIXEL, content_type="image/gif")
