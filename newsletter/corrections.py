"""Corrections: an issue that goes to exactly those who got an earlier mailing."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from newsletter import audience, audit
from newsletter.models import Delivery, Issue, Mailing, MailingList

SUBJECT = Issue._meta.get_field("subject").max_length
# Rows that get the faulty letter any moment: whom the correction should reach isn't known yet.
UNDER_WAY = (Delivery.WAITING, Delivery.SENDING)


class CannotCorrect(ValueError):
    """The mailing can't be corrected now; the words are for the editor."""


def why_not(mailing: Mailing) -> str:
    """Return why `mailing` can't be corrected now, or ""."""
    if mailing.frozen_at is None and mailing.state != Mailing.CANCELLED:
        return _("Nobody has got the letter yet. Cancel the mailing instead.")
    if Delivery.objects.filter(mailing_id=mailing.pk, state__in=UNDER_WAY).exists():
        return _("The mailing isn't over. Cancel it or let it end; then it is known who got the letter.")
    if not Delivery.objects.filter(mailing_id=mailing.pk, state__in=audience.MAY_HAVE_GOT).exists():
        return _("Nobody got the letter, so there is nobody to correct it for.")
    return ""


def count(mailing: Mailing) -> int:
    """Return how many would get a correction now: they got the letter, still subscribe, and can be mailed."""
    return audience.count(audience.definition(mailing.list, corrects=mailing))


def draft(mailing: Mailing, user: Any = None) -> Issue:
    """Make the draft of a correction to those who got `mailing`, and return it. Raises CannotCorrect.

    It goes through approval as any issue does.
    """
    if reason := why_not(mailing):
        raise CannotCorrect(reason)
    subject = _("Correction: %(subject)s") % {"subject": mailing.subject}
    with transaction.atomic():
        issue = Issue.objects.create(subject=subject[:SUBJECT], mailing_list=mailing.list, corrects=mailing, live=False)
        issue.save_revision(user=user)
        audit.record(mailing, "correct", user, issue=issue.pk)
    return issue


def check_start(issue: Issue, mailing_list: MailingList) -> None:
    """Raise CannotCorrect where a correction would go to another list, or to people who aren't known yet."""
    if issue.corrects is None:
        return
    if mailing_list.pk != issue.corrects.list_id:
        raise CannotCorrect(_("A correction goes to the list that the letter went to: %(list)s.") % {"list": issue.corrects.list})
    if reason := why_not(issue.corrects):
        raise CannotCorrect(reason)
