"""“Bli medlem”: somebody applies on the site, the registrar is told, and decides."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from cms.addresses import own_url
from cms.keydates import STOCKHOLM
from cms.models import Region
from newsletter import audit, limits, notices
from newsletter.addresses import accept, hash_of
from newsletter.cleaning import one_line, plain
from newsletter.members import find
from newsletter.models import Member, MembershipApplication, NewsletterRules

A = MembershipApplication
KEEP_SETTLED = timedelta(days=365)
KEEP_WAITING = timedelta(days=180)
MESSAGE = 2000
# What all that was written at one address while it waits may come to: anybody may type anybody's address.
MOST_WORDS = 5 * MESSAGE
FIELDS = ("name", "title", "employer")
FACTS = (*FIELDS, "region")


class Settled(ValueError):
    """The application has been decided already; the words are for the registrar."""


def consent() -> str:
    """Return the words that stand above the button, and are kept with every application."""
    return _("I apply for membership of %(name)s, which keeps what I have written here to decide about it and to reach me.") % {
        "name": notices.association()
    }


def regions() -> QuerySet[Region]:
    """Return the regions to choose from."""
    return Region.objects.all()


def apply(said: Mapping[str, str], now: datetime) -> None:
    """Keep an application and mail the registrar and the applicant. Raises ValidationError by field.

    `said` has name, address, title, employer, region (a key) and message as somebody typed them. Whether the address is
    known is neither looked at nor told. Where an application waits already, what is new in the later one is added to it,
    marked as later: the address is unproven, so nobody's words replace another's.
    """
    row = _read(said, now)
    mails = _mails(row.address) if limits.has_room(limits.MEMBERSHIP, row.address, now) else []
    try:
        _keep(row, mails)
    except IntegrityError:
        # Another press came in between, and waits now.
        _keep(row, mails)


def _mails(address: str) -> list[EmailMultiAlternatives]:
    to = registrar()
    return [notices.compose(_receipt(), address), *([notices.compose(_told(), to)] if to else [])]


def _keep(row: MembershipApplication, mails: Iterable[EmailMultiAlternatives]) -> None:
    with transaction.atomic():
        waits = A.objects.select_for_update(of=("self",)).filter(address_hash=hash_of(row.address), state=A.NEW).first()
        if waits is None:
            row.save()
        elif not _added(waits, row):
            return
        for mail in mails:
            mail.send()


def _added(waits: MembershipApplication, later: MembershipApplication) -> bool:
    """Add what is new in `later` to the application that waits; return whether anything was. The same twice adds nothing."""
    news = [getattr(later, name) for name in FACTS if getattr(later, name) not in {"", None, getattr(waits, name)}]
    if later.message not in waits.message:
        news.append(later.message)
    day = later.asked_at.astimezone(STOCKHOLM).date().isoformat()
    words = "\n".join([_("Written later, on %(date)s:") % {"date": day}, *map(str, news)])
    if not news or words in waits.message or len(waits.message) + len(words) > MOST_WORDS:
        return False
    waits.message = f"{waits.message}\n\n{words}".strip()
    # The latest consent, from which the time to decide is counted.
    waits.wording, waits.asked_at = later.wording, later.asked_at
    waits.save(update_fields=["message", "wording", "asked_at"])
    return True


def _read(said: Mapping[str, str], now: datetime) -> MembershipApplication:
    words = {name: one_line(said.get(name, ""))[:200] for name in FIELDS}
    if not words["name"]:
        raise ValidationError({"name": _("Write your name.")})
    try:
        address = accept(said.get("address", "")).ascii
    except ValidationError as error:
        raise ValidationError({"address": error.messages}) from None
    message = plain(said.get("message", "")).strip()
    if len(message) > MESSAGE:
        raise ValidationError({"message": _("Write at most %(n)s characters.") % {"n": MESSAGE}})
    key = said.get("region", "")
    region = Region.objects.filter(pk=int(key)).first() if key.isdecimal() and len(key) < len(str(2**63)) else None
    return MembershipApplication(**words, address=address, region=region, message=message, wording=consent(), asked_at=now)


def registrar() -> str:
    """Return the address that hears of applications: the rules' own, else the association's; "" where there is none."""
    return NewsletterRules.current().registrar or notices.association().email


def _receipt() -> notices.Notice:
    # Nothing that was typed stands in it: anybody may type anybody's address.
    return notices.Notice(
        subject=_("We have got your application"),
        before=(
            _("Hello!"),
            _("We have got an application for membership with this address, and will be in touch."),
        ),
        after=(_("If it wasn't you, do nothing, or answer this mail and tell us."),),
    )


def _told() -> notices.Notice:
    # Nothing of the application: an erasure reaches our rows, but not the registrar's inbox.
    return notices.Notice(
        subject=_("Somebody has applied for membership"),
        before=(_("The application waits for you in the admin."),),
        button=_("To the applications"),
        url=own_url(reverse("newsletter_applications")),
    )


def waiting() -> QuerySet[MembershipApplication]:
    """Return the applications to decide about, the oldest first."""
    return A.objects.filter(state=A.NEW).select_related("region").order_by("asked_at", "pk")


def settled() -> QuerySet[MembershipApplication]:
    """Return the decided ones, the latest first."""
    return A.objects.exclude(state=A.NEW).select_related("region", "settled_by", "member").order_by("-settled_at", "-pk")


def make_member(key: int, user: Any, now: datetime) -> Member:
    """Make the applicant a member, or mark the one with the address as such; returns the member. Raises Settled.

    What is known of somebody who stands there already stays; only what is empty is filled in. No list is subscribed to.
    """
    with transaction.atomic():
        row = _settle(key, A.ACCEPTED, user, now)
        member = find(row.address) or Member(address=row.address)
        member.is_member = True
        told = {"name": row.name, "employer": row.employer, "role": row.title, "region": row.region}
        for name, value in {**told, "joined_on": now.astimezone(STOCKHOLM).date()}.items():
            setattr(member, name, getattr(member, name) or value)
        member.save()
        A.objects.filter(pk=key).update(member=member)
        audit.record(member, "application", user)
    return member


def decline(key: int, user: Any, now: datetime) -> None:
    """Decline an application; nothing is mailed. Raises Settled."""
    with transaction.atomic():
        _settle(key, A.DECLINED, user, now)


def _settle(key: int, state: str, user: Any, now: datetime) -> MembershipApplication:
    if not A.objects.filter(pk=key, state=A.NEW).update(state=state, settled_at=now, settled_by=user):
        raise Settled(_("Somebody has decided about this application already."))
    return A.objects.select_related("region").get(pk=key)


def forget_old(now: datetime) -> int:
    """Remove applications that were decided a year ago, or that nobody has decided in half a year; return how many."""
    waited = Q(state=A.NEW, asked_at__lt=now - KEEP_WAITING)
    return A.objects.filter(waited | Q(settled_at__lt=now - KEEP_SETTLED)).delete()[0]
