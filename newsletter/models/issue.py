"""Issue: what an editor composes. A snippet, not a page: approval publishes its words, never sends them."""

from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField, StreamField
from wagtail.models import DraftStateMixin, LockableMixin, PreviewableMixin, RevisionMixin, WorkflowMixin

from newsletter.blocks import IssueBlock
from newsletter.models.audience import MailingList
from newsletter.models.segment import Segment


class Issue(WorkflowMixin, DraftStateMixin, LockableMixin, RevisionMixin, PreviewableMixin, models.Model):
    """One newsletter. `live` means approved: only what is live may be sent."""

    subject = models.CharField(_("subject"), max_length=200)
    preheader = models.CharField(
        _("preheader"), max_length=200, blank=True, help_text=_("The line that mail programs show after the subject.")
    )
    number = models.PositiveIntegerField(_("number"), null=True, blank=True)
    issue_line = models.CharField(
        _("issue line"), max_length=100, blank=True, help_text=_("Shown beside the logo: “Nr 3 · mars 2026”.")
    )
    introduction = RichTextField(_("introduction"), blank=True, features=["bold", "italic", "link", "ol", "ul"])
    content = StreamField(IssueBlock(), verbose_name=_("content"), blank=True)
    mailing_list = models.ForeignKey(
        MailingList, verbose_name=_("list"), null=True, blank=True, on_delete=models.PROTECT, related_name="issues"
    )
    segment = models.ForeignKey(
        Segment,
        verbose_name=_("only to the segment"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Empty: everybody on the list."),
    )
    left_out = models.ForeignKey(
        Segment, verbose_name=_("but not to the segment"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    corrects = models.ForeignKey(
        "newsletter.Mailing",
        verbose_name=_("corrects"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="corrections",
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    _revisions: Any = GenericRelation("wagtailcore.Revision", related_query_name="issue")
    workflow_states: Any = GenericRelation(
        "wagtailcore.WorkflowState",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="issue",
        for_concrete_model=False,
    )

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("issue")
        verbose_name_plural = _("issues")

    def __str__(self) -> str:
        return self.subject

    @property
    def revisions(self) -> Any:
        """The revisions, as Wagtail asks for them."""
        return self._revisions

    def publish(self, revision: Any, user: Any = None, *args: Any, **kwargs: Any) -> None:
        """Publish a version, which approves it: all ways lead here (editor, workflow, schedule). Raises OwnWork."""
        from newsletter import approval

        approval.check_publish(self, user)
        super().publish(revision, user, *args, **kwargs)
        approval.note_publish(revision, user)

    @property
    def approved(self) -> bool:
        """Whether what stands in the row is approved and nothing newer waits for approval."""
        return self.live and not self.has_unpublished_changes

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """The ways in which the mail can be looked at."""
        from newsletter.preview import MODES

        return MODES

    @property
    def preview_sizes(self) -> list[dict[str, Any]]:
        """The sizes in which the mail can be looked at."""
        from newsletter.preview import SIZES

        return SIZES

    def serve_preview(self, request: HttpRequest, mode_name: str) -> Any:
        """Show the mail as it would be rendered now."""
        from newsletter.preview import preview_response

        return preview_response(self, request, mode_name)


class Approval(models.Model):
    """Somebody approved an issue: the letter as it was rendered then, and to whom. Rows are only ever added."""

    issue = models.ForeignKey(Issue, verbose_name=_("issue"), on_delete=models.CASCADE, related_name="approvals")
    # Of the rendered letter and of the audience's definition: what is sent must have both.
    letter_hash = models.CharField(max_length=64)
    audience_hash = models.CharField(max_length=64)
    # The version that was looked at, and the moment as of which its letter was rendered.
    revision = models.ForeignKey("wagtailcore.Revision", null=True, on_delete=models.SET_NULL, related_name="+")
    as_of = models.DateTimeField(null=True)
    # A fingerprint of each part, so that it can be said what has changed since.
    parts = models.JSONField(default=dict)
    at = models.DateTimeField(_("approved"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("approved by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")

    def __str__(self) -> str:
        return f"{self.issue} · {self.at:%Y-%m-%d %H:%M}"
