"""A member's way into what is for members on the site: asked for, mailed, used once, and then a session of its own."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from newsletter.models.member import Member


class MemberLogin(models.Model):
    """One login from the question to its end; old rows are removed.

    The request writes the same row for every address; a worker looks whose it is. The session's secret stands only as a
    hash, so nobody who reads the table is logged in by it.
    """

    address = models.CharField(_("e-mail address"), max_length=254, blank=True, default="")
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="logins", verbose_name=_("member"))
    leads_to = models.CharField(max_length=500, blank=True, default="")
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, db_index=True)
    mailed_at = models.DateTimeField(_("mailed"), null=True)
    used_at = models.DateTimeField(_("used"), null=True)
    session = models.CharField(max_length=64, blank=True, default="")
    until = models.DateTimeField(_("logged in until"), null=True)

    class Meta:
        verbose_name = _("login")
        verbose_name_plural = _("logins")
        constraints = [
            models.UniqueConstraint(fields=["session"], condition=~models.Q(session=""), name="one_login_per_session"),
            models.CheckConstraint(
                name="a_session_was_begun_by_a_member",
                condition=models.Q(session="") | models.Q(member__isnull=False, used_at__isnull=False, until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"
