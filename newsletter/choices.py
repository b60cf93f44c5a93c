"""What members decide by the links in their letters: leave a list, take it back, how often, which lists."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from newsletter import notices
from newsletter.members import choose, unsubscribe
from newsletter.models import (
    Mailing,
    MailingList,
    Member,
    Subscription,
    SubscriptionChange,
    Suppression,
)
from newsletter.tracking import is_on
from newsletter.ways import Gone, numbers
from newsletter.welcome import greet, welcome_mail

# So long may a choice be taken back on the page that followed it; later, somebody else may hold the letter.
REGRET_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who leaves what, and by way of which mailing (None: a single mail, such as a welcome)."""

    member: Member
    list: MailingList
    mailing_id: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A list, whether the member has it, and how often."""

    list: MailingList
    chosen: bool
    frequency: str = Subscription.EVERY


def leaving_mailing(token: str) -> Leaving:
    """Return who leaves what by the link in a mailing. Raises BadLink or Gone."""
    mailing, member = numbers("unsubscribe", token, 2)
    found = Mailing.objects.filter(pk=mailing).select_related("list").defer("html", "text").first()
    if found is None:
        raise Gone(token)
    return Leaving(_person(member), found.list, found.pk)


def leaving_list(token: str) -> Leaving:
    """Return who leaves what by the link in a single mail. Raises BadLink or Gone."""
    key, member = numbers("list", token, 2)
    found = MailingList.objects.filter(pk=key).first()
    if found is None:
        raise Gone(token)
    return Leaving(_person(member), found)


def _person(key: int) -> Member:
    found = Member.objects.filter(pk=key).first()
    if found is None:
        raise Gone(key)
    return found


def leave(who: Leaving, now: datetime, *, source: str) -> None:
    """Unsubscribe at once; may be repeated."""
    unsubscribe(who.member.pk, who.list.pk, now, source=source, mailing_id=who.mailing_id)


def has_it(who: Leaving) -> bool:
    """Tell whether the member has the list now."""
    return Subscription.objects.filter(member=who.member, list=who.list, state=Subscription.SUBSCRIBED).exists()


def prefer_fewer(who: Leaving, now: datetime) -> bool:
    """Ask for at most one letter a month, before or after having left; return whether that was possible."""
    if has_it(who):
        set_frequency(who, Subscription.SELDOM, now)
        return True
    return regret(who, now, Subscription.SELDOM)


def may_regret(who: Leaving, now: datetime) -> bool:
    """Tell whether what was left by this very link can be taken back with one press: within an hour, by nobody erased."""
    newest = SubscriptionChange.objects.filter(member=who.member, list=who.list).order_by("-since", "-pk").first()
    return (
        newest is not None
        and newest.state == Subscription.UNSUBSCRIBED
        and newest.mailing_id == who.mailing_id
        and newest.since > now - REGRET_WITHIN
        and who.member.status == Member.ACTIVE
    )


def regret(who: Leaving, now: datetime, frequency: str = "") -> bool:
    """Take the list back, perhaps with fewer letters; return whether that was still possible."""
    with transaction.atomic():
        if not may_regret(who, now):
            return False
        words = _("It was a mistake: I want “%(list)s” as before.") % {"list": who.list.name}
        choose(
            who.member.pk,
            who.list.pk,
            Subscription.SUBSCRIBED,
            now,
            source="unsubscribe page",
            wording=words,
            mailing_id=who.mailing_id,
        )
        if frequency:
            set_frequency(who, frequency, now)
    return True


def set_frequency(who: Leaving, frequency: str, now: datetime) -> None:
    """Write how often the member wants the list; a sign of life too."""
    subscriptions = Subscription.objects.filter(member=who.member, list=who.list, state=Subscription.SUBSCRIBED)
    subscriptions.update(frequency=frequency, heard_at=now)


def chooser(token: str) -> Member:
    """Return whose choices a link shows. Raises BadLink or Gone."""
    (member,) = numbers("preferences", token, 1)
    person = _person(member)
    if person.status == Member.ERASED:
        raise Gone(token)
    return person


def choices(member: Member) -> list[Choice]:
    """Return the lists that the member has a say about: open ones and those that they are or were on."""
    found = {row.list_id: row for row in Subscription.objects.filter(member=member)}
    out = []
    for one in MailingList.objects.all():
        row = found.get(one.pk)
        if row is not None:
            out.append(Choice(one, row.state == Subscription.SUBSCRIBED, row.frequency))
        elif one.is_open:
            out.append(Choice(one, chosen=False))
    return out


def save_choices(member: Member, wanted: Collection[int], frequencies: Mapping[int, str], now: datetime) -> None:
    """Write the choices of the preferences page: lists by key, and how often. Newcomers to a list are welcomed."""
    known = choices(member)
    welcomes = {one.list.pk: welcome_mail(member, one.list) for one in known if one.list.pk in wanted and not one.chosen}
    allowed = dict(Subscription.FREQUENCIES)
    with transaction.atomic():
        for one in known:
            _save_one(member, one, one.list.pk in wanted, now)
            if one.list.pk in welcomes:
                greet(member, one.list, welcomes[one.list.pk], now)
            frequency = frequencies.get(one.list.pk, "")
            if one.list.pk in wanted:
                set_frequency(Leaving(member, one.list), frequency if frequency in allowed else one.frequency, now)


def _save_one(member: Member, one: Choice, wanted: bool, now: datetime) -> None:
    if wanted != one.chosen:
        state = Subscription.SUBSCRIBED if wanted else Subscription.UNSUBSCRIBED
        words = "\n".join(filter(None, (one.list.name, one.list.description.strip()))) if wanted else ""
        choose(member.pk, one.list.pk, state, now, source="preferences page", wording=words)


def masked(address: str) -> str:
    """Return an address so that its owner knows it and nobody else learns it: the letter may have been forwarded."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"


def is_silenced(member: Member) -> bool:
    """Tell whether nothing reaches the member whatever is chosen: the address bounced, or is suppressed."""
    return member.status != Member.ACTIVE or Suppression.objects.filter(address_hash=member.address_hash).exists()


def has_agreed(member: Member) -> bool:
    """Tell whether the member has agreed to be counted."""
    return Member.objects.filter(pk=member.pk, tracking_agreed_at__isnull=False).exists()


def tracking_wording() -> str:
    """Return the words to agree to, where the association counts opens and clicks; empty where it doesn't."""
    if not is_on():
        return ""
    return _(
        "%(name)s may count whether I open letters and which links I follow, to make them better. "
        "I can change this here at any time."
    ) % {"name": notices.association()}


def agree_to_tracking(member: Member, now: datetime) -> None:
    """Keep the member's word that they may be counted, with its wording; only for who came by a fresh link of their own."""
    if words := tracking_wording():
        people = Member.objects.filter(pk=member.pk, tracking_agreed_at=None).exclude(status=Member.ERASED)
        people.update(tracking_agreed_at=now, tracking_wording=words)


def withdraw_from_tracking(member: Member) -> None:
    """Take the member's word back; whoever holds a letter of theirs may do that."""
    Member.objects.filter(pk=member.pk, tracking_agreed_at__isnull=False).update(tracking_agreed_at=None, tracking_wording="")
