"""The page that begins a correction: to whom it would go, and the button that makes its draft."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newsletter import corrections
from newsletter.admin.frame import ISSUE, MAILING
from newsletter.admin.mailings import MailingPage
from newsletter.models import Delivery, Issue
from newsletter.segments import TooSlow


class CorrectView(MailingPage):
    """GET tells to how many the correction goes; POST makes the draft."""

    allowed: ClassVar[tuple[str, ...]] = ("newsletter.add_issue",)
    page_title = gettext_lazy("Send a correction")
    template_name = "newsletter/admin/correct.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show whom it would reach, or why there can be none."""
        reason = corrections.why_not(self.mailing)
        context = {"reason": reason, "earlier": self.earlier(), "later": self.later()}
        return self.render_to_response(self.get_context_data(**context, **self.counted(reason)))

    def counted(self, reason: str) -> dict[str, Any]:
        """Return how many it would reach, if they can be counted."""
        if reason:
            return {}
        try:
            return {"count": corrections.count(self.mailing)}
        except TooSlow as error:
            return {"slow": error}

    def earlier(self) -> list[Issue]:
        """Return the corrections that were begun before."""
        return list(Issue.objects.filter(corrects=self.mailing).order_by("pk"))

    def later(self) -> int:
        """Return how many the letter is still being tried for."""
        return Delivery.objects.filter(mailing_id=self.mailing.pk, state=Delivery.DEFERRED).count()

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make the draft and open it."""
        try:
            issue = corrections.draft(self.mailing, request.user)
        except corrections.CannotCorrect as error:
            messages.error(request, str(error))
            return redirect(MAILING + "progress", pk)
        messages.success(request, _("The draft of the correction is ready to be written. Nothing has been sent."))
        return redirect(ISSUE + "edit", issue.pk)
