"""A mailing's figures in the admin: words, bars, the table behind them, and the same as a file."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy

from newsletter import statistics
from newsletter.admin.mailings import MailingPage, progress_url


class StatisticsView(MailingPage):
    """The figures of one mailing."""

    page_title = gettext_lazy("Statistics")
    template_name = "newsletter/admin/statistics.html"
    header_icon = "table"

    def get_page_subtitle(self) -> str:
        """Return the letter's subject."""
        return self.mailing.subject

    def trail(self) -> list[dict[str, str]]:
        """Return mailings, then this mailing."""
        return [*super().trail(), {"url": progress_url(self.mailing), "label": self.mailing.subject}]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show them."""
        return self.render_to_response({**self.get_context_data(), "found": statistics.of(self.mailing)})


class StatisticsFileView(MailingPage):
    """The same figures as a CSV file."""

    def get(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """Send the file."""
        lines = statistics.table(self.mailing, statistics.of(self.mailing))
        answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="utskick-{pk}.csv"'
        return answer


def urls() -> list[Any]:
    """Return the addresses below those of mailings."""
    return [
        path("statistics/<int:pk>/", StatisticsView.as_view(), name="statistics"),
        path("statistics/<int:pk>/csv/", StatisticsFileView.as_view(), name="statistics_file"),
    ]
