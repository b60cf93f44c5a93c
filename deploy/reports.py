"""The admin report "Utskick och jobb": who is alive, what waits, which jobs ran."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from deploy import figures, heartbeats, scheduler
from deploy.models import Heartbeat, JobRun

PERMISSION = "deploy.view_jobrun"


class JobsReport(WagtailAdminTemplateMixin, TemplateView):
    """Shows the report to whoever may see job runs."""

    template_name = "admin/jobs.html"
    page_title = _("Mailings and jobs")
    header_icon = "time"
    _show_breadcrumbs = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Refuse whoever lacks the permission."""
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the report shows."""
        return {**super().get_context_data(**kwargs), **report(timezone.now())}


def report(now: datetime) -> dict[str, Any]:
    """Return all that the report shows, as it stands at `now`."""
    kinds = dict(Heartbeat.KINDS)
    beats = [(beat, beat.at > now - heartbeats.FRESH) for beat in Heartbeat.objects.all()]
    late = now - figures.PATIENCE
    plan = scheduler.plan(now)
    labels = {name: label for name, label, _at in plan}
    failures = JobRun.objects.exclude(error="")[:20]
    return {
        "beats": beats,
        "missing": [kinds[kind] for kind in heartbeats.missing(now)],
        "queues": [(queue, queue.oldest_due is not None and queue.oldest_due < late) for queue in figures.queues(now)],
        "jobs": [(label, at, JobRun.objects.filter(job=name).first()) for name, label, at in plan],
        "failures": [(labels.get(run.job, run.job), run) for run in failures],
    }
