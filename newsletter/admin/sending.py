"""The page before a send: what will happen, to how many. Only its POST starts anything."""

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminDateTimeInput

from newsletter import mailings
from newsletter.admin.frame import MAILING, MAY_SEND, IssuePage
from newsletter.mailings import CannotStart
from newsletter.models import Mailing, MailingList
from newsletter.preflight import check, recipients
from newsletter.progress import thousands


class SendForm(forms.Form):
    """To whom and when; times are Stockholm's."""

    NOW, LATER = "now", "later"

    mailing_list = forms.ModelChoiceField(
        MailingList.objects.all(), label=gettext_lazy("To"), empty_label=None, widget=forms.RadioSelect
    )
    when = forms.ChoiceField(
        choices=[(NOW, gettext_lazy("Now")), (LATER, gettext_lazy("At a time that I choose"))],
        initial=NOW,
        label=gettext_lazy("When"),
        widget=forms.RadioSelect,
    )
    at = forms.DateTimeField(required=False, label=gettext_lazy("Time"), widget=AdminDateTimeInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mailing_list"].label_from_instance = self.with_count  # type: ignore[attr-defined]

    @staticmethod
    def with_count(found: MailingList) -> str:
        """Return the list's name with how many would get the letter."""
        return _("%(list)s: %(n)s recipients") % {"list": found.name, "n": thousands(recipients(found))}

    def clean(self) -> dict[str, Any]:
        """Demand a future time where one is to be chosen."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("when") == self.LATER:
            if data.get("at") is None and "at" not in self.errors:
                self.add_error("at", _("Choose a day and a time."))
            elif data.get("at") and data["at"] <= timezone.now():
                self.add_error("at", _("That time has passed. Choose a later one, or send now."))
        return data


class SendView(IssuePage):
    """The page before a send: what will happen, to how many. Only its POST starts anything."""

    allowed: ClassVar[tuple[str, ...]] = (MAY_SEND,)
    page_title = gettext_lazy("Send")
    template_name = "newsletter/admin/send.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        return self.answer(SendForm(initial={"mailing_list": self.issue.mailing_list or MailingList.objects.first()}))

    def answer(self, form: SendForm) -> HttpResponse:
        """Show the form with what a look over the issue found."""
        found = {"issue": self.issue, "preflight": check(self.issue, timezone.now()), "mailings": self.earlier()}
        return self.render_to_response(self.get_context_data(form=form, **found))

    def earlier(self) -> list[Mailing]:
        """Return the issue's mailings so far."""
        return list(self.issue.mailings.select_related("list"))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Start the mailing, or say why not."""
        form = SendForm(request.POST)
        if not form.is_valid():
            return self.answer(form)
        now = timezone.now()
        at = form.cleaned_data["at"] if form.cleaned_data["when"] == SendForm.LATER else now
        try:
            mailing = mailings.start_mailing(self.issue, form.cleaned_data["mailing_list"], at, request.user, now=now)
        except CannotStart as error:
            form.add_error(None, str(error))
            return self.answer(form)
        return redirect(MAILING + "progress", mailing.pk)
