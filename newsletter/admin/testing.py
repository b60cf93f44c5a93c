"""Looking before sending: the bare mail, whom it is shown as, and tests by mail. GET changes nothing."""

from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.utils.decorators import xframe_options_sameorigin_override

from newsletter import sendtime
from newsletter.admin.frame import ISSUE, IssuePage, OurPage
from newsletter.items import LetterError
from newsletter.models import Member
from newsletter.preview import CHOSEN, chosen, sample, send_test, test_group

SHOWN = 10


class TestView(IssuePage):
    """Sends the latest saved version to the editor or the test group; GET asks first."""

    page_title = gettext_lazy("Test")
    template_name = "newsletter/admin/test.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask."""
        own = {"issue": self.issue, "address": request.user.email, "group": test_group(), "member": chosen(request)}  # type: ignore[union-attr]
        return self.render_to_response(self.get_context_data(**own))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Lay the tests in the postbox, and say to whom they go."""
        to_group = request.POST.get("to") == "group"
        addresses = [*test_group().to, *test_group().bad] if to_group else [request.user.email]  # type: ignore[union-attr]
        member = chosen(request) if request.POST.get("as_member") else None
        try:
            tested = send_test(self.issue, addresses, timezone.now(), member=member, user=request.user)
        except LetterError as error:
            messages.error(request, str(error))
            return redirect(ISSUE + "edit", pk)
        if tested.to:
            words = _("The test is on its way to %(address)s.")
            messages.success(request, words % {"address": ", ".join(tested.to)})
        if tested.bad:
            words = _("These are no e-mail addresses, so nothing went there: %(lines)s")
            messages.warning(request, words % {"lines": ", ".join(line or "–" for line in tested.bad)})
        return redirect(ISSUE + "edit", pk)


@method_decorator(xframe_options_sameorigin_override, name="dispatch")
class LetterView(IssuePage):
    """The bare mail, for the frame on the send page."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the letter, as it would be at another time where one is asked for, or what stops it."""
        try:
            at = sendtime.named(request.GET.get("at", ""))
            return HttpResponse(sample(self.issue, at or timezone.now()).html)
        except (LetterError, ValueError) as error:
            return render(request, "newsletter/admin/preview_error.html", {"error": error})


@method_decorator(xframe_options_sameorigin_override, name="dispatch")
class AsMemberView(OurPage):
    """Inside the preview: find the member to look at the letter as."""

    allowed: ClassVar[tuple[str, ...]] = ("newsletter.view_member", "newsletter.change_member")

    def back(self) -> str:
        """Return the preview's address."""
        key = self.kwargs.get("pk")
        found = reverse(ISSUE + "preview_on_edit", args=[key]) if key else reverse(ISSUE + "preview_on_add")
        return f"{found}?mode=member&in_preview_panel=true"

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Show who answers to the name or address that was written."""
        query = " ".join(request.GET.get("q", "").split())
        members = Member.objects.none()
        if query:
            meant = Q(name__icontains=query) | Q(address__icontains=query)
            members = Member.objects.filter(meant).exclude(status=Member.ERASED)
        own = {"members": members[:SHOWN], "query": query, "back": self.back()}
        return render(request, "newsletter/admin/members_found.html", own)

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Remember the choice for this log-in, and go back to the letter."""
        key = request.POST.get("member", "")
        member = get_object_or_404(Member.objects.exclude(status=Member.ERASED), pk=int(key) if key.isdecimal() else 0)
        request.session[CHOSEN] = member.pk
        return redirect(self.back())


def urls() -> list[Any]:
    """Return the pages' addresses, within the issues'."""
    return [
        path("test/<int:pk>/", TestView.as_view(), name="test"),
        path("letter/<int:pk>/", LetterView.as_view(), name="letter"),
        path("as-member/", AsMemberView.as_view(), name="as_member"),
        path("as-member/<int:pk>/", AsMemberView.as_view(), name="as_member"),
    ]
