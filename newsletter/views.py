"""The public doors: subscribe, confirm, choose, leave, answer. Nothing changes on GET or HEAD: scanners open every link."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cms.secrets import BadLink
from newsletter import archive, choices, limits, personal, signup, yearly
from newsletter.models import MailingList, SignUp, Subscription
from newsletter.ways import Gone

View = Callable[..., HttpResponse]
TRAP = signup.TRAP
ONE_CLICK = ("List-Unsubscribe", "One-Click")


def page(request: HttpRequest, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Return a page with a personal link: it must neither be indexed nor tell its address to others."""
    answer = render(request, f"newsletter/pages/{name}.html", context, status=status)
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def caller(request: HttpRequest) -> str:
    """Return whose request it is, for the limits."""
    return limits.caller_of(request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", ""))


def door(limit: str = "") -> Callable[[View], View]:
    """Make a public door: no cookie and no CSRF token (the link, or the mailed answer, is the right to come in).

    POST is limited by caller where `limit` names a door of `newsletter.limits`.
    """

    def wrap(view: View) -> View:
        @csrf_exempt
        @never_cache
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def wrapped(request: HttpRequest, **link: str) -> HttpResponse:
            try:
                if limit and request.method == "POST":
                    limits.let_in(limit, caller(request), timezone.now())
                return view(request, **link)
            except limits.TooMany as error:
                answer = page(request, "too_many", status=429)
                answer["Retry-After"] = str(int(error.wait.total_seconds()))
                return answer
            except (BadLink, Gone, SignUp.DoesNotExist) as error:
                raise Http404(_("The link isn't complete, or what it led to is gone.")) from error

        return wrapped

    return wrap


def _leave(request: HttpRequest, who: choices.Leaving) -> HttpResponse:
    """Leave a list: a page with a button, and the one-click endpoint of RFC 8058 (2xx, never a redirect)."""
    now = timezone.now()
    if request.method != "POST":
        return page(request, "unsubscribe", list=who.list, has_it=choices.has_it(who))
    act = request.POST.get("act")
    if act == "again":
        return page(request, "back", list=who.list, done=choices.regret(who, now))
    if act == "fewer":
        return page(request, "back", list=who.list, done=choices.prefer_fewer(who, now), fewer=True)
    one_click = request.POST.get(ONE_CLICK[0]) == ONE_CLICK[1]
    choices.leave(who, now, source="one-click unsubscribe" if one_click else "unsubscribe page")
    if one_click:
        return HttpResponse("OK\n", content_type="text/plain")
    return page(request, "unsubscribed", list=who.list, may_regret=choices.may_regret(who, now))


@door()
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Leave by the link in a mailing."""
    return _leave(request, choices.leaving_mailing(token))


@door()
def leave_list(request: HttpRequest, token: str) -> HttpResponse:
    """Leave by the link in a single mail, such as a welcome."""
    return _leave(request, choices.leaving_list(token))


@door(limits.PREFERENCES)
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """See and change the own choices; ask for a link to the own data, which goes to the address on file."""
    member, now = choices.chooser(token), timezone.now()
    act = request.POST.get("act") if request.method == "POST" else ""
    if act == "personal":
        personal.ask_by_member(member, now)
    elif request.method == "POST":
        _save(request, member, now)
    return page(
        request,
        "preferences",
        masked=choices.masked(member.address),
        choices=choices.choices(member),
        frequencies=Subscription.FREQUENCIES,
        silenced=choices.is_silenced(member),
        tracking=choices.tracking_wording() if choices.has_agreed(member) else "",
        mailed=act == "personal",
        saved=request.method == "POST" and act != "personal",
    )


def _save(request: HttpRequest, member: Any, now: Any) -> None:
    wanted = {int(key) for key in request.POST.getlist("list") if key.isdecimal()}
    named = {int(name[5:]): value for name, value in request.POST.items() if name.startswith("often") and name[5:].isdecimal()}
    choices.save_choices(member, wanted, named, now)
    if request.POST.get("tracking") != "yes":
        choices.withdraw_from_tracking(member)


@door(limits.SUBSCRIBE)
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm subscriptions (double opt-in): the mailed link shows a button, the button acts."""
    now = timezone.now()
    try:
        asked = signup.asked_for(token, now)
    except signup.TooOld as error:
        return page(request, "confirm", problem=str(error))
    if request.method != "POST":
        return page(request, "confirm", asked=asked, address=asked[0].address)
    won = signup.confirm(asked, now).won
    has = bool(won) or signup.has_all(asked)
    return page(request, "confirm", asked=asked, address=asked[0].address, done=has, again=not won, left=not has)


@door(limits.PREFERENCES)
def question(request: HttpRequest, token: str) -> HttpResponse:
    """Answer the yearly question: stay or leave; one-click leaves."""
    asked, now = yearly.asked(token), timezone.now()
    if request.method != "POST":
        return page(request, "question", asked=asked)
    one_click = request.POST.get(ONE_CLICK[0]) == ONE_CLICK[1]
    stays = request.POST.get("act") == "stay" and not one_click
    yearly.answer(asked, stays, now)
    if one_click:
        return HttpResponse("OK\n", content_type="text/plain")
    return page(request, "question", asked=asked, answered=True, stays=stays)


@door(limits.SUBSCRIBE)
def newsletter(request: HttpRequest) -> HttpResponse:
    """Subscribe, and read what was sent."""
    found = archive.shelf(request.GET.get("sida", ""))
    context: dict[str, Any] = {"lists": signup.open_lists(), "shelf": found, "consent": signup.consent(), "trap": TRAP}
    if request.method == "POST":
        context |= _ask(request, context["lists"])
    status = 422 if context.get("problem") else 200
    answer: HttpResponse = render(request, "newsletter/pages/newsletter.html", context, status=status)
    return answer


def _ask(request: HttpRequest, lists: list[MailingList]) -> dict[str, Any]:
    """Ask for what is ticked; return what the page says then, the same whoever has the address."""
    wanted = [found for found in lists if str(found.pk) in request.POST.getlist("list")]
    address, name = request.POST.get("address", ""), request.POST.get("name", "")
    filled = {"address": address, "name": name, "ticked": [found.pk for found in wanted]}
    if not wanted:
        return filled | {"problem": _("Tick at least one newsletter.")}
    if request.POST.get(TRAP):
        return {"asked": True}
    try:
        signup.ask_to_subscribe(address, name, wanted, timezone.now(), source=request.path)
    except ValidationError as error:
        return filled | {"problem": " ".join(error.messages), "wrong": "address"}
    return {"asked": True}
