"""The report "Sociala medier" in the admin, and the same as a file. Whoever may see the queue may see it."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from cms.keydates import STOCKHOLM
from social import report
from social.channels import aliases
from social.report import Choice

PER_PAGE = 50
QUARTER = timedelta(days=90)
WITHIN = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 30))]


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, validators=WITHIN, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class ChoiceForm(forms.Form):
    """Period, channel and content type; without a period, the last ninety days."""

    begin = _day(gettext_lazy("From and including"))
    end = _day(gettext_lazy("To and including"))
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Type"), required=False)

    def __init__(self, given: dict[str, str], today: date) -> None:
        usual = {"begin": str(today - QUARTER), "end": str(today)}
        super().__init__(usual | {name: text for name, text in given.items() if text})
        channels = [(alias, report.channel_label(alias)) for alias in aliases()]
        self.fields["channel"].choices = [("", _("All channels")), *channels]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", _("All types")), *report.kinds()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        found = self.cleaned_data
        if "begin" in found and "end" in found and found["end"] < found["begin"]:
            raise forms.ValidationError(_("The period ends before it begins."))
        return found


def _form(given: QueryDict) -> ChoiceForm:
    return ChoiceForm(given.dict(), timezone.now().astimezone(STOCKHOLM).date())


class SocialReport(WagtailAdminTemplateMixin, TemplateView):
    """Shows the report."""

    template_name = "social/admin/report.html"
    page_title = gettext_lazy("Social media")
    header_icon = "share"
    _show_breadcrumbs = True

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the form, and what it chooses."""
        form = _form(self.request.GET)
        found = _found(form, self.request.GET.get("p")) if form.is_valid() else {}
        return {**super().get_context_data(**kwargs), "form": form, **found}


def _found(form: ChoiceForm, number: str | None) -> dict[str, Any]:
    choice = Choice(**form.cleaned_data)
    page = Paginator(choice.table(), PER_PAGE).get_page(number)
    return {
        "page": page,
        "lines": report.lines(page.object_list),
        "totals": report.totals(choice) if page.paginator.count else [],
        "headings": report.headings(),
        "query": urlencode({name: value for name, value in form.cleaned_data.items() if value}),
    }


@require_GET
def report_file(request: HttpRequest) -> HttpResponseBase:
    """Send all that the form chooses as a CSV file; back to the form where it chooses nothing."""
    form = _form(request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('social_report')}?{request.GET.urlencode()}")
    choice = Choice(**form.cleaned_data)
    answer = StreamingHttpResponse(report.as_file(choice), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="sociala-medier-{choice.begin}--{choice.end}.csv"'
    return answer
