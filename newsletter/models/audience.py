"""Who gets what, and why we may send it: lists, subscriptions with their evidence, suppressions."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField

from newsletter.addresses import hash_of
from newsletter.models.member import Member


class MailingList(models.Model):
    """A list that an issue is sent to."""

    NEVER, WEEKLY, MONTHLY = "never", "weekly", "monthly"
    DIGESTS = [(NEVER, _("never")), (WEEKLY, _("every week")), (MONTHLY, _("every month"))]
    BASES = [("membership", _("membership")), ("consent", _("consent"))]

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("short name"), unique=True)
    description = models.TextField(_("description"), blank=True, help_text=_("Shown where people subscribe."))
    sender_name = models.CharField(_("sender's name"), max_length=100, blank=True, help_text=_("Empty: the association's."))
    reply_to = models.EmailField(_("reply address"), blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=20, choices=BASES, default="consent")
    is_open = models.BooleanField(_("anybody may subscribe"), default=False)
    welcome_subject = models.CharField(
        _("welcome mail: subject"), max_length=200, blank=True, help_text=_("Empty: newcomers get no welcome mail.")
    )
    welcome_text = RichTextField(_("welcome mail: text"), blank=True, features=["bold", "italic", "link", "ol", "ul"])
    digest = models.CharField(_("digest of new posts"), max_length=10, choices=DIGESTS, default=NEVER)
    digest_day = models.PositiveSmallIntegerField(
        _("day of the digest"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(28)],
        help_text=_("Weekly: 1 is Monday. Monthly: the day of the month, 1–28."),
    )
    digest_hour = models.PositiveSmallIntegerField(
        _("hour of the digest"), default=8, validators=[MinValueValidator(3), MaxValueValidator(23)]
    )
    digest_sends = models.BooleanField(
        _("send the digest by itself"),
        default=False,
        help_text=_("Otherwise it is made as a draft, for somebody to look over and approve."),
    )
    asks_yearly = models.BooleanField(
        _("ask once a year whether people still want it"),
        default=False,
        help_text=_("Whoever hasn't answered within a month stands on the clean-up list; nobody is removed by itself."),
    )
    in_archive = models.BooleanField(_("shown in the archive on the web"), default=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("mailing list")
        verbose_name_plural = _("mailing lists")

    def __str__(self) -> str:
        return self.name


class Evidence(models.Model):
    """Where a choice came from: which page or file, when, and the exact words that were agreed to."""

    SUBSCRIBED, UNSUBSCRIBED = "subscribed", "unsubscribed"
    STATES = [(SUBSCRIBED, _("subscribed")), (UNSUBSCRIBED, _("unsubscribed"))]

    state = models.CharField(_("status"), max_length=20, choices=STATES, default=SUBSCRIBED)
    since = models.DateTimeField(_("since"), default=timezone.now)
    source = models.CharField(_("source"), max_length=200, blank=True)
    wording = models.TextField(_("wording"), blank=True)

    class Meta:
        abstract = True


class Subscription(Evidence):
    """A member's present choice about a list; `newsletter.members` writes it together with its history."""

    EVERY, SELDOM = "every", "monthly"
    FREQUENCIES = [(EVERY, _("every issue")), (SELDOM, _("at most one a month"))]

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="subscriptions", verbose_name=_("member"))
    list = models.ForeignKey(MailingList, on_delete=models.PROTECT, related_name="subscriptions", verbose_name=_("list"))
    frequency = models.CharField(_("how often"), max_length=10, choices=FREQUENCIES, default=EVERY)
    # The newest sign of life besides `since`: answered the yearly question, or saved the own choices.
    heard_at = models.DateTimeField(_("heard of"), null=True, editable=False)
    welcomed_at = models.DateTimeField(_("welcomed"), null=True, editable=False)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [models.UniqueConstraint(fields=["member", "list"], name="one_subscription_each")]
        # The freeze walks a list's subscribers by member.
        indexes = [models.Index(fields=["list", "state", "member"], name="subscribers_of_a_list")]

    def __str__(self) -> str:
        return f"{self.member} · {self.list}"


class SubscriptionChange(Evidence):
    """A choice that was made at some time; rows are only ever added."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="changes", verbose_name=_("member"))
    list = models.ForeignKey(MailingList, on_delete=models.PROTECT, related_name="changes", verbose_name=_("list"))
    # Through whose link it was made, for the mailing's figures.
    mailing = models.ForeignKey(
        "newsletter.Mailing", verbose_name=_("mailing"), null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    class Meta:
        ordering = ["since", "id"]
        verbose_name = _("earlier choice")
        verbose_name_plural = _("earlier choices")

    def __str__(self) -> str:
        return f"{self.member} · {self.list} · {self.get_state_display()}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: evidence stays."""
        raise models.ProtectedError("Evidence isn't deleted.", {self})


class SignUp(models.Model):
    """Somebody asked for a list; becomes a subscription when the mailed link is followed and confirmed."""

    address = models.CharField(_("e-mail address"), max_length=254)
    address_hash = models.CharField(max_length=64, blank=True, default="", editable=False, db_index=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    list = models.ForeignKey(MailingList, on_delete=models.CASCADE, related_name="sign_ups", verbose_name=_("list"))
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, db_index=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    wording = models.TextField(_("wording"), blank=True)

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")

    def __str__(self) -> str:
        return f"{self.address} · {self.list}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the hash by which the row is found when nobody knows the address any more."""
        self.address_hash = hash_of(self.address)
        super().save(*args, **kwargs)


class Suppression(models.Model):
    """An address that gets nothing more, known only by its keyed hash."""

    REASONS = [
        ("erased", _("erased at the person's wish")),
        ("complaint", _("marked as spam")),
        ("bounced", _("address doesn't work")),
        ("manual", _("by an editor")),
    ]

    address_hash = models.CharField(max_length=64, unique=True)
    reason = models.CharField(_("reason"), max_length=20, choices=REASONS)
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")

    def __str__(self) -> str:
        return f"{self.address_hash[:8]}… · {self.get_reason_display()}"
