"""The page of letters in doubt: by name, with what is known, and what to do about them. Only its POST does anything."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from newsletter import uncertain
from newsletter.admin.frame import MAILING, MAY_FOLLOW, MAY_STEER, OurPage
from newsletter.progress import thousands


class UncertainView(OurPage):
    """Letters in doubt over all mailings, a page at a time."""

    allowed: ClassVar[tuple[str, ...]] = MAY_FOLLOW
    page_title = gettext_lazy("Uncertain letters")
    template_name = "newsletter/admin/uncertain.html"
    header_icon = "help"

    def trail(self) -> list[dict[str, str]]:
        """Return the mailings."""
        return [{"url": reverse(MAILING + "list"), "label": _("Mailings")}]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of them."""
        after = request.GET.get("after")
        found = uncertain.in_doubt(_key(after) if after else None)
        may = request.user.has_perm(MAY_STEER)
        return self.render_to_response(self.get_context_data(doubts=found, may_steer=may, first=not after))


class DecideView(OurPage):
    """Send some of them again, or let them be; POST only."""

    allowed: ClassVar[tuple[str, ...]] = (MAY_STEER,)
    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, act: str) -> HttpResponse:
        """Do it for the one whose button was pressed, or for all that are ticked, and say for how many."""
        picked = request.POST.getlist("one") or request.POST.getlist("row")
        if not picked:
            messages.warning(request, _("Tick the people that you decide about first."))
            return _back(request)
        done, why = uncertain.decide(act, map(_key, picked), timezone.now(), request.user)
        if done:
            messages.success(request, _said(act, done))
        for reason in why:
            messages.error(request, reason)
        return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """Return to the mailing's page if it was asked there."""
    mailing = request.POST.get("mailing", "")
    return redirect(MAILING + "progress", int(mailing)) if mailing.isdecimal() else redirect(MAILING + "uncertain")


def _key(text: str) -> uncertain.Key:
    try:
        return uncertain.read_key(text)
    except ValueError as error:
        raise BadRequest("key") from error


def _said(act: str, count: int) -> str:
    if act == uncertain.SEND_AGAIN:
        words = ngettext("%(n)s letter will be sent again.", "%(n)s letters will be sent again.", count)
    else:
        words = ngettext("%(n)s letter is left as it is.", "%(n)s letters are left as they are.", count)
    return words % {"n": thousands(count)}


def urls() -> list[Any]:
    """Return the page's addresses, to stand among the mailings'."""
    acts = (uncertain.SEND_AGAIN, uncertain.LET_BE)
    decide = [path(f"uncertain/{act}/", DecideView.as_view(), {"act": act}, name=f"uncertain_{act}") for act in acts]
    return [path("uncertain/", UncertainView.as_view(), name="uncertain"), *decide]
