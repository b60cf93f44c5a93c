"""Imports of members: the file, how its columns are read, how far it has come, and what each row did (for undo)."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from newsletter.models.audience import MailingList
from newsletter.models.member import Member


def nothing() -> dict[str, Any]:
    """Return a new mapping (a default may not be shared)."""
    return {}


class MemberImport(models.Model):
    """One file of members on its way in; a worker does the work, slice by slice, under a lease."""

    UPLOADED, CHECKING, CHECKED, RUNNING, DONE = "uploaded", "checking", "checked", "running", "done"
    CANCELLED, FAILED, UNDOING, UNDONE = "cancelled", "failed", "undoing", "undone"
    STATES = [
        (UPLOADED, _("uploaded")),
        (CHECKING, _("being checked")),
        (CHECKED, _("checked")),
        (RUNNING, _("being imported")),
        (DONE, _("imported")),
        (CANCELLED, _("cancelled")),
        (FAILED, _("failed")),
        (UNDOING, _("being undone")),
        (UNDONE, _("undone")),
    ]

    filename = models.CharField(_("file"), max_length=200)
    # Kept in the database, not among the media: it holds personal data, and every worker must reach it.
    content = models.BinaryField(editable=False)
    list = models.ForeignKey(MailingList, verbose_name=_("list"), on_delete=models.PROTECT, related_name="imports")
    mapping = models.JSONField(default=nothing, editable=False)
    wording = models.TextField(
        _("why we may write to them"), blank=True, help_text=_("Kept as evidence with each new subscription.")
    )
    state = models.CharField(_("status"), max_length=12, choices=STATES, default=UPLOADED, db_index=True)
    rows = models.PositiveIntegerField(_("rows"), default=0, editable=False)
    position = models.PositiveIntegerField(default=0, editable=False)
    counts = models.JSONField(default=nothing, editable=False)
    why = models.CharField(_("what went wrong"), max_length=500, blank=True, default="", editable=False)
    lease_owner = models.CharField(max_length=80, blank=True, default="", editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.filename


class ImportedRow(models.Model):
    """What one row of the file would do (checked) or did (imported)."""

    NEW, CHANGED, UNCHANGED, REFUSED, STAYS_OUT = "new", "changed", "unchanged", "refused", "stays_out"
    ACTS = [
        (NEW, _("new")),
        (CHANGED, _("changed")),
        (UNCHANGED, _("unchanged")),
        (REFUSED, _("refused")),
        (STAYS_OUT, _("left earlier: stays out")),
    ]

    source = models.ForeignKey(MemberImport, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField(_("row"))
    act = models.CharField(_("what happens"), max_length=10, choices=ACTS)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")
    address = models.CharField(_("e-mail address"), max_length=254, blank=True, default="")
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    # What the row changed: {field: [before, after]}; "subscription" tells what the choice was before.
    changes = models.JSONField(default=nothing)
    done = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        constraints = [models.UniqueConstraint(fields=["source", "number"], name="one_line_per_row")]
        indexes = [models.Index(fields=["source", "act", "number"], name="lines_of_an_import")]

    def __str__(self) -> str:
        return f"{self.number}: {self.act}"
