"""Digests: a list's new posts as an issue, made by the house once a week or month. Off until a list asks for it."""

import logging
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.addresses import own_url
from cms.keydates import STOCKHOLM
from newsletter import approval, audit, filling
from newsletter.approval import NotApproved
from newsletter.items import LetterError
from newsletter.mailings import CannotStart, start_mailing
from newsletter.models import Digest, Issue, MailingList
from newsletter.preflight import check
from newsletter.segments import BadConditions

logger = logging.getLogger(__name__)

# Later than this a digest is made, but not sent by itself: like a mailing that should have started long ago.
TOO_LATE = timedelta(hours=6)
SUBJECT = 200


def due_at(mailing_list: MailingList, now: datetime) -> tuple[str, datetime]:
    """Return the list's latest digest that is due at `now`: its period, such as "2026-W12" or "2026-03", and its moment.

    Hours are Stockholm's, and never those that the clocks double or skip: a list can't choose one before three.
    """
    today = now.astimezone(STOCKHOLM).date()
    weekly = mailing_list.digest == MailingList.WEEKLY
    begin = today - timedelta(days=today.weekday()) if weekly else today.replace(day=1)
    moment = _moment(mailing_list, begin)
    if moment > now:
        begin = begin - timedelta(days=7) if weekly else (begin - timedelta(days=1)).replace(day=1)
        moment = _moment(mailing_list, begin)
    year, week, _day = begin.isocalendar()
    return (f"{year}-W{week:02}" if weekly else f"{begin:%Y-%m}"), moment


def _moment(mailing_list: MailingList, begin: date) -> datetime:
    days = mailing_list.digest_day if mailing_list.digest == MailingList.MONTHLY else min(mailing_list.digest_day, 7)
    return datetime.combine(begin + timedelta(days=days - 1), time(mailing_list.digest_hour), STOCKHOLM)


def digests_due(now: datetime) -> int:
    """Make the digests that are due at `now` and finish those that a dead process left; return how many were made.

    May be run at any time and by several at once: the row per list and period lets each digest be made once.
    """
    made = 0
    with translation.override(settings.LANGUAGE_CODE):
        for mailing_list in MailingList.objects.exclude(digest=MailingList.NEVER).order_by("pk"):
            made += _make_due(mailing_list, now)
        for digest in Digest.objects.filter(settled_at=None).select_related("list", "issue"):
            _settle(digest, now)
    return made


def _make_due(mailing_list: MailingList, now: datetime) -> int:
    period, moment = due_at(mailing_list, now)
    if Digest.objects.filter(list=mailing_list, period=period).exists():
        return 0
    late = now - moment > TOO_LATE
    try:
        with transaction.atomic():
            # A list that has just begun with digests gets its first one at the next moment, not for a time gone by.
            if late and not Digest.objects.filter(list=mailing_list).exists():
                digest = Digest.objects.create(
                    list=mailing_list, period=period, outcome=Digest.PASSED, made_at=now, settled_at=now
                )
            else:
                digest = _make(mailing_list, period, now, sends=mailing_list.digest_sends and not late)
    except IntegrityError:
        return 0
    logger.info("Digest %s of “%s”: %s.", period, mailing_list, digest.outcome)
    return int(digest.outcome == Digest.MADE)


def _make(mailing_list: MailingList, period: str, now: datetime, *, sends: bool) -> Digest:
    issue = Issue(mailing_list=mailing_list, live=False)
    posts = filling.new_posts(issue, mailing_list, now)
    if not posts:
        digest = Digest.objects.create(list=mailing_list, period=period, outcome=Digest.NOTHING_NEW, made_at=now, settled_at=now)
        audit.record(mailing_list, "digest_empty", period=period)
        return digest
    filling.add(issue, posts)
    issue.subject, issue.preheader = _subject(posts), " · ".join(post.title for post in posts[1:3])[:SUBJECT]
    issue.number = filling.next_number()
    issue.save()
    issue.save_revision(clean=False)
    digest = Digest.objects.create(list=mailing_list, period=period, outcome=Digest.MADE, issue=issue, sends=sends, made_at=now)
    audit.record(issue, "digest", period=period)
    return digest


def _subject(posts: list[Any]) -> str:
    first, more = posts[0].title, len(posts) - 1
    if not more:
        return first[:SUBJECT]
    tail = ngettext(" and %(n)d more", " and %(n)d more", more) % {"n": more}
    return first[: SUBJECT - len(tail)] + tail


def _settle(digest: Digest, now: datetime) -> None:
    """Send the digest by itself where it may, else tell the editors of the draft."""
    if digest.issue is None:
        Digest.objects.filter(pk=digest.pk, settled_at=None).update(settled_at=now)
        return
    problem = _send(digest.list, digest.issue, now) if digest.sends else ""
    with transaction.atomic():
        if not Digest.objects.filter(pk=digest.pk, settled_at=None).update(settled_at=now):
            return
        if problem or not digest.sends:
            _tell(digest, problem)


def _send(mailing_list: MailingList, issue: Issue, now: datetime) -> str:
    """Approve and start the digest; return what stops it, in words. A mailing that was started already is none."""
    issue = Issue.objects.get(pk=issue.pk)
    if issue.mailings.exists():
        return ""
    stops = [found.words for found in check(issue.get_latest_revision_as_object(), now).stops if found.code != "approval"]
    if stops:
        return " ".join(stops)
    try:
        approval.approve(issue, None, now)
        start_mailing(issue, mailing_list, now, now=now)
    except (NotApproved, approval.OwnWork, LetterError, BadConditions, CannotStart) as error:
        # Another scheduler may have been faster.
        return "" if issue.mailings.exists() else str(error)
    return ""


def _tell(digest: Digest, problem: str) -> None:
    """Lay a mail to the editors in the postbox, in the transaction that settles the digest."""
    names = {"list": digest.list.name, "subject": digest.issue.subject if digest.issue else ""}
    words = [_("There is a new draft for “%(list)s”: “%(subject)s”.") % names]
    if problem:
        words.append(_("It wasn't sent by itself: %(problem)s") % {"problem": problem})
    words += [_("Look it over here:"), own_url(f"/admin/snippets/newsletter/issue/edit/{digest.issue_id}/")]
    for address in editors():
        EmailMessage(_("Draft of a newsletter: %(subject)s") % names, "\n\n".join(words), to=[address]).send()


def editors() -> list[str]:
    """Return the addresses of those who may publish issues."""
    backend = "django.contrib.auth.backends.ModelBackend"
    users = get_user_model().objects.with_perm("newsletter.publish_issue", backend=backend)
    return list(users.exclude(email="").order_by("pk").values_list("email", flat=True))
