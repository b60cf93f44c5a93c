"""The public doors to what has been sent: the page of an issue, the link in a letter, the feed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from cms.secrets import BadLink
from newsletter import archive
from newsletter.ways import Gone

# A letter is styled within, as mail has to be; it runs nothing, frames nothing and asks nothing.
LETTER = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "https:", "data:"],
    "form-action": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
}


@csp_override(LETTER)
@require_safe
def issue(request: HttpRequest, key: int) -> HttpResponse:
    """Read an issue of the archive."""
    try:
        return HttpResponse(archive.issue_page(key))
    except Gone as error:
        raise Http404(_("The issue isn't in the archive.")) from error


@csp_override(LETTER)
@require_safe
def web_view(request: HttpRequest, token: str) -> HttpResponse:
    """Read a mailing on the web by its link, once it has started; search engines are led to the archive's page."""
    try:
        answer = HttpResponse(archive.web_view(token))
    except (BadLink, Gone) as error:
        raise Http404(_("The link isn't complete, or what it led to is gone.")) from error
    answer["X-Robots-Tag"] = "noindex"
    return answer


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Follow the archive by a feed reader (Atom)."""
    answer = HttpResponse(archive.feed(), content_type="application/atom+xml; charset=utf-8")
    # Not by time: what is cancelled or taken out of the archive leaves an older newest issue.
    set_response_etag(answer)
    return get_conditional_response(request, etag=answer["ETag"], response=answer) or answer
