"""The public doors: subscribe, confirm, choose, leave, read. Nothing changes on GET or HEAD: scanners open every link."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cms.secrets import BadLink
from newsletter import members, signup
from newsletter.models import MailingList, SignUp, Subscription

View = Callable[..., HttpResponse]
ONE_CLICK = ("List-Unsubscribe", "One-Click")


def _signed(view: View) -> View:
    """A door behind a signed link: the link is the right to come in, so there is no cookie and no CSRF token."""

    @csrf_exempt
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def door(request: HttpRequest, token: str) -> HttpResponse:
        try:
            return view(request, token)
        except (BadLink, signup.Gone, SignUp.DoesNotExist) as error:
            raise Http404(_("The link isn't complete, or what it led to is gone.")) from error

    return door


def _page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    answer = render(request, f"newsletter/pages/{name}.html", context)
    # A page with a personal link must neither be indexed nor tell its address to others.
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@_signed
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Leave a list: a page with a button, and the one-click endpoint of RFC 8058 (2xx, never a redirect)."""
    member, mailing_list = signup.leaving(token)
    if request.method != "POST":
        return _page(request, "unsubscribe", list=mailing_list)
    one_click = request.POST.get(ONE_CLICK[0]) == ONE_CLICK[1]
    source = "one-click unsubscribe" if one_click else "unsubscribe page"
    members.unsubscribe(member.pk, mailing_list.pk, timezone.now(), source=source)
    if one_click:
        return HttpResponse("OK\n", content_type="text/plain")
    return _page(request, "unsubscribed", list=mailing_list)


@_signed
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """See and change the own choices."""
    member = signup.chooser(token)
    saved = request.method == "POST"
    if saved:
        for choice in signup.choices(member):
            wanted = str(choice.list.pk) in request.POST.getlist("list")
            state = Subscription.SUBSCRIBED if wanted else Subscription.UNSUBSCRIBED
            if wanted != choice.chosen:
                members.choose(
                    member.pk, choice.list.pk, state, timezone.now(), source="preferences page", wording=choice.list.name
                )
    return _page(request, "preferences", member=member, choices=signup.choices(member), saved=saved)


@_signed
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm a subscription (double opt-in): the mailed link shows a button, the button acts."""
    now = timezone.now()
    try:
        asked = members.asked_for(token, now)
    except members.TooOld as error:
        return _page(request, "confirm", problem=str(error))
    if request.method == "POST":
        members.confirm(asked, now)
        return _page(request, "confirm", asked=asked, done=True)
    return _page(request, "confirm", asked=asked)


@_signed
def web_view(request: HttpRequest, token: str) -> HttpResponse:
    """Read a mailing on the web, once it has started."""
    return HttpResponse(signup.web_view(token))


@require_http_methods(["GET", "HEAD", "POST"])
def newsletter(request: HttpRequest) -> HttpResponse:
    """Subscribe, and read what was sent."""
    context: dict[str, Any] = {"lists": signup.open_lists(), "archive": signup.archive()}
    if request.method == "POST":
        context |= _ask(request)
    answer: HttpResponse = render(
        request, "newsletter/pages/newsletter.html", context, status=422 if context.get("problem") else 200
    )
    return answer


def _ask(request: HttpRequest) -> dict[str, Any]:
    wanted = request.POST.get("list", "")
    mailing_list = get_object_or_404(MailingList, is_open=True, pk=int(wanted) if wanted.isdecimal() else 0)
    address, name = request.POST.get("address", ""), request.POST.get("name", "")
    wording = _("I want %(list)s by e-mail.") % {"list": mailing_list.name}
    try:
        members.ask_to_subscribe(address, name, mailing_list, timezone.now(), source=request.path, wording=wording)
    except ValidationError as error:
        return {"problem": " ".join(error.messages), "address": address, "name": name}
    return {"asked": True}
