"""Mailings in the admin: followed and steered, never edited. GET changes nothing."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.snippets.views.snippets import SnippetViewSet

from newsletter import mailings
from newsletter.admin.frame import MAILING, MAY_FOLLOW, MAY_STEER, LookedAtView, OurPage, may_call_back
from newsletter.mailings import WrongState
from newsletter.models import Mailing
from newsletter.progress import headline, progress


class MailingPage(OurPage):
    """A page about one mailing."""

    allowed = MAY_FOLLOW

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
        user: Any = self.request.user
        may = {"may_steer": user.has_perm(MAY_STEER), "may_undo": may_call_back(user, self.mailing)}
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "mailing": self.mailing, "progress": far, **may}


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


class SteerView(MailingPage):
    """Pause, resume, cancel; POST only."""

    allowed: ClassVar[tuple[str, ...]] = (MAY_STEER,)
    http_method_names: ClassVar[list[str]] = ["post"]

    ACTS: ClassVar[dict[str, tuple[Callable[[Mailing, HttpRequest], None], Any]]] = {
        "pause": (lambda mailing, request: mailings.pause(mailing, request.user), gettext_lazy("The mailing is paused.")),
        "resume": (
            lambda mailing, request: mailings.resume(mailing, timezone.now(), request.user),
            gettext_lazy("The mailing goes on."),
        ),
        "cancel": (
            lambda mailing, request: mailings.cancel(mailing, timezone.now(), request.user),
            gettext_lazy("The mailing is cancelled."),
        ),
    }

    def post(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Do it and go back to where it was asked for, else to the progress page."""
        do, said = self.ACTS[act]
        try:
            do(self.mailing, request)
        except WrongState as error:
            messages.error(request, str(error))
        else:
            messages.success(request, said)
        return redirect(get_valid_next_url_from_request(request) or progress_url(self.mailing))


def progress_url(mailing: Mailing) -> str:
    """Return where a mailing can be followed."""
    return reverse(MAILING + "progress", args=[mailing.pk])


class MailingIndexView(LookedAtView):
    """Mailings; each leads to its progress."""

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Count the rows of all mailings on the page at once."""
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        shown = list(context["object_list"])
        found = mailings.reports(shown)
        for mailing in shown:
            mailing.far = headline(mailing, found[mailing.pk])
        return context

    def get_edit_url(self, instance: Mailing) -> str:
        """Lead to the progress page: there is nothing to edit."""
        return progress_url(instance)


class HeadlineColumn(Column):
    """How far a mailing has come, in one line."""

    def get_value(self, instance: Mailing) -> str:
        """Return the line."""
        return str(getattr(instance, "far", "")) or headline(instance, mailings.report(instance, 0))


class MailingViewSet(SnippetViewSet):
    """Mailings, to be looked at and steered."""

    model = Mailing
    icon = "upload"
    menu_label = gettext_lazy("Mailings")
    list_display = [
        TitleColumn("subject", label=gettext_lazy("Subject"), get_url=progress_url),
        "list",
        HeadlineColumn("headline", label=gettext_lazy("Status")),
        "start_at",
    ]
    list_filter = ["state", "list"]
    ordering = ["-created_at"]
    copy_view_enabled = False
    index_view_class = MailingIndexView

    def get_urlpatterns(self) -> list[Any]:
        """Replace what Wagtail would write with, by progress and its buttons."""
        from newsletter.admin import statistics, uncertain
        from newsletter.admin.corrections import CorrectView

        kept = [found for found in super().get_urlpatterns() if found.name in ("list", "list_results")]
        own = [
            path("progress/<int:pk>/", ProgressView.as_view(), name="progress"),
            path("progress/<int:pk>/fragment/", FragmentView.as_view(), name="fragment"),
        ]
        own.append(path("progress/<int:pk>/correct/", CorrectView.as_view(), name="correct"))
        steer = SteerView.as_view()
        acts = [path(f"progress/<int:pk>/{act}/", steer, {"act": act}, name=act) for act in SteerView.ACTS]
        return [*kept, *own, *acts, *statistics.urls(), *uncertain.urls()]
