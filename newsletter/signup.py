"""Subscribing by oneself, with double opt-in: ask, mail a link, confirm. Nothing here tells whether an address is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cms.addresses import own_url
from cms.secrets import read_link, sign_link
from newsletter import limits, notices
from newsletter.addresses import accept
from newsletter.cleaning import one_line
from newsletter.members import choose, find
from newsletter.models import MailingList, Member, SignUp, Subscription, Suppression
from newsletter.welcome import greet, welcome_mail

# A field that people don't see; programs that fill in forms do.
TRAP = "homepage"
# One confirmation mail per address and list within this time, so that the form can't flood an inbox.
QUIET = timedelta(minutes=10)
CONFIRM_WITHIN = timedelta(days=14)
KEEP_UNCONFIRMED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a confirmation did: whose it was (None: gone by now), and the lists that it won, none when it came again."""

    member: Member | None
    won: tuple[MailingList, ...]


class TooOld(ValueError):
    """The confirmation link was followed too late; the words are for the person."""


def open_lists() -> list[MailingList]:
    """Return the lists that anybody may subscribe to."""
    return list(MailingList.objects.filter(is_open=True))


def consent() -> str:
    """Return the words that stand above the button, and are kept with every subscription made by it."""
    return _("I want what I have ticked by e-mail from %(name)s. I can unsubscribe at any time, by a link in every letter.") % {
        "name": notices.association()
    }


def wording(mailing_list: MailingList) -> str:
    """Return exactly what somebody who ticks `mailing_list` reads."""
    return "\n".join(filter(None, (mailing_list.name, mailing_list.description.strip(), consent())))


def ask_to_subscribe(address: str, name: str, lists: Sequence[MailingList], now: datetime, *, source: str) -> None:
    """Mail one link that confirms all `lists` (double opt-in). Raises ValidationError for a bad address.

    The work is the same whether the address is known, unknown or suppressed.
    """
    to = accept(address).ascii
    lists = _not_lately(to, lists, now)
    if not lists or not limits.has_room(limits.SUBSCRIBE, to, now):
        return
    name = one_line(name)[:200]
    wordings = [wording(found) for found in lists]
    mail = notices.compose(_confirmation(lists), to)
    with transaction.atomic():
        asked = [
            SignUp.objects.create(address=to, name=name, list=found, asked_at=now, source=source[:200], wording=words)
            for found, words in zip(lists, wordings, strict=True)
        ]
        token = sign_link("confirm", *(row.pk for row in asked))
        notices.fill_in(mail, own_url(f"/n/c/{token}")).send()


def _not_lately(address: str, lists: Sequence[MailingList], now: datetime) -> list[MailingList]:
    recent = SignUp.objects.filter(address=address, asked_at__gt=now - QUIET).values_list("list_id", flat=True)
    lately = set(recent)
    return [found for found in lists if found.pk not in lately]


def _confirmation(lists: Sequence[MailingList]) -> notices.Notice:
    names = ", ".join(f"”{found.name}”" for found in lists)
    return notices.Notice(
        subject=_("Confirm your subscription"),
        before=(
            _("Hello!"),
            _("You, or somebody else, asked for %(lists)s at this address. Press the button to confirm it.") % {"lists": names},
        ),
        button=_("Confirm"),
        url=notices.LATER,
        after=(_("If it wasn't you, do nothing: without a confirmation you get no mail."),),
    )


def asked_for(token: str, now: datetime) -> list[SignUp]:
    """Return the sign-ups that a confirmation link belongs to. Raises BadLink, SignUp.DoesNotExist or TooOld."""
    keys = read_link("confirm", token)
    asked = list(SignUp.objects.select_related("list").filter(pk__in=keys).order_by("pk"))
    if not asked or len({row.address for row in asked}) != 1:
        raise SignUp.DoesNotExist
    if any(row.confirmed_at is None and row.asked_at < now - CONFIRM_WITHIN for row in asked):
        raise TooOld(_("The link is too old. Subscribe again to get a new one."))
    return asked


def confirm(asked: Sequence[SignUp], now: datetime) -> Confirmed:
    """Make sign-ups of one address subscriptions. May be repeated, and then changes nothing and wins nothing.

    It is the person's own act, so it also lifts a bounce or a suppression of the address. Newcomers to a
    list are welcomed.
    """
    if all(row.confirmed_at for row in asked):
        return Confirmed(find(asked[0].address), ())
    member = find(asked[0].address) or _newcomer(asked[0])
    welcomes = {row.pk: welcome_mail(member, row.list) for row in asked}
    with transaction.atomic():
        # The statement that only one of several confirmations wins, and none that comes again later.
        won = [row for row in asked if SignUp.objects.filter(pk=row.pk, confirmed_at=None).update(confirmed_at=now)]
        if won:
            _revive(member)
        for row in won:
            fresh = choose(member.pk, row.list_id, Subscription.SUBSCRIBED, now, source=row.source, wording=row.wording)
            if fresh:
                greet(member, row.list, welcomes[row.pk], now)
    member.refresh_from_db()
    return Confirmed(member, tuple(row.list for row in won))


def has_all(asked: Sequence[SignUp]) -> bool:
    """Tell whether whoever asked for these lists has them all now."""
    member = find(asked[0].address)
    lists = {row.list_id for row in asked}
    has = Subscription.objects.filter(member=member, list__in=lists, state=Subscription.SUBSCRIBED)
    return member is not None and has.count() == len(lists)


def _revive(member: Member) -> None:
    Member.objects.filter(pk=member.pk).exclude(status=Member.ERASED).update(
        status=Member.ACTIVE, soft_bounces=0, soft_since=None
    )
    Suppression.objects.filter(address_hash=member.address_hash).delete()


def _newcomer(asked: SignUp) -> Member:
    """Make the reader, who is no member of the association, or find whom a confirmation for another list made meanwhile."""
    try:
        with transaction.atomic():
            return Member.objects.create(address=asked.address, name=asked.name, is_member=False)
    except IntegrityError:
        found = find(asked.address)
        if found is None:
            raise
        return found


def forget_old(now: datetime) -> int:
    """Remove sign-ups that nobody confirmed in time; return how many."""
    return SignUp.objects.filter(confirmed_at=None, asked_at__lt=now - KEEP_UNCONFIRMED).delete()[0]
