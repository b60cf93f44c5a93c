"""The page before a send: what will happen, to how many, and who approved it. Only its POSTs change anything."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminDateTimeInput

from newsletter import approval, audience, mailings, sendtime
from newsletter.admin.frame import ISSUE, MAILING, MAY_SEND, MAY_STEER, IssuePage, OurPage, may_call_back
from newsletter.approval import NotApproved, OwnWork
from newsletter.items import LetterError
from newsletter.mailings import CannotStart, WrongState
from newsletter.models import Issue, Mailing, MailingList
from newsletter.preflight import check
from newsletter.progress import thousands
from newsletter.segments import BadConditions, TooSlow

MAY_APPROVE = "newsletter.publish_issue"


class LocalTime(forms.DateTimeField):
    """A moment written in Swedish time; the words about a doubled hour are kept in `note`."""

    note = ""

    def to_python(self, value: Any) -> datetime | None:
        """Return the moment. Raises ValidationError for what is no time, or none that lies ahead."""
        if value in self.empty_values:
            return None
        try:
            found = parse_datetime(str(value).strip())
            if found is None or found.tzinfo is not None:
                raise ValidationError(_("Write the time as 2026-03-06 09:30."))
            moment, self.note = sendtime.stockholm(found, timezone.now())
        except ValueError as error:
            raise ValidationError(
                str(error) if isinstance(error, sendtime.BadTime) else _("Write the time as 2026-03-06 09:30.")
            ) from None
        return moment


class SendForm(forms.Form):
    """When, and to whom where the issue doesn't say; times are Stockholm's."""

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
    at = LocalTime(required=False, label=gettext_lazy("Time"), widget=AdminDateTimeInput)

    def __init__(self, issue: Issue, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.issue = issue
        if issue.mailing_list:
            del self.fields["mailing_list"]
        else:
            self.fields["mailing_list"].label_from_instance = lambda found: reached(issue, found)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Demand a time where one is to be chosen."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("when") == self.LATER:
            if data.get("at") is None and "at" not in self.errors:
                self.add_error("at", _("Choose a day and a time."))
        else:
            self.errors.pop("at", None)
        return data

    @property
    def chosen_list(self) -> MailingList:
        """The list to send to."""
        return self.issue.mailing_list or self.cleaned_data["mailing_list"]

    def chosen_time(self, now: datetime) -> datetime:
        """Return when the mailing leaves: “now” leaves time to regret."""
        return self.cleaned_data["at"] if self.cleaned_data["when"] == self.LATER else sendtime.regret_until(now)


def reached(issue: Issue, mailing_list: MailingList) -> str:
    """Return who would get the issue, in words with their number."""
    try:
        meant = audience.definition(mailing_list, issue.segment, issue.left_out, issue.corrects)
        number = thousands(audience.count(meant))
    except (BadConditions, TooSlow) as error:
        return f"{mailing_list}: {error}"
    return _("%(list)s: %(n)s recipients") % {"list": audience.in_words(meant), "n": number}


def _void(problem: Exception | None) -> list[Exception]:
    """Return the problem if it is that no approval covers what would be sent."""
    return [problem] if problem and isinstance(problem.__cause__, NotApproved | OwnWork) else []


class SendView(IssuePage):
    """The page before a send: what will happen, to how many. Only its POST starts anything."""

    allowed: ClassVar[tuple[str, ...]] = (MAY_SEND, MAY_APPROVE)
    page_title = gettext_lazy("Send")
    template_name = "newsletter/admin/send.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        return self.answer(SendForm(self.issue, initial={"mailing_list": MailingList.objects.first()}))

    def answer(self, form: SendForm, at: datetime | None = None, problem: Exception | None = None) -> HttpResponse:
        """Show the form with what a look over the issue found; `at`: when it was to leave, where that failed."""
        now = timezone.now()
        found = check(self.issue, now, at)
        stops = [one for one in found.stops if one.code != "approval"]
        unapproved = [one for one in found.stops if one.code == "approval"] or _void(problem)
        own = {
            "issue": self.issue,
            "preflight": found,
            "stops": stops,
            "unapproved": unapproved,
            "problem": problem,
            "at": at,
            "mailings": list(self.issue.mailings.select_related("list")),
            "approval": approval.latest(self.issue),
            "reached": reached(self.issue, self.issue.mailing_list) if self.issue.mailing_list else "",
            "may_send": self.request.user.has_perm(MAY_SEND),  # type: ignore[union-attr]
            "may_approve": self.request.user.has_perm(MAY_APPROVE),  # type: ignore[union-attr]
            "regret": sendtime.regret_until(now) - now,
        }
        if unapproved:
            own["letter"] = approval.shown(self.issue, at or now)
            own["own_work"] = approval.why_not(self.issue, self.request.user, now)
        return self.render_to_response(self.get_context_data(form=form, **own))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Start the mailing, or say why not."""
        if not request.user.has_perm(MAY_SEND):
            raise PermissionDenied
        form = SendForm(self.issue, request.POST)
        if not form.is_valid():
            return self.answer(form)
        now = timezone.now()
        at = form.chosen_time(now)
        try:
            mailing = mailings.start_mailing(self.issue, form.chosen_list, at, request.user, now=now)
        except CannotStart as error:
            return self.answer(form, at if form.cleaned_data["when"] == SendForm.LATER else None, error)
        if note := form.fields["at"].note:  # type: ignore[attr-defined]
            messages.info(request, note)
        return redirect(MAILING + "progress", mailing.pk)


class ApproveView(IssuePage):
    """“Approve what stands now”; POST only, of exactly the letter that was shown."""

    allowed: ClassVar[tuple[str, ...]] = (MAY_APPROVE,)
    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Approve, or say why not, and go back."""
        seen = request.POST.get("letter", "")
        try:
            if not seen:
                raise NotApproved(_("The letter has been changed while you looked at it. Look it over once more."))
            as_of = sendtime.named(request.POST.get("at", ""))
            approval.approve(self.issue, request.user, timezone.now(), as_of, seen=seen)
        except (NotApproved, OwnWork, LetterError, BadConditions, sendtime.BadTime) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The issue is approved as it stands now."))
        return redirect(ISSUE + "send", pk)


class CallBackView(OurPage):
    """“Undo”: call a mailing back whole while it hasn't left; for whoever started it, too; POST only."""

    allowed: ClassVar[tuple[str, ...]] = (MAY_STEER, MAY_SEND)
    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Call it back and lead to the issue, or say that it has begun."""
        mailing = get_object_or_404(Mailing, pk=pk)
        if not may_call_back(request.user, mailing):
            raise PermissionDenied
        try:
            mailings.call_back(mailing, timezone.now(), request.user)
        except WrongState as error:
            messages.error(request, str(error))
            return redirect(MAILING + "progress", pk)
        messages.success(request, _("The mailing is called back. Nobody has got the letter, and the issue can be sent again."))
        return redirect(ISSUE + "send", mailing.issue_id)


def urls() -> list[Any]:
    """Return the pages' addresses, within the issues'."""
    return [
        path("send/<int:pk>/", SendView.as_view(), name="send"),
        path("approve/<int:pk>/", ApproveView.as_view(), name="approve"),
        path("call-back/<int:pk>/", CallBackView.as_view(), name="call_back"),
    ]
