"""The tab's door: what the form has so far, as it would be announced."""

from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from social.composing import NotAnEditor, composed


@require_POST
def compose(request: HttpRequest) -> JsonResponse:
    """Answer with the suggestion and the preview for each channel."""
    try:
        return JsonResponse(composed(request.GET.get("path", ""), request.POST, request.user, timezone.now()))
    except NotAnEditor:
        raise Http404 from None
