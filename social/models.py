"""Announcements (one row per post, channel and occasion) and the state of each channel."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cms.outbox import Outgoing
from cms.secrets import LosableTextField, Lost

FIRST = "first"
AGAIN = "again:"
REMINDER = "reminder:"


class Announcement(Outgoing):
    """One post on one channel on one occasion: the row that the editor looks at and the worker reads.

    `wire` is the exact body of a create whose outcome isn't settled, committed before it is sent: a row
    in `sending` without it has sent nothing. Texts are plain; escaping happens in the channel alone.
    """

    PUBLISHED = "published"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NEEDS_CHECK = "needs_check"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    MANUAL = "manual"
    REMOVED = "removed"
    STATES = (
        (Outgoing.WAITING, _("waiting")),
        (Outgoing.SENDING, _("is being sent")),
        (PUBLISHED, _("published")),
        (REFUSED, _("refused")),
        (UNKNOWN, _("unknown outcome, being looked up")),
        (NEEDS_CHECK, _("needs your check")),
        (SKIPPED, _("skipped")),
        (CANCELLED, _("cancelled")),
        (MANUAL, _("to be posted by hand")),
        (REMOVED, _("taken away")),
    )
    UNSETTLED = (Outgoing.WAITING, Outgoing.SENDING, UNKNOWN)

    post = models.ForeignKey(
        "cms.Post", verbose_name=_("post"), null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    translation_key = models.UUIDField(editable=False)
    post_title = models.CharField(_("post"), max_length=255, blank=True, default="", editable=False)
    channel = models.CharField(_("channel"), max_length=40, editable=False)
    occasion = models.CharField(_("occasion"), max_length=80, editable=False)

    # When the post's own fields ask for it; an editor may have moved `next_attempt_at` since.
    planned_at = models.DateTimeField(null=True, editable=False)
    by_hand = models.BooleanField(_("asked for by an editor"), default=False, editable=False)
    own_text = models.TextField(_("text of its own"), blank=True, default="")
    text = models.TextField(_("text as sent"), blank=True, default="", editable=False)
    title = models.CharField(_("the card's title"), max_length=400, blank=True, default="", editable=False)
    description = models.TextField(_("the card's text"), blank=True, default="", editable=False)
    link = models.CharField(_("link"), max_length=2000, blank=True, default="", editable=False)

    picture_id = models.BigIntegerField(null=True, editable=False)
    alt = models.TextField(_("the picture's alt text"), blank=True, default="", editable=False)
    picture_ref = models.CharField(max_length=200, blank=True, default="", editable=False)
    picture_looks = models.PositiveSmallIntegerField(default=0, editable=False)
    picture_note = models.CharField(_("about the picture"), max_length=300, blank=True, default="", editable=False)

    wire = models.TextField(blank=True, default="", editable=False)
    creates = models.PositiveSmallIntegerField(default=0, editable=False)
    looks = models.PositiveSmallIntegerField(_("looks"), default=0, editable=False)
    duplicate_of = models.CharField(max_length=200, blank=True, default="", editable=False)
    last_status = models.PositiveSmallIntegerField(null=True, editable=False)
    last_request = models.CharField(max_length=200, blank=True, default="", editable=False)

    remote_id = models.CharField(max_length=200, blank=True, default="", editable=False)
    remote_url = models.CharField(_("address"), max_length=500, blank=True, default="", editable=False)
    figures_due_at = models.DateTimeField(null=True, db_index=True, editable=False)

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["translation_key", "channel", "occasion"], name="announce_once"),
            models.UniqueConstraint(
                fields=["channel", "remote_id"], condition=~models.Q(remote_id=""), name="one_row_per_remote_post"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "waiting", "sending", "published", "refused", "unknown", "needs_check", "skipped", "cancelled", "manual",
                        "removed",
                    ]
                ),
                name="announcement_state_is_known",
            ),
            models.CheckConstraint(condition=~models.Q(state="waiting") | models.Q(wire=""), name="waiting_has_sent_nothing"),
            models.CheckConstraint(
                condition=~models.Q(state="unknown") | ~models.Q(wire="") & models.Q(sending_since__isnull=False),
                name="unknown_has_a_body_to_look_for",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="published") | ~models.Q(remote_url=""), name="published_has_an_address"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="announcement_due")]

    def __str__(self) -> str:
        return f"{self.post_title} · {self.channel} · {self.occasion}"

    @property
    def key(self) -> str:
        """What is this announcement's own, however often it is tried."""
        return f"{self.translation_key}:{self.channel}:{self.occasion}"

    @property
    def state_words(self) -> str:
        """The state as an editor reads it."""
        return str(dict(self.STATES)[self.state])


class Change(Outgoing):
    """A change to a post that is out: a new text, or its removal. Both may be repeated, so an unknown outcome is tried again."""

    UPDATE = "update"
    DELETE = "delete"
    KINDS = ((UPDATE, _("new text")), (DELETE, _("removal")))
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    STATES = (
        (Outgoing.WAITING, _("waiting")),
        (Outgoing.SENDING, _("is being sent")),
        (DONE, _("done")),
        (FAILED, _("failed")),
        (CANCELLED, _("cancelled")),
    )

    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="changes", editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS, editable=False)
    text = models.TextField(_("text"), blank=True, default="", editable=False)
    # An editor's own words for this row, which later edits of the post leave alone; else the text is the post's.
    by_hand = models.BooleanField(_("asked for by an editor"), default=False, editable=False)

    class Meta:
        verbose_name = _("change to a post")
        verbose_name_plural = _("changes to posts")
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["announcement"], condition=models.Q(state="waiting"), name="one_change_waits"
            ),
            models.UniqueConstraint(
                fields=["announcement"], condition=models.Q(state="sending"), name="one_change_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "sending", "done", "failed", "cancelled"]),
                name="change_state_is_known",
            ),
            models.CheckConstraint(condition=models.Q(kind__in=["update", "delete"]), name="change_kind_is_known"),
        ]
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="change_due")]

    def __str__(self) -> str:
        return f"{self.announcement_id} · {self.kind} · {self.state}"


class Figure(models.Model):
    """What a network counted of one post at one time; None where the network doesn't count it."""

    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="figures", editable=False)
    taken_at = models.DateTimeField(_("counted"))
    impressions = models.PositiveBigIntegerField(_("impressions"), null=True)
    clicks = models.PositiveBigIntegerField(_("clicks"), null=True)
    reactions = models.PositiveBigIntegerField(_("reactions"), null=True)
    comments = models.PositiveBigIntegerField(_("comments"), null=True)
    shares = models.PositiveBigIntegerField(_("shares"), null=True)

    class Meta:
        verbose_name = _("figures")
        verbose_name_plural = _("figures")
        ordering = ["taken_at"]
        constraints = [models.UniqueConstraint(fields=["announcement", "taken_at"], name="figures_once_a_moment")]

    def __str__(self) -> str:
        return f"{self.announcement_id} · {self.taken_at:%F %R}"


class ChannelState(models.Model):
    """A channel as it is connected: account, tokens (encrypted), since when it announces, why it pauses."""

    channel = models.CharField(_("channel"), max_length=40, unique=True, editable=False)
    active_since = models.DateTimeField(_("announces what is published since"), null=True)
    paused_reason = models.TextField(_("why it pauses"), blank=True, default="")
    # Somebody's own pause outlives a new connection; one that a failure made does not.
    paused_by_hand = models.BooleanField(default=False, editable=False)
    quiet_until = models.DateTimeField(_("asked to wait until"), null=True)
    throttled = models.PositiveSmallIntegerField(default=0)
    # The keys of the troubles that were mailed and still last, one a line.
    told = models.TextField(blank=True, default="", editable=False)

    access_token = LosableTextField(blank=True, default="")
    refresh_token = LosableTextField(blank=True, default="")
    expires_at = models.DateTimeField(_("token expires"), null=True)
    refresh_expires_at = models.DateTimeField(_("renewal ends"), null=True)
    scope = models.CharField(_("granted rights"), max_length=500, blank=True, default="")
    organization = models.CharField(_("page"), max_length=200, blank=True, default="")
    organization_name = models.CharField(_("the page's name"), max_length=200, blank=True, default="")
    role = models.CharField(_("role"), max_length=60, blank=True, default="")
    account = models.CharField(_("account"), max_length=200, blank=True, default="")
    # When the network was last asked whether the connection still holds.
    looked_at = models.DateTimeField(_("looked over"), null=True)
    # When it is to be asked again, None: as soon as may be; and why the latest question got no answer.
    look_due_at = models.DateTimeField(null=True, editable=False)
    look_note = models.TextField(blank=True, default="", editable=False)
    connected_at = models.DateTimeField(_("connected"), null=True)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")

    def __str__(self) -> str:
        return self.channel

    @classmethod
    def of(cls, channel: str) -> Self:
        """Return the state of `channel`, an unsaved and unconnected one where none is stored."""
        return cls.objects.filter(channel=channel).first() or cls(channel=channel)

    @property
    def connected(self) -> bool:
        """Whether posts can be made through the network's own API; also while the key to it is lost, so that they wait."""
        return bool((self.access_token or self.lost) and self.organization)

    @property
    def lost(self) -> bool:
        """Whether the token can't be read: its key is no longer among `FIELD_KEYS`."""
        return isinstance(self.access_token, Lost)

    @property
    def scopes(self) -> list[str]:
        """The granted scopes; LinkedIn separates them by spaces or by commas."""
        return sorted(set(self.scope.replace(",", " ").split()))

    @property
    def ends_at(self) -> datetime | None:
        """When somebody has to connect anew at the latest, None where that isn't known."""
        return self.refresh_expires_at if self.refresh_token and self.refresh_expires_at else self.expires_at

    def days_left(self, now: datetime) -> int | None:
        """Return how many whole days the connection still lives, None where that isn't known."""
        return max((self.ends_at - now).days, 0) if self.ends_at else None


class OAuthState(models.Model):
    """A state handed to the network when connecting: single use, bound to one session, ten minutes."""

    channel = models.CharField(max_length=40)
    digest = models.CharField(max_length=64, unique=True)
    session = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("connection attempt")
        verbose_name_plural = _("connection attempts")

    def __str__(self) -> str:
        return f"{self.channel} {self.expires_at:%F %R}"

    @classmethod
    def use(cls, channel: str, digest: str, session: str, now: datetime) -> bool:
        """Take the state away; False where it is unknown, used, too old or another session's."""
        found: Any = cls.objects.filter(channel=channel, digest=digest, session=session, expires_at__gt=now)
        return bool(found.delete()[0])
