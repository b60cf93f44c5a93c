"""The public door “Bli medlem”."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from wagtail.views import serve

from cms.landing.standing import page_at
from newsletter import applications, limits
from newsletter.views import TRAP, door


@door(limits.MEMBERSHIP)
def become_member(request: HttpRequest) -> HttpResponse:
    """Show the form, or an editor's page at its address; take an application, with the same answer whoever has the address."""
    if request.method != "POST" and page_at(request.path):
        return serve(request, request.path.lstrip("/"))  # type: ignore[no-any-return]
    context: dict[str, Any] = {"trap": TRAP, "consent": applications.consent(), "regions": applications.regions(), "said": {}}
    if request.method != "POST":
        return _page(request, context)
    try:
        if not request.POST.get(TRAP):
            applications.apply(request.POST.dict(), timezone.now())
    except ValidationError as error:
        wrong = {name: " ".join(messages) for name, messages in error.message_dict.items()}
        return _page(request, context | {"wrong": wrong, "said": request.POST.dict()}, status=422)
    return _page(request, context | {"asked": True})


def _page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    answer: HttpResponse = render(request, "newsletter/pages/become_member.html", context, status=status)
    return answer
