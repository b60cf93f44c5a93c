"""What the world answered after a message had left: bounces, complaints, provider's events, and how far a mailbox is read."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from newsletter.addresses import hash_of
from newsletter.models.audience import Suppression
from newsletter.models.mailing import Mailing
from newsletter.models.member import Member


def _of_the_erased(row: Any) -> bool:
    """Tell whether a report is about somebody who was erased: late ones must not bring the address back."""
    if row.member_id and Member.objects.filter(pk=row.member_id, status=Member.ERASED).exists():
        return True
    return (
        bool(row.address_hash)
        and not row.member_id
        and Suppression.objects.filter(address_hash=row.address_hash, reason="erased").exists()
    )


class BounceReport(models.Model):
    """One report that came back, as it was: parsed again when we have learned more."""

    digest = models.CharField(max_length=64, unique=True)
    received_at = models.DateTimeField(_("received"), default=timezone.now, db_index=True)
    source = models.CharField(_("source"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=12)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    recipient = models.CharField(_("recipient"), max_length=254, blank=True, db_index=True)
    address_hash = models.CharField(max_length=64, blank=True, default="", editable=False, db_index=True)
    mailing = models.ForeignKey(Mailing, verbose_name=_("mailing"), null=True, on_delete=models.SET_NULL, related_name="+")
    member = models.ForeignKey(Member, verbose_name=_("member"), null=True, on_delete=models.PROTECT, related_name="+")
    raw = models.BinaryField(editable=False)

    class Meta:
        ordering = ["-received_at", "-pk"]
        verbose_name = _("report")
        verbose_name_plural = _("reports")

    def __str__(self) -> str:
        return f"{self.kind} · {self.recipient}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the hash by which the row is found when nobody knows the address any more; of the erased keep no words."""
        self.address_hash = hash_of(self.recipient)
        if _of_the_erased(self):
            self.recipient = self.reason = self.address_hash = ""
            self.raw = b""
        super().save(*args, **kwargs)


class ProviderEvent(models.Model):
    """One event that a mail provider told us of, once however often it is told."""

    provider = models.CharField(_("provider"), max_length=40)
    event_id = models.CharField(max_length=200)
    kind = models.CharField(_("kind"), max_length=20)
    provider_id = models.CharField(max_length=200, blank=True, db_index=True)
    recipient = models.CharField(_("recipient"), max_length=254, blank=True, db_index=True)
    address_hash = models.CharField(max_length=64, blank=True, default="", editable=False, db_index=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    happened_at = models.DateTimeField(_("happened"), default=timezone.now)
    received_at = models.DateTimeField(_("received"), default=timezone.now, db_index=True)
    mailing = models.ForeignKey(Mailing, verbose_name=_("mailing"), null=True, on_delete=models.SET_NULL, related_name="+")
    member = models.ForeignKey(Member, verbose_name=_("member"), null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-received_at", "-pk"]
        verbose_name = _("provider's event")
        verbose_name_plural = _("provider's events")
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="one_row_per_event")]

    def __str__(self) -> str:
        return f"{self.provider} · {self.kind}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the hash by which the row is found when nobody knows the address any more; of the erased keep no words."""
        self.address_hash = hash_of(self.recipient)
        if _of_the_erased(self):
            self.recipient = self.reason = self.address_hash = ""
        super().save(*args, **kwargs)


class MailboxState(models.Model):
    """How far a mailbox of bounces has been read (RFC 9051, 2.3.1.1: UIDs hold only together with UIDVALIDITY)."""

    name = models.CharField(_("mailbox"), max_length=200, unique=True)
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    read_at = models.DateTimeField(_("read"), null=True)
    last_error = models.CharField(_("latest error"), max_length=500, blank=True, default="")

    def __str__(self) -> str:
        return self.name
