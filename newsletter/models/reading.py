"""What is known of reading: visits to the web from a mailing, counted without persons; opens and clicks of those who agreed."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from newsletter.models.mailing import Mailing
from newsletter.models.member import Member


class Visits(models.Model):
    """How many times a page was read by way of a mailing on one day; nothing is known of whom."""

    mailing = models.ForeignKey(Mailing, verbose_name=_("mailing"), on_delete=models.CASCADE, related_name="visits")
    path = models.CharField(_("page"), max_length=300)
    day = models.DateField(_("day"))
    count = models.PositiveIntegerField(_("visits"), default=0)

    class Meta:
        verbose_name = _("visits")
        verbose_name_plural = _("visits")
        constraints = [models.UniqueConstraint(fields=["mailing", "path", "day"], name="one_count_per_page_and_day")]

    def __str__(self) -> str:
        return f"{self.path}: {self.count}"


class Reading(models.Model):
    """An open or a click of a member who agreed to it; `machine` marks what no person did."""

    OPEN, CLICK = "open", "click"
    KINDS = [(OPEN, _("opened")), (CLICK, _("clicked"))]

    mailing = models.ForeignKey(Mailing, verbose_name=_("mailing"), on_delete=models.CASCADE, related_name="readings")
    member = models.ForeignKey(Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    link = models.PositiveIntegerField(_("link"), default=0)
    first_at = models.DateTimeField(_("first"), default=timezone.now)
    machine = models.BooleanField(_("by a machine"), default=False)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [
            models.UniqueConstraint(fields=["mailing", "member", "kind", "link", "machine"], name="one_reading_of_a_kind")
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.get_kind_display()}"


class MailingLink(models.Model):
    """A link of a tracked mailing, by its place in the letter; only these addresses are ever redirected to."""

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="links")
    place = models.PositiveIntegerField()
    url = models.URLField(_("address"), max_length=2000)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [models.UniqueConstraint(fields=["mailing", "place"], name="one_link_per_place")]

    def __str__(self) -> str:
        return self.url
