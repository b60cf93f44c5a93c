"""The public doors to "my data": ask for a link, read, take along, move to another address, be forgotten."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from cms.secrets import BadLink
from newsletter import choices, identity, limits, personal
from newsletter.views import TRAP, door, page
from newsletter.ways import Gone


@door(limits.LINK)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a link; the answer is the same whether the address is known or not."""
    context: dict[str, Any] = {"trap": TRAP, "address": request.POST.get("address", "")}
    if request.method != "POST":
        return page(request, "ask_for_link", **context)
    try:
        if not request.POST.get(TRAP):
            personal.ask_by_address(context["address"], timezone.now())
    except ValidationError as error:
        return page(request, "ask_for_link", status=422, problem=" ".join(error.messages), **context)
    return page(request, "ask_for_link", asked=True, **context)


@door(limits.PERSONAL)
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """See what is held, and change it; a link that is too old or used leads to a new one."""
    now = timezone.now()
    try:
        who = personal.visit(token, now)
        if request.method == "POST":
            return _act(request, who)
        if request.GET.get("format") == "json":
            return _file(personal.held(who))
    except (BadLink, Gone):
        return page(request, "link_gone", status=410)
    return _mine(request, who)


def _file(held: dict[str, Any]) -> HttpResponse:
    answer = JsonResponse(held, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = 'attachment; filename="mina-uppgifter.json"'
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _mine(request: HttpRequest, who: personal.Visit, *, status: int = 200, **context: Any) -> HttpResponse:
    choices_url = identity.preferences_url(who.member.pk)
    shown = {"member": who.member, "parts": personal.readable(who), "choices_url": choices_url}
    shown |= {"tracking": choices.tracking_wording(), "agreed": choices.has_agreed(who.member)}
    return page(request, "mine", status=status, **shown, **context)


def _act(request: HttpRequest, who: personal.Visit) -> HttpResponse:
    act, now = request.POST.get("act", ""), timezone.now()
    if act == "erase":
        return page(request, "erase", member=who.member)
    if act == "erase for good":
        personal.erase(who, now)
        return page(request, "erased")
    if act == "count me":
        choices.agree_to_tracking(who.member, now)
    if act == "count me not":
        choices.withdraw_from_tracking(who.member)
    if act == "address":
        address = request.POST.get("address", "")
        try:
            personal.ask_for_address(who, address, now)
        except ValidationError as error:
            return _mine(request, who, status=422, problem=" ".join(error.messages), new_address=address)
        return page(request, "new_address", asked=True, address=address)
    return _mine(request, who)


@door(limits.PERSONAL)
def new_address(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm a new address: the link mailed there shows a button, the button acts."""
    now = timezone.now()
    try:
        change = personal.new_address(token, now)
        if request.method == "POST":
            personal.confirm_address(change, now)
    except (BadLink, Gone):
        return page(request, "link_gone", status=410)
    return page(request, "new_address", address=change.address, done=request.method == "POST")
