"""“Are you still there?”: lists that ask once a year, the answers, and the clean-up list of those who gave none.

Nobody is tracked and nobody is removed by itself: who doesn't answer stands on a list, and an editor decides.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from newsletter import audit, notices, ways
from newsletter.members import unsubscribe
from newsletter.models import MailingList, Member, Question, Subscription, Suppression
from newsletter.ways import Gone, numbers

YEAR = timedelta(days=365)
# So long is nobody asked again, whatever the calendar year says.
BETWEEN = timedelta(days=330)
ANSWER_WITHIN = timedelta(days=30)
# So many of a list are asked each time: the answers come in a trickle, and other single mails pass between.
SLICE = 200
IN_ONE = 20


def ask_due(now: datetime, size: int = SLICE) -> int:
    """Ask the next slice of every list that asks; return how many were asked."""
    lists = MailingList.objects.filter(asks_yearly=True, legal_basis="consent")
    return sum(_ask_some(found, now, size) for found in lists)


def _silent(mailing_list: MailingList, now: datetime) -> models.QuerySet[Subscription]:
    """Return the subscriptions without a sign of life for a year, that haven't been asked lately and can be reached."""
    lately = Q(asked_at__gt=now - BETWEEN) | Q(year=now.year)
    asked = Question.objects.filter(lately, member=OuterRef("member"), list=mailing_list)
    suppressed = Suppression.objects.filter(address_hash=OuterRef("member__address_hash"))
    old = Q(heard_at=None) | Q(heard_at__lt=now - YEAR)
    found = Subscription.objects.filter(old, list=mailing_list, state=Subscription.SUBSCRIBED, since__lt=now - YEAR)
    found = found.filter(member__status=Member.ACTIVE).exclude(Exists(asked)).exclude(Exists(suppressed))
    return found.select_related("member").order_by("member_id")


def _ask_some(mailing_list: MailingList, now: datetime, size: int) -> int:
    silent = list(_silent(mailing_list, now)[:size])
    notice = _question(mailing_list)
    for start in range(0, len(silent), IN_ONE):
        people = [subscription.member for subscription in silent[start : start + IN_ONE]]
        mails = [notices.compose(notice, member.ascii_address, mailing_list, notices.LATER) for member in people]
        with transaction.atomic():
            for member, mail in zip(people, mails, strict=True):
                row, made = Question.objects.get_or_create(
                    member=member, list=mailing_list, year=now.year, defaults={"asked_at": now}
                )
                if made:
                    notices.fill_in(mail, ways.question_url(row.pk)).send()
    return len(silent)


def _question(mailing_list: MailingList) -> notices.Notice:
    names = {"list": mailing_list.name, "name": notices.association()}
    return notices.Notice(
        subject=_("Do you still want “%(list)s”?") % names,
        before=(
            _("Once a year we ask whether you still want “%(list)s” from %(name)s. It takes one press of a button.") % names,
            _("We would rather ask you than guess."),
        ),
        button=_("Answer"),
        url=notices.LATER,
    )


def asked(token: str) -> Question:
    """Return the question that a link answers. Raises BadLink, or Gone where the person is."""
    (key,) = numbers("question", token, 1)
    found = Question.objects.select_related("member", "list").filter(pk=key).exclude(member__status=Member.ERASED).first()
    if found is None:
        raise Gone(token)
    return found


def answer(question: Question, stays: bool, now: datetime) -> None:
    """Keep the answer; who doesn't stay is unsubscribed at once. May be repeated; the latest answer counts."""
    with transaction.atomic():
        Question.objects.filter(pk=question.pk).update(answered_at=now)
        if stays:
            mine = Subscription.objects.filter(member=question.member, list=question.list)
            mine.filter(state=Subscription.SUBSCRIBED).update(heard_at=now)
        else:
            unsubscribe(question.member_id, question.list_id, now, source="yearly question")


def unanswered(now: datetime) -> models.QuerySet[Question]:
    """Return the clean-up list: asked more than a month ago, still subscribed, without any sign of life since."""
    still = Subscription.objects.filter(member=OuterRef("member"), list=OuterRef("list"), state=Subscription.SUBSCRIBED)
    still = still.filter(since__lt=OuterRef("asked_at"))
    still = still.filter(Q(heard_at=None) | Q(heard_at__lt=OuterRef("asked_at")))
    found = Question.objects.filter(answered_at=None, kept_at=None, asked_at__lt=now - ANSWER_WITHIN)
    return found.filter(Exists(still)).select_related("member", "list").order_by("list__name", "asked_at", "pk")


def remove(keys: Collection[int], user: Any, now: datetime) -> int:
    """Take those who are on the clean-up list, of `keys`, off their lists, with evidence and log; return how many."""
    questions = list(unanswered(now).filter(pk__in=keys))
    with transaction.atomic():
        for question in questions:
            unsubscribe(question.member_id, question.list_id, now, source="clean-up list")
            audit.record(question.member, "tidy_away", user, list=question.list.name)
    return len(questions)


def keep(keys: Collection[int], user: Any, now: datetime) -> int:
    """Let those who are on the clean-up list, of `keys`, stay; they are asked again next year. Return how many."""
    questions = list(unanswered(now).filter(pk__in=keys))
    with transaction.atomic():
        Question.objects.filter(pk__in=[question.pk for question in questions]).update(kept_at=now)
        for question in questions:
            audit.record(question.member, "keep", user, list=question.list.name)
    return len(questions)
