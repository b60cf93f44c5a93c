"""“My data”: what is held on a person, to be read, taken along, erased, or moved to another address.

The way in is a link mailed to the address on file, good for half an hour and for one change. The link in
a letter's footer never is: letters are forwarded.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from newsletter import limits, members, notices, ways
from newsletter.addresses import accept
from newsletter.models import AddressChange, Member, PersonalLink, Suppression
from newsletter.readable import Part, parts
from newsletter.ways import Gone, numbers

FRESH = timedelta(minutes=30)
CONFIRM_WITHIN = timedelta(days=2)
KEEP = timedelta(days=30)
# A worker that stood still mails late; what is older than this nobody waits for.
MAIL_WITHIN = timedelta(days=1)
BATCH = 100


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who came by a fresh link."""

    link: PersonalLink
    member: Member


def ask_by_address(address: str, now: datetime) -> None:
    """Ask for a link to be mailed to `address`, if it is on file. Raises ValidationError for what is no address.

    The same work for every address: a worker finds out whether there is anybody to mail.
    """
    to = accept(address).ascii
    if limits.has_room(limits.LINK, to, now):
        PersonalLink.objects.create(address=to, asked_at=now)


def ask_by_member(member: Member, now: datetime) -> None:
    """Ask for a link to be mailed to the address that is on file for `member`."""
    if limits.has_room(limits.LINK, member.ascii_address, now):
        PersonalLink.objects.create(member=member, asked_at=now)


def links_due(now: datetime) -> dict[str, int]:
    """Mail the links that were asked for, and drop what was asked for an address that nobody has; return counts."""
    counts = {"mailed": 0, "dropped": 0}
    for link in PersonalLink.objects.select_related("member").filter(mailed_at=None).order_by("pk")[:BATCH]:
        member = link.member or members.find(link.address)
        if member is None or not member.address:
            link.delete()
            counts["dropped"] += 1
        else:
            counts["mailed"] += _mail(link, member, now)
    return counts


def _mail(link: PersonalLink, member: Member, now: datetime) -> bool:
    until = date_format(localtime(now + FRESH), "H.i")
    notice = notices.Notice(
        subject=_("Your link to your own data"),
        before=(
            _("Here you can see what we hold on you, take it along, change your address, or have everything erased."),
            _("The link works until %(time)s, and for one change.") % {"time": until},
        ),
        button=_("Open my data"),
        url=ways.personal_url(link.pk),
        after=(_("If you didn't ask for it, do nothing. Don't forward this mail: the link is yours alone."),),
    )
    mail = notices.compose(notice, member.ascii_address)
    with transaction.atomic():
        # Of two workers only one wins.
        mine = PersonalLink.objects.filter(pk=link.pk, mailed_at=None).update(mailed_at=now, member=member, address="")
        if mine:
            mail.send()
    return bool(mine)


def visit(token: str, now: datetime) -> Visit:
    """Return who came by a link. Raises BadLink, or Gone when it is too old, has been used, or the person is gone."""
    (key,) = numbers("personal", token, 1)
    link = PersonalLink.objects.select_related("member").filter(pk=key, used_at=None, mailed_at__gt=now - FRESH).first()
    if link is None or link.member is None or link.member.status == Member.ERASED:
        raise Gone(token)
    return Visit(link, link.member)


def held(who: Visit) -> dict[str, Any]:
    """Return all that is held on the person, ready for JSON."""
    return members.export(who.member.ascii_address)


def readable(who: Visit) -> list[Part]:
    """Return the same as tables."""
    return parts(held(who))


def _use(who: Visit, now: datetime) -> None:
    """Use up the link, within the transaction of the change; raises Gone when it has been used."""
    if not PersonalLink.objects.filter(pk=who.link.pk, used_at=None).update(used_at=now):
        raise Gone(who.link.pk)


def erase(who: Visit, now: datetime) -> None:
    """Forget the person; raises Gone when the link has been used."""
    with transaction.atomic():
        _use(who, now)
        members.erase(who.member, now)


def ask_for_address(who: Visit, address: str, now: datetime) -> None:
    """Mail a link to the new address, which must be confirmed there. Raises ValidationError, or Gone.

    Whether the new address is somebody else's is neither looked at here nor told.
    """
    to = accept(address)
    if to.ascii.lower() == who.member.ascii_address.lower():
        raise ValidationError(_("That is the address which we have already."))
    mail = notices.compose(_to_confirm(), to.ascii) if limits.has_room(limits.NEW_ADDRESS, to.ascii, now) else None
    with transaction.atomic():
        _use(who, now)
        change = AddressChange.objects.create(member=who.member, address=to.shown, asked_at=now)
        if mail is not None:
            notices.fill_in(mail, ways.new_address_url(change.pk)).send()


def _to_confirm() -> notices.Notice:
    return notices.Notice(
        subject=_("Confirm your new address"),
        before=(
            _("Somebody who gets our letters wants them at this address from now on. Press the button to confirm it."),
            _("The link works for two days."),
        ),
        button=_("Confirm"),
        url=notices.LATER,
        after=(_("If it wasn't you, do nothing: without a confirmation nothing changes."),),
    )


def new_address(token: str, now: datetime) -> AddressChange:
    """Return the change that a link to confirm belongs to. Raises BadLink or Gone."""
    (key,) = numbers("address", token, 1)
    waiting = AddressChange.objects.select_related("member").filter(pk=key, confirmed_at=None, asked_at__gt=now - CONFIRM_WITHIN)
    change = waiting.exclude(member__status=Member.ERASED).first()
    if change is None:
        raise Gone(token)
    return change


def confirm_address(change: AddressChange, now: datetime) -> None:
    """Give the member the new address, and tell the old one. Raises Gone when it was done, or the address is taken.

    Whoever confirms reads mail at the address, so an earlier bounce or suppression of it is lifted. What was begun at the
    old address ends (see `Member.save`).
    """
    old = change.member.ascii_address
    notice = notices.compose(_moved(), old)
    try:
        with transaction.atomic():
            if not AddressChange.objects.filter(pk=change.pk, confirmed_at=None).update(confirmed_at=now):
                raise Gone(change.pk)
            member = Member.objects.exclude(status=Member.ERASED).get(pk=change.member_id)
            member.address, member.status, member.soft_bounces, member.soft_since = change.address, Member.ACTIVE, 0, None
            member.save()
            Suppression.objects.filter(address_hash=member.address_hash).delete()
            notice.send()
    except IntegrityError:
        raise Gone(change.pk) from None


def _moved() -> notices.Notice:
    return notices.Notice(
        subject=_("Your address with us has been changed"),
        before=(
            _("From now on our letters go to another address of yours, which was confirmed there. Nothing more comes here."),
            _("If it wasn't you, write to us at once, and we'll put it right."),
        ),
    )


def forget_old(now: datetime) -> int:
    """Remove links and unconfirmed addresses that nobody can use any more; return how many."""
    unmailed = Q(mailed_at=None, asked_at__lt=now - MAIL_WITHIN)
    links, _by_table = PersonalLink.objects.filter(unmailed | Q(mailed_at__lt=now - 2 * FRESH)).delete()
    changes, _by_table = AddressChange.objects.filter(asked_at__lt=now - KEEP).delete()
    return links + changes
