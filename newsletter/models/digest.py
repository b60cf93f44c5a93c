"""Digests: issues that the house makes by itself, one per list and week or month."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from newsletter.models.audience import MailingList
from newsletter.models.issue import Issue


class Digest(models.Model):
    """What came of a list's digest for one week or month; the unique row is what makes it happen once."""

    MADE, NOTHING_NEW, PASSED = "made", "nothing", "passed"
    OUTCOMES = [
        (MADE, _("made")),
        (NOTHING_NEW, _("nothing new, so no issue")),
        (PASSED, _("its time had passed when the digest was switched on")),
    ]

    list = models.ForeignKey(MailingList, verbose_name=_("list"), on_delete=models.CASCADE, related_name="digests")
    # "2026-W12" or "2026-03".
    period = models.CharField(_("period"), max_length=8)
    outcome = models.CharField(_("outcome"), max_length=10, choices=OUTCOMES)
    issue = models.ForeignKey(Issue, verbose_name=_("issue"), null=True, on_delete=models.SET_NULL, related_name="+")
    # It may send itself: it was asked to when it was made, and it was made in time.
    sends = models.BooleanField(default=False)
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    # Empty: the editors haven't been told yet, or it hasn't been sent yet.
    settled_at = models.DateTimeField(_("settled"), null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        constraints = [models.UniqueConstraint(fields=["list", "period"], name="one_digest_per_list_and_period")]

    def __str__(self) -> str:
        return f"{self.list} · {self.period}"
