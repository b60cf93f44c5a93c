"""Members: people who may get mail. Not users, and never deleted: an erasure blanks the row."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from newsletter.addresses import accept, suppression_hash


class MemberTag(models.Model):
    """A word that editors put on members, to choose people by."""

    name = models.CharField(_("name"), max_length=60, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    def __str__(self) -> str:
        return self.name


class Erased(ValueError):
    """The person has been erased: nothing is written into the row any more."""


class Member(models.Model):
    """A person with one address."""

    ACTIVE, BOUNCED, ERASED = "active", "bounced", "erased"
    STATUSES = [(ACTIVE, _("active")), (BOUNCED, _("address doesn't work")), (ERASED, _("erased"))]

    name = models.CharField(_("name"), max_length=200, blank=True)
    # No EmailField: its validator knows neither IDN nor our words; `clean` does.
    address = models.CharField(_("e-mail address"), max_length=254)
    ascii_address = models.CharField(max_length=254, editable=False)
    address_hash = models.CharField(max_length=64, editable=False, db_index=True)
    employer = models.CharField(_("employer"), max_length=200, blank=True)
    region = models.ForeignKey(
        "cms.Region", verbose_name=_("region"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    role = models.CharField(_("role"), max_length=200, blank=True)
    membership_number = models.CharField(_("membership number"), max_length=50, blank=True)
    joined_on = models.DateField(_("member since"), null=True, blank=True)
    is_member = models.BooleanField(
        _("member of the association"),
        default=True,
        help_text=_("May read what is for members. Whoever only signed up for a newsletter on the site is none."),
    )
    tags = models.ManyToManyField(MemberTag, verbose_name=_("tags"), blank=True, related_name="members")
    language = models.CharField(_("language"), max_length=10, default="sv")
    status = models.CharField(_("status"), max_length=10, choices=STATUSES, default=ACTIVE)
    soft_bounces = models.PositiveSmallIntegerField(_("temporary bounces in a row"), default=0, editable=False)
    soft_since = models.DateTimeField(_("first of them"), null=True, editable=False)
    # Only who agreed is ever tracked, and only while the association has switched it on.
    tracking_agreed_at = models.DateTimeField(_("agreed to statistics"), null=True, editable=False)
    tracking_wording = models.TextField(_("wording"), blank=True, default="", editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    erased_at = models.DateTimeField(_("erased"), null=True, editable=False)

    class Meta:
        ordering = ["name", "address"]
        verbose_name = _("member")
        verbose_name_plural = _("members")
        permissions = [("export_member", _("Can export members"))]
        indexes = [
            models.Index(fields=["name", "address"], name="members_by_name"),
            models.Index(fields=["membership_number"], name="members_by_number"),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("address"),
                name="one_member_per_address",
                condition=~models.Q(address=""),
                violation_error_message=_("There is already a member with this address."),
            ),
            models.UniqueConstraint(
                Lower("ascii_address"),
                name="one_member_per_ascii_address",
                condition=~models.Q(ascii_address=""),
                violation_error_message=_("There is already a member with this address."),
            ),
            models.CheckConstraint(
                name="only_the_erased_lack_an_address", condition=models.Q(status="erased") | ~models.Q(address="")
            ),
            models.CheckConstraint(
                name="the_erased_have_no_address", condition=~models.Q(status="erased") | models.Q(address="", ascii_address="")
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.address or str(_("Erased member"))

    def clean(self) -> None:
        """Normalise the address; raises ValidationError."""
        try:
            self._spell()
        except ValidationError as error:
            raise ValidationError({"address": error}) from None

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the address's other spellings true; raises ValidationError for what is no address, Erased for an erased member.

        Erased in the database, that is: a form that was opened before must not bring the person back.
        """
        self._spell()
        with transaction.atomic():
            if self.pk is not None:
                EarlierAddress.remember(self)
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: the ledger points here. `newsletter.members.erase` forgets a person."""
        raise models.ProtectedError("Members are erased, not deleted.", {self})

    def _spell(self) -> None:
        if self.status == self.ERASED and not self.address:
            self.ascii_address = self.address_hash = ""
            return
        accepted = accept(self.address)
        self.address, self.ascii_address = accepted.shown, accepted.ascii
        self.address_hash = suppression_hash(accepted.ascii)


class EarlierAddress(models.Model):
    """An address that a member had before, by its keyed hash: an old file must not make the person a second, new member."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="earlier_addresses", verbose_name=_("member"))
    address_hash = models.CharField(max_length=64, db_index=True)

    class Meta:
        verbose_name = _("earlier address")
        verbose_name_plural = _("earlier addresses")
        constraints = [models.UniqueConstraint(fields=["member", "address_hash"], name="one_earlier_address_each")]

    def __str__(self) -> str:
        return f"{self.address_hash[:8]}…"

    @classmethod
    def remember(cls, member: Member) -> None:
        """Keep the hash that `member` has in the database, if it is about to change. Raises Erased if it was erased there."""
        rows = Member.objects.select_for_update().filter(pk=member.pk)
        for status, hashed in rows.values_list("status", "address_hash"):
            if status == Member.ERASED:
                raise Erased(member.pk)
            if member.address_hash and hashed not in {"", member.address_hash}:
                cls.objects.get_or_create(member=member, address_hash=hashed)
                end_ways_in([member.pk])


def end_ways_in(keys: Iterable[int]) -> None:
    """End what was begun at the address that the members with these keys have left: sessions, unused links, changes.

    Whoever reads mail there may be somebody else. Works inside the caller's transaction.
    """
    for name, waiting in (("logins", {}), ("personal_links", {"used_at": None}), ("address_changes", {"confirmed_at": None})):
        rows: Any = Member._meta.get_field(name).related_model
        rows.objects.filter(member_id__in=list(keys), **waiting).delete()
