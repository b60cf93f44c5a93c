"""The admin's pages for testing an issue, sending it, and following and steering a mailing. GET changes nothing."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets import AdminDateTimeInput

from newsletter import mailings
from newsletter.items import LetterError
from newsletter.mailings import CannotStart, WrongState
from newsletter.models import Issue, Mailing, MailingList
from newsletter.preflight import check, recipients
from newsletter.preview import sample, send_test
from newsletter.progress import progress, thousands

ISSUE, MAILING = "wagtailsnippets_newsletter_issue:", "wagtailsnippets_newsletter_mailing:"
MAY_SEND, MAY_STEER, MAY_SEE = "newsletter.add_mailing", "newsletter.change_mailing", "newsletter.view_mailing"


class OurPage(WagtailAdminTemplateMixin, View):
    """A page of ours inside Wagtail's frame; `allowed` names the permissions of which the user needs one."""

    allowed: ClassVar[tuple[str, ...]] = ()
    header_icon = "mail"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse whoever has none of `allowed`."""
        if not any(request.user.has_perm(permission) for permission in self.allowed):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        """Lead back to the list and to the thing itself."""
        own = {"url": "", "label": str(self.page_title), "sublabel": self.get_page_subtitle()}
        return [*super().get_breadcrumbs_items(), *self.trail(), own]

    def trail(self) -> list[dict[str, str]]:
        """Return the crumbs between the admin's home and this page."""
        return []


class IssuePage(OurPage):
    """A page about one issue."""

    allowed: ClassVar[tuple[str, ...]] = ("newsletter.change_issue", "newsletter.publish_issue", MAY_SEND)

    @cached_property
    def issue(self) -> Issue:
        """The issue as it was saved last, approved or not."""
        found = get_object_or_404(Issue, pk=self.kwargs["pk"])
        return found.get_latest_revision_as_object()  # type: ignore[no-any-return]

    def get_page_subtitle(self) -> str:
        """Return the subject."""
        return str(self.issue)

    def trail(self) -> list[dict[str, str]]:
        """Return issues, then this issue."""
        return [
            {"url": reverse(ISSUE + "list"), "label": _("Issues")},
            {"url": reverse(ISSUE + "edit", args=[self.issue.pk]), "label": str(self.issue)},
        ]


class TestView(IssuePage):
    """Sends the latest saved version to the editor alone; GET asks first."""

    page_title = gettext_lazy("Test")
    template_name = "newsletter/admin/test.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask."""
        return self.render_to_response(self.get_context_data(issue=self.issue, address=request.user.email))  # type: ignore[union-attr]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Lay the test in the postbox."""
        address = request.user.email  # type: ignore[union-attr]
        if not address:
            raise PermissionDenied
        try:
            send_test(self.issue, address, timezone.now())
        except (LetterError, ValidationError) as error:
            messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
        else:
            messages.success(request, _("The test is on its way to %(address)s.") % {"address": address})
        return redirect(ISSUE + "edit", pk)


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


class LetterView(IssuePage):
    """The bare mail, for the frame on the send page."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the letter or what stops it."""
        try:
            return HttpResponse(sample(self.issue, timezone.now()).html)
        except LetterError as error:
            return render(request, "newsletter/admin/preview_error.html", {"error": error})


class MailingPage(OurPage):
    """A page about one mailing."""

    allowed: ClassVar[tuple[str, ...]] = (MAY_SEE, MAY_STEER, MAY_SEND)

    @cached_property
    def mailing(self) -> Mailing:
        """The mailing."""
        return get_object_or_404(Mailing.objects.select_related("list", "issue", "started_by"), pk=self.kwargs["pk"])

    def trail(self) -> list[dict[str, str]]:
        """Return the mailings."""
        return [{"url": reverse(MAILING + "list"), "label": _("Mailings")}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the mailing, how far it has come, and whether the user may steer it."""
        far = progress(self.mailing, timezone.now())
        may = self.request.user.has_perm(MAY_STEER)  # type: ignore[union-attr]
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "mailing": self.mailing, "progress": far, "may_steer": may}


class ProgressView(MailingPage):
    """How a mailing goes."""

    template_name = "newsletter/admin/progress.html"

    @property
    def page_title(self) -> str:  # type: ignore[override]
        """The letter's subject."""
        return self.mailing.subject

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        return self.render_to_response(self.get_context_data())


class FragmentView(ProgressView):
    """The part of the progress page that changes by itself."""

    template_name = "newsletter/admin/progress_fragment.html"


def asked_for(request: HttpRequest) -> int:
    """Return the member that a decision is about. Raises BadRequest."""
    member = request.POST.get("member", "")
    if not member.isdecimal():
        raise BadRequest("member")
    return int(member)


class SteerView(MailingPage):
    """Pause, resume, cancel, and what to do with an uncertain row; POST only."""

    allowed: ClassVar[tuple[str, ...]] = (MAY_STEER,)
    http_method_names: ClassVar[list[str]] = ["post"]

    ACTS: ClassVar[dict[str, tuple[Callable[[Mailing, HttpRequest], None], Any]]] = {
        "pause": (lambda mailing, request: mailings.pause(mailing), gettext_lazy("The mailing is paused.")),
        "resume": (lambda mailing, request: mailings.resume(mailing, timezone.now()), gettext_lazy("The mailing goes on.")),
        "cancel": (lambda mailing, request: mailings.cancel(mailing, timezone.now()), gettext_lazy("The mailing is cancelled.")),
        "resend": (
            lambda mailing, request: mailings.resend(mailing, asked_for(request)),
            gettext_lazy("The letter will be sent again."),
        ),
        "leave": (
            lambda mailing, request: mailings.leave(mailing, asked_for(request), timezone.now()),
            gettext_lazy("The row is left as it is."),
        ),
    }

    def post(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Do it and go back to the progress page."""
        do, said = self.ACTS[act]
        try:
            do(self.mailing, request)
        except WrongState as error:
            messages.error(request, str(error))
        else:
            messages.success(request, said)
        return redirect(MAILING + "progress", pk)
