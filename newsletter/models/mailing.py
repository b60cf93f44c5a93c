"""Mailing, Delivery, Batch: one sending of an issue, a ledger row per member, and the lease on some rows."""

from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from newsletter.models.audience import MailingList
from newsletter.models.issue import Issue
from newsletter.models.member import Member
from newsletter.models.tally import Rows


def no_posts() -> list[str]:
    """Return a new list (within Mailing the name `list` is a field)."""
    return []


class Mailing(models.Model):
    """One sending of an issue to a list; words frozen at the start, people when its time has come."""

    SCHEDULED, PREPARING, SENDING, PAUSED, SENT, CANCELLED, HELD = (
        "scheduled",
        "preparing",
        "sending",
        "paused",
        "sent",
        "cancelled",
        "held",
    )
    STATES = [
        (SCHEDULED, _("scheduled")),
        (PREPARING, _("preparing")),
        (SENDING, _("sending")),
        (PAUSED, _("paused")),
        (SENT, _("sent")),
        (CANCELLED, _("cancelled")),
        (HELD, _("held: should have started long ago")),
    ]

    issue = models.ForeignKey(Issue, verbose_name=_("issue"), on_delete=models.PROTECT, related_name="mailings")
    list = models.ForeignKey(MailingList, verbose_name=_("list"), on_delete=models.PROTECT, related_name="mailings")
    state = models.CharField(_("status"), max_length=12, choices=STATES, default=SCHEDULED, db_index=True)
    start_at = models.DateTimeField(_("starts"), default=timezone.now)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("started by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)
    why = models.CharField(_("why it stands still"), max_length=500, blank=True, editable=False)

    subject = models.CharField(_("subject"), max_length=200, editable=False)
    html = models.TextField(editable=False)
    text = models.TextField(editable=False)
    content_hash = models.CharField(max_length=64, editable=False)
    envelope = models.JSONField(default=dict, editable=False)
    posts = models.JSONField(default=no_posts, editable=False)
    # Who is meant, frozen as `newsletter.audience.definition` wrote it, and its hash.
    audience = models.JSONField(default=dict, editable=False)
    audience_key = models.CharField(max_length=64, default="", editable=False)
    approval = models.ForeignKey(
        "newsletter.Approval",
        verbose_name=_("approval"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    corrects = models.ForeignKey(
        "self", verbose_name=_("corrects"), null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    tracked = models.BooleanField(default=False, editable=False)
    # A letter says more of a post for members alone than its page does to others: it isn't for the archive.
    for_members = models.BooleanField(default=False, editable=False)

    # Everybody up to this member stands in the ledger; nothing is sent before `frozen_at` is set.
    frozen_to = models.BigIntegerField(default=0, editable=False)
    frozen_at = models.DateTimeField(_("audience complete"), null=True, editable=False)
    frozen_count = models.PositiveIntegerField(_("people"), default=0, editable=False)
    refused_in_a_row = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "list", "audience_key"],
                name="one_mailing_per_issue_and_audience",
                condition=~models.Q(state="cancelled"),
                violation_error_message=_("This issue has already been sent to this list, or is about to be."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} · {self.list}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the posts of a new mailing are written down one by one too."""
        new = self._state.adding
        with transaction.atomic():
            super().save(*args, **kwargs)
            if new:
                keys = dict.fromkeys(self.posts)
                MailedPost.objects.bulk_create(MailedPost(mailing=self, translation_key=key) for key in keys)


class MailedPost(models.Model):
    """A post in a mailing's frozen letter: a post's mailings are found by an index, not by reading all mailings."""

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="mailed_posts")
    translation_key = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["translation_key", "mailing"], name="a_post_once_a_mailing")]

    def __str__(self) -> str:
        return f"{self.mailing_id} · {self.translation_key}"


class Ledger(Rows):
    """The ledger's rows; those of the erased take no mail server's words any more: late answers name the address."""

    def update(self, **fields: Any) -> int:
        """Write `fields`."""
        return super().update(**_unsaid(fields))

    def update_only(self, **fields: Any) -> int:
        """Write `fields` and leave the tally to the caller."""
        return super().update_only(**_unsaid(fields))


def _unsaid(fields: dict[str, Any]) -> dict[str, Any]:
    if not fields.get("last_reply"):
        return fields
    blank = models.When(address="", then=models.Value(""))
    return fields | {"last_reply": models.Case(blank, default=models.Value(fields["last_reply"]))}


class Delivery(models.Model):
    """The ledger: one row per mailing and member. Nothing points at it, so that it can be partitioned."""

    WAITING, SENDING, DEFERRED, UNCERTAIN = "waiting", "sending", "deferred", "uncertain"
    ACCEPTED, BOUNCED, COMPLAINED, REFUSED = "accepted", "bounced", "complained", "refused"
    EXCLUDED, CANCELLED, LEFT = "excluded", "cancelled", "left"
    STATES = [
        (WAITING, _("waiting")),
        (SENDING, _("being sent")),
        (DEFERRED, _("tried, to be tried again")),
        (UNCERTAIN, _("uncertain")),
        (ACCEPTED, _("sent")),
        (BOUNCED, _("bounced")),
        (COMPLAINED, _("marked as spam")),
        (REFUSED, _("refused")),
        (EXCLUDED, _("left out")),
        (CANCELLED, _("cancelled")),
        (LEFT, _("left as it is")),
    ]
    OPEN = (WAITING, SENDING, DEFERRED, UNCERTAIN)

    pk = models.CompositePrimaryKey("mailing_id", "member_id")
    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=254)
    state = models.CharField(_("status"), max_length=12, choices=STATES, default=WAITING)
    reason = models.CharField(_("reason"), max_length=40, blank=True, default="")
    batch = models.BigIntegerField(null=True)
    relay = models.CharField(_("relay"), max_length=60, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    first_attempt_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True)
    settled_at = models.DateTimeField(_("settled"), null=True)
    provider_id = models.CharField(max_length=200, blank=True, default="")
    last_reply = models.CharField(_("latest answer"), max_length=500, blank=True, default="")

    objects = Ledger.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(fields=["mailing", "state", "next_attempt_at"], name="delivery_due"),
            models.Index(fields=["batch"], name="delivery_batch", condition=models.Q(batch__isnull=False)),
            models.Index(fields=["provider_id"], name="delivery_provider", condition=~models.Q(provider_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id}/{self.member_id} · {self.get_state_display()}"


class Batch(models.Model):
    """Some rows of a mailing in one worker's hands until `lease_until`."""

    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT, related_name="+")
    relay = models.CharField(max_length=60)
    owner = models.CharField(max_length=80)
    lease_until = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.pk} · {self.owner}"
