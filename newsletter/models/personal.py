"""What members ask of us about themselves: another address, and the yearly question whether they are still there."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from newsletter.models.audience import MailingList
from newsletter.models.member import Member


class PersonalLink(models.Model):
    """A link to "my data", asked for and then mailed to the address on file; old rows are removed.

    The request writes the same row for every address. A worker looks whose it is, and drops what is nobody's.
    """

    address = models.CharField(_("e-mail address"), max_length=254, blank=True, default="")
    member = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="personal_links", verbose_name=_("member")
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, db_index=True)
    mailed_at = models.DateTimeField(_("mailed"), null=True)
    used_at = models.DateTimeField(_("used"), null=True)

    class Meta:
        verbose_name = _("link to the own data")
        verbose_name_plural = _("links to the own data")

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"


class AddressChange(models.Model):
    """A member asked for another address; it holds when a link mailed to the new one is confirmed."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="address_changes", verbose_name=_("member"))
    address = models.CharField(_("new e-mail address"), max_length=254)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)

    class Meta:
        verbose_name = _("change of address")
        verbose_name_plural = _("changes of address")

    def __str__(self) -> str:
        return f"{self.member} · {self.asked_at:%Y-%m-%d}"


class Question(models.Model):
    """"Are you still there?", asked once a year about a list; who doesn't answer stands on the clean-up list."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="questions", verbose_name=_("member"))
    list = models.ForeignKey(MailingList, on_delete=models.PROTECT, related_name="questions", verbose_name=_("list"))
    year = models.PositiveSmallIntegerField(_("year"))
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, db_index=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    # An editor's decision about somebody who didn't answer.
    kept_at = models.DateTimeField(_("kept"), null=True)

    class Meta:
        verbose_name = _("yearly question")
        verbose_name_plural = _("yearly questions")
        constraints = [models.UniqueConstraint(fields=["member", "list", "year"], name="asked_once_a_year")]

    def __str__(self) -> str:
        return f"{self.member} · {self.list} · {self.year}"


class Knock(models.Model):
    """Somebody used a public form; counted for the rate limits, without the address itself. Old rows are removed."""

    door = models.CharField(max_length=20)
    who = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["door", "who", "at"], name="knocks_at_a_door")]

    def __str__(self) -> str:
        return f"{self.door} · {self.at:%Y-%m-%d %H:%M}"
