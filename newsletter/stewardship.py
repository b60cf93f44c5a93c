"""What an editor does with single members and addresses by hand: always with a reason, always in the log."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from newsletter import audit
from newsletter.addresses import accept, suppression_hash
from newsletter.members import BY_HAND, choose, erase, suppress
from newsletter.models import MailingList, Member, Subscription, Suppression


class Refused(ValueError):
    """It may not be done; the words are for the editor."""


def source_of(user: Any) -> str:
    """Return how an editor's act is named in the evidence."""
    return f"{BY_HAND}{user.get_username()}"


def why_silent(member: Member) -> str:
    """Return why nothing is sent to this member at all, or nothing: a status, or a reason of Suppression."""
    if member.status != Member.ACTIVE:
        return member.status
    found = Suppression.objects.filter(address_hash=member.address_hash).values_list("reason", flat=True).first()
    return found or ""


def put_on(member: Member, mailing_list: MailingList, reason: str, now: datetime, user: Any) -> None:
    """Subscribe a member by hand, with the reason as evidence. Raises Refused for who is silenced, or without a reason."""
    if not reason.strip():
        raise Refused(_("Write why we may send this to the person: it is kept as evidence."))
    if why_silent(member):
        raise Refused(_("Nothing can be sent to this person now. Put that right first."))
    if choose(member.pk, mailing_list.pk, Subscription.SUBSCRIBED, now, source=source_of(user), wording=reason.strip()):
        audit.record(member, "subscribe", user, list=mailing_list.slug)


def take_off(member: Member, mailing_list: MailingList, now: datetime, user: Any) -> None:
    """Take a member off a list at once."""
    if choose(member.pk, mailing_list.pk, Subscription.UNSUBSCRIBED, now, source=source_of(user)):
        audit.record(member, "unsubscribe", user, list=mailing_list.slug)


def works_again(member: Member, reason: str, user: Any) -> None:
    """Say that an address works again that had bounced. Raises Refused for whoever was silenced otherwise."""
    if not reason.strip():
        raise Refused(_("Write how you know that the address works again."))
    with transaction.atomic():
        bounced = Member.objects.filter(pk=member.pk, status=Member.BOUNCED)
        done = bounced.update(status=Member.ACTIVE, soft_bounces=0, soft_since=None)
        lifted, _rows = Suppression.objects.filter(address_hash=member.address_hash, reason="bounced").delete()
        if not done and not lifted:
            raise Refused(_("The address hasn't been marked as not working."))
        audit.record(member, "works_again", user, reason=reason.strip())


def erase_by_hand(member: Member, typed: str, now: datetime, user: Any) -> None:
    """Erase a member whose address was typed to confirm it. Raises Refused if another was typed."""
    if typed.strip().lower() not in {member.address.lower(), member.ascii_address.lower()} - {""}:
        raise Refused(_("That isn't the member's address. Nothing has been erased."))
    erase(member, now)
    member.refresh_from_db()
    audit.record(member, "erase", user)


def suppress_by_hand(address: str, now: datetime, user: Any) -> None:
    """Put an address on the suppression list. Raises ValidationError, or Refused if it stands there."""
    hashed = suppression_hash(accept(address).ascii)
    if Suppression.objects.filter(address_hash=hashed).exists():
        raise Refused(_("The address is on the list already."))
    suppress(hashed, "manual", now)
    audit.record(Suppression.objects.get(address_hash=hashed), "suppress", user)


def lift(address: str, reason: str, user: Any) -> None:
    """Take an address off the suppression list. Raises ValidationError, or Refused.

    What a person has asked for is lifted by that person alone: who was erased must subscribe anew.
    """
    if not reason.strip():
        raise Refused(_("Write why the address is taken off the list."))
    row = Suppression.objects.filter(address_hash=suppression_hash(accept(address).ascii)).first()
    if row is None:
        raise Refused(_("The address isn't on the list."))
    if row.reason == "erased":
        raise Refused(_("Whoever was erased at their own wish comes back only by subscribing on the web."))
    with transaction.atomic():
        audit.record(row, "lift", user, reason=reason.strip(), was=row.reason)
        row.delete()
