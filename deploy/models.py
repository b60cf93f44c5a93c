"""What the house remembers of its own running: who is alive, and which jobs ran."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobRun(models.Model):
    """One run of a job of the timetable; `due` is the moment for which it ran, so each runs once."""

    RUNNING, DONE, FAILED = "running", "done", "failed"
    STATES = [(RUNNING, _("Running")), (DONE, _("Done")), (FAILED, _("Failed"))]

    job = models.CharField(_("job"), max_length=100)
    due = models.DateTimeField(_("due"))
    state = models.CharField(_("status"), max_length=10, choices=STATES, default=RUNNING)
    started = models.DateTimeField(_("begun"))
    finished = models.DateTimeField(_("finished"), null=True, blank=True)
    error = models.TextField(_("latest error"), blank=True, default="")

    class Meta:
        ordering = ["-due", "job"]
        verbose_name = _("job run")
        verbose_name_plural = _("job runs")
        constraints = [models.UniqueConstraint(fields=["job", "due"], name="one_run_per_due_time")]
        indexes = [models.Index(fields=["started"])]

    def __str__(self) -> str:
        return f"{self.job} {self.due:%Y-%m-%d %H:%M}: {self.get_state_display()}"


class Heartbeat(models.Model):
    """The last sign of life of one process."""

    SCHEDULER, WORKER = "scheduler", "worker"
    KINDS = [(SCHEDULER, _("Scheduler")), (WORKER, _("Worker"))]

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=KINDS)
    at = models.DateTimeField(_("latest sign of life"))

    class Meta:
        ordering = ["kind", "name"]
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")

    def __str__(self) -> str:
        return self.name
