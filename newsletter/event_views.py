"""The address where mail providers tell of events: `/mail/events/<provider>/`."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from newsletter import events

STATUS: dict[type[Exception], int] = {events.Unknown: 404, events.Forbidden: 403, events.Unreadable: 400}


@csrf_exempt
def provider_events(request: HttpRequest, provider: str) -> HttpResponse:
    """Take in events; 405, 413, 403, 404 and 400 say what was wrong. Whoever gets no 200 asks again later."""
    if request.method == "HEAD":
        # Some providers look whether the address answers at all.
        return HttpResponse()
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST", "HEAD"])
    length = str(request.META.get("CONTENT_LENGTH") or 0)
    if not length.isdigit() or int(length) > events.LARGEST:
        return HttpResponse(status=413)
    try:
        found = events.read_events(provider, request)
    except (events.Unknown, events.Forbidden, events.Unreadable) as error:
        return HttpResponse(status=STATUS[type(error)])
    events.take_events(found, timezone.now())
    return HttpResponse()
