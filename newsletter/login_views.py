"""The public doors by which members log in and out."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from cms.secrets import BadLink
from newsletter import choices, limits, login
from newsletter.views import TRAP, door, page
from newsletter.ways import Gone


@door(limits.LOGIN)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a link; the answer is the same whether the address is a member's or not."""
    now = timezone.now()
    leads_to = login.safe(request.POST.get("next", request.GET.get("next", "")))
    context: dict[str, Any] = {"trap": TRAP, "address": request.POST.get("address", ""), "leads_to": leads_to}
    if request.method != "POST":
        member = login.reader(request.COOKIES.get(login.COOKIE, ""), now)
        return page(request, "login", masked=choices.masked(member.address) if member else "", **context)
    try:
        if not request.POST.get(TRAP):
            login.ask(context["address"], leads_to, now)
    except ValidationError as error:
        return page(request, "login", status=422, problem=" ".join(error.messages), **context)
    return page(request, "login", asked=True, **context)


@door(limits.LOGIN)
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Log in: the mailed link shows a button, the button acts."""
    now = timezone.now()
    try:
        row = login.asked(token, now)
        if request.method != "POST":
            return page(request, "login_button")
        return _welcome(login.begin(row, now))
    except (BadLink, Gone):
        return page(request, "login_gone", status=410)


def _welcome(session: login.Session) -> HttpResponse:
    answer = HttpResponseRedirect(session.leads_to or "/")
    answer.set_cookie(
        login.COOKIE,
        session.secret,
        max_age=login.STAYS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


@door()
def leave(request: HttpRequest) -> HttpResponse:
    """Log out by a button; looking at the page changes nothing."""
    if request.method != "POST":
        return page(request, "login_left")
    login.end(request.COOKIES.get(login.COOKIE, ""), timezone.now())
    answer = page(request, "login_left", left=True)
    answer.delete_cookie(login.COOKIE, samesite="Lax")
    return answer
