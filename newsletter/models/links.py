"""Links that a worker has tried, or shall: one row per address, whatever letters it stands in."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from cms.outbox import Outgoing

FRESH = timedelta(days=1)


class LinkCheck(Outgoing):
    """What became of a visit to an address; waiting until a worker has been there, and again when it is asked for anew."""

    OK, BROKEN, UNKNOWN = "ok", "broken", "unknown"
    STATES = [
        (Outgoing.WAITING, _("waiting")),
        (Outgoing.SENDING, _("being tried")),
        (OK, _("works")),
        (BROKEN, _("broken")),
        (UNKNOWN, _("couldn't be checked")),
    ]
    OPEN = (Outgoing.WAITING, Outgoing.SENDING)

    # Longer addresses are told to the editor and never tried: no index holds them.
    LONGEST = 2_000

    address = models.CharField(_("address"), max_length=LONGEST, unique=True)
    host = models.CharField(max_length=255, db_index=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True, default="")
    # Where redirects led, and whether an http: address works with https: too.
    final_address = models.CharField(max_length=LONGEST, blank=True, default="")
    https_works = models.BooleanField(default=False)
    checked_at = models.DateTimeField(_("checked"), null=True)
    # An editor has opened a link that seems broken to us, and it works.
    vouched_at = models.DateTimeField(_("vouched for"), null=True)

    class Meta:
        verbose_name = _("link check")
        verbose_name_plural = _("link checks")

    def __str__(self) -> str:
        return self.address

    def fresh(self, now: datetime) -> bool:
        """Tell whether what is known is from the last day."""
        return self.checked_at is not None and self.checked_at > now - FRESH

    def vouched(self, now: datetime) -> bool:
        """Tell whether an editor vouched for the address in the last day."""
        return self.vouched_at is not None and self.vouched_at > now - FRESH
