"""What the newsletter plans, for the publishing calendar: mailings that haven't ended, and digests to come."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cms.planned import MOST, Plan, Span
from newsletter import digest
from newsletter.drafts import called
from newsletter.models import Mailing, MailingList
from newsletter.places import MAILING, MAY_EDIT, MAY_FOLLOW

OPEN = (Mailing.SCHEDULED, Mailing.PREPARING, Mailing.SENDING, Mailing.PAUSED, Mailing.HELD)
A_MOMENT = timedelta(microseconds=1)


def plans(span: Span) -> Iterator[Plan]:
    """Yield the mailings, for those who may follow them, and the digests, for those who may edit issues. Two queries."""
    if any(span.user.has_perm(permission) for permission in MAY_FOLLOW):
        yield from _mailings(span)
    if span.user.has_perm(MAY_EDIT):
        for mailing_list in MailingList.objects.exclude(digest=MailingList.NEVER):
            yield from _digests(span, mailing_list)


def _mailings(span: Span) -> Iterator[Plan]:
    rows = Mailing.objects.filter(state__in=OPEN, start_at__gte=span.begin, start_at__lt=span.end)
    columns = ("pk", "start_at", "issue__number", "subject", "list__name", "state")
    states = dict(Mailing.STATES)
    for key, at, number, subject, name, state in rows.order_by("start_at", "pk").values_list(*columns)[: MOST + 1]:
        title = _("%(name)s, to %(list)s") % {"name": capfirst(called(number, subject)), "list": name}
        yield Plan(at, capfirst(str(states[state])), title, reverse(MAILING + "progress", args=[key]))


def _digests(span: Span, mailing_list: MailingList) -> Iterator[Plan]:
    _period, moment = digest.due_at(mailing_list, span.end - A_MOMENT)
    while moment >= max(span.begin, span.now):
        what = _("Digest is sent") if mailing_list.digest_sends else _("Digest is drafted")
        yield Plan(moment, what, mailing_list.name)
        _period, moment = digest.due_at(mailing_list, moment - A_MOMENT)
