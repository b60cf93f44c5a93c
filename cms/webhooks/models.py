"""Endpoints, the rows that go to them, and what front ends were last told of each post."""

from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.outbox import Outgoing
from cms.secrets import LosableTextField, Lost
from cms.webhooks.events import LABELS


class HookEndpoint(models.Model):
    """A front end's address, what it wants to hear, and how it fares.

    Switched off it hears nothing and nothing is kept for it; paused, what happens waits for it.
    """

    wagtail_reference_index_ignore = True

    name = models.CharField(_("name"), max_length=100, unique=True)
    address = models.CharField(_("address"), max_length=1000)
    events = models.JSONField(_("what it is told of"), default=list)
    secret = LosableTextField(editable=False)
    # Signs as well until its time is up, so that a receiver can change over without missing anything.
    old_secret = LosableTextField(blank=True, default="", editable=False)
    old_secret_until = models.DateTimeField(null=True, editable=False)
    active = models.BooleanField(_("switched on"), default=True)
    # It is told of what happens from then on.
    active_since = models.DateTimeField(default=timezone.now, editable=False)
    paused_at = models.DateTimeField(null=True, editable=False)
    reason = models.TextField(blank=True, default="", editable=False)
    # No answer at all so many times in a row; nothing is tried before `quiet_until`.
    unreachable = models.PositiveIntegerField(default=0, editable=False)
    quiet_until = models.DateTimeField(null=True, editable=False)
    # Since when every attempt has failed.
    failing_since = models.DateTimeField(null=True, editable=False)
    last_success_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.CheckConstraint(condition=~models.Q(secret=""), name="hook_endpoint_has_a_secret"),
            models.CheckConstraint(
                condition=models.Q(old_secret="") | models.Q(old_secret_until__isnull=False), name="hook_old_secret_ends"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def lost(self) -> bool:
        """Whether the secret can't be read: its key is no longer among `FIELD_KEYS`."""
        return isinstance(self.secret, Lost)

    def secrets(self, now: datetime) -> list[str]:
        """Return the secrets that sign at `now`, the newest first."""
        old = self.old_secret if self.old_secret_until is not None and self.old_secret_until > now else ""
        return [secret for secret in (self.secret, old) if secret]


class HookDelivery(Outgoing):
    """One event on its way to one endpoint. It may arrive more than once, always with the same `hook_id`.

    `order_key` names what it is about: a later row of the same key waits until the earlier ones are settled.
    """

    wagtail_reference_index_ignore = True

    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    STATES = (
        (Outgoing.WAITING, _("waiting")),
        (Outgoing.SENDING, _("is being sent")),
        (DELIVERED, _("delivered")),
        (FAILED, _("failed")),
        (CANCELLED, _("cancelled")),
    )
    UNSETTLED = (Outgoing.WAITING, Outgoing.SENDING)

    endpoint = models.ForeignKey(HookEndpoint, on_delete=models.CASCADE, related_name="deliveries", editable=False)
    event = models.CharField(max_length=40, editable=False)
    hook_id = models.CharField(max_length=60, editable=False)
    order_key = models.CharField(max_length=80, editable=False)
    title = models.CharField(max_length=255, blank=True, default="", editable=False)
    # The very bytes that are signed, so that every attempt sends the same.
    body = models.TextField(editable=False)
    status = models.PositiveSmallIntegerField(null=True, editable=False)
    answer = models.TextField(blank=True, default="", editable=False)
    milliseconds = models.PositiveIntegerField(null=True, editable=False)
    # One entry per attempt: when, status, milliseconds, what went wrong; the latest ones.
    tries = models.JSONField(default=list, editable=False)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "hook_id"], name="an_event_once_an_endpoint"),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "sending", "delivered", "failed", "cancelled"]),
                name="hook_state_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "sending"]) | models.Q(settled_at__isnull=False),
                name="hook_settled_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["endpoint", "order_key", "id"], name="hook_order"),
            models.Index(fields=["order_key"], name="hook_of_a_post"),
            models.Index(
                fields=["endpoint", "next_attempt_at"],
                condition=models.Q(state__in=["waiting", "sending"]),
                name="hook_unsettled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} · {self.hook_id}"

    @property
    def event_words(self) -> str:
        """The event as an editor reads it."""
        return str(LABELS.get(self.event, self.event))

    @property
    def state_words(self) -> str:
        """The state as an editor reads it."""
        return str(dict(self.STATES)[self.state])


class HookedPost(models.Model):
    """What front ends were last told of a post: compared with the post as it stands, it shows what they don't know yet.

    The row outlives its post, so that a deletion can be told by whoever notices it.
    """

    wagtail_reference_index_ignore = True

    post = models.OneToOneField(
        "cms.Post", primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="hooked"
    )
    translation_key = models.UUIDField()
    kind = models.CharField(max_length=30)
    title = models.CharField(max_length=255)
    url_path = models.TextField()
    visible = models.BooleanField(default=False, db_index=True)
    published_at = models.DateTimeField()
    # Counts what was told of the post; it stands in every body, so that a receiver can leave out what is older.
    version = models.PositiveBigIntegerField(default=0)
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("what front ends know of a post")
        verbose_name_plural = _("what front ends know of posts")

    def __str__(self) -> str:
        return f"{self.post_id} · {self.version}"
