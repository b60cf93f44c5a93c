"""What is known about a relay, and single mails that leave through one."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.outbox import Outgoing
from newsletter.addresses import hash_of


class RelayState(models.Model):
    """A relay's health, shared by all workers; a relay without a row is well.

    Its circuit is closed while there are no failures, open until `rests_until`, and then half open:
    whoever holds the probe tries with one connection.
    """

    name = models.CharField(_("relay"), max_length=60, unique=True)
    rests_until = models.DateTimeField(_("rests until"), null=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    probe_owner = models.CharField(max_length=80, blank=True, default="", editable=False)
    probe_until = models.DateTimeField(null=True, editable=False)
    in_use = models.BooleanField(_("in use"), default=True)
    out_of_order = models.BooleanField(_("out of order"), default=False)
    policy_refusals = models.PositiveIntegerField(_("refused by policy"), default=0)
    last_error = models.CharField(_("latest error"), max_length=500, blank=True, default="")
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        ordering = ["name"]
        verbose_name = _("relay")
        verbose_name_plural = _("relays")

    def __str__(self) -> str:
        return self.name


class RelayShare(models.Model):
    """So many of a relay's connections, and the same part of its paces, are `owner`'s until `lease_until`.

    The budget is what MAIL_RELAYS says; all shares together never exceed it. No connections: a wish.
    """

    relay = models.CharField(max_length=60)
    owner = models.CharField(max_length=80)
    connections = models.PositiveSmallIntegerField(default=0)
    # Single mails don't wait for a mailing to end.
    urgent = models.BooleanField(default=False)
    lease_until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["relay", "owner"], name="one_share_each")]

    def __str__(self) -> str:
        return f"{self.relay}: {self.connections} · {self.owner}"


class SingleMail(Outgoing):
    """One mail to one address: a confirmation, a password, an alarm. Its text is dropped once it has left."""

    SENT, REFUSED = "sent", "refused"
    STATES = [
        (Outgoing.WAITING, _("waiting")),
        (Outgoing.SENDING, _("being sent")),
        (SENT, _("sent")),
        (REFUSED, _("refused")),
    ]

    recipient = models.CharField(_("to"), max_length=254)
    address_hash = models.CharField(max_length=64, blank=True, default="", editable=False, db_index=True)
    sender = models.CharField(max_length=254)
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    message = models.BinaryField(editable=False)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("single mail")
        verbose_name_plural = _("single mails")

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipient}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the hash by which the row is found when nobody knows the address any more."""
        self.address_hash = hash_of(self.recipient)
        super().save(*args, **kwargs)
