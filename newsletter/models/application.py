"""Somebody wants to become a member: what was written on the site, and what became of it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from newsletter.addresses import hash_of
from newsletter.models.member import Member


class MembershipApplication(models.Model):
    """An application for membership; the words that were agreed to stand with it."""

    NEW, ACCEPTED, DECLINED = "new", "accepted", "declined"
    STATES = [(NEW, _("new")), (ACCEPTED, _("made a member")), (DECLINED, _("declined"))]

    name = models.CharField(_("name"), max_length=200)
    address = models.CharField(_("e-mail address"), max_length=254)
    address_hash = models.CharField(max_length=64, blank=True, default="", editable=False, db_index=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    employer = models.CharField(_("employer"), max_length=200, blank=True)
    region = models.ForeignKey(
        "cms.Region", verbose_name=_("region"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    message = models.TextField(_("message"), blank=True)
    wording = models.TextField(_("wording"), blank=True)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, db_index=True)
    state = models.CharField(_("status"), max_length=10, choices=STATES, default=NEW, editable=False)
    settled_at = models.DateTimeField(_("settled"), null=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("settled by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    member = models.ForeignKey(
        Member, verbose_name=_("member"), null=True, on_delete=models.PROTECT, related_name="applications", editable=False
    )

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("application for membership")
        verbose_name_plural = _("applications for membership")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="new", settled_at__isnull=True)
                | ~models.Q(state="new") & models.Q(settled_at__isnull=False),
                name="application_is_settled_or_new",
            ),
            # Pressing twice, or sending the form again, leaves one row to decide about.
            models.UniqueConstraint(fields=["address_hash"], condition=models.Q(state="new"), name="one_open_application_each"),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.address}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the hash by which the row is found when nobody knows the address any more."""
        self.address_hash = hash_of(self.address)
        super().save(*args, **kwargs)
