"""What members choose: subscribe, unsubscribe, be forgotten. Every choice leaves its evidence."""

from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models.functions import Lower
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from cms.addresses import own_url
from cms.secrets import read_link, sign_link
from newsletter.addresses import accept
from newsletter.models import Delivery, MailingList, Member, SignUp, SingleMail, Subscription, SubscriptionChange, Suppression

# One confirmation mail per address and list within this time, so that the form can't flood an inbox.
QUIET = timedelta(minutes=10)
CONFIRM_WITHIN = timedelta(days=14)


class TooOld(ValueError):
    """The confirmation link was followed too late; the words are for the person."""


def find(address: str) -> Member | None:
    """Return the member with `address`, however it is spelled. Raises ValidationError for what is no address."""
    normal = accept(address).ascii.lower()
    return Member.objects.annotate(lower=Lower("ascii_address")).filter(lower=normal).first()


def choose(member_id: int, list_id: int, state: str, now: datetime, *, source: str, wording: str = "") -> bool:
    """Set a member's choice about a list, with its evidence; return whether anything changed. May be repeated."""
    evidence = {"state": state, "since": now, "source": source[:200], "wording": wording}
    with transaction.atomic():
        row, made = Subscription.objects.get_or_create(member_id=member_id, list_id=list_id, defaults=evidence)
        if not made and not Subscription.objects.filter(pk=row.pk).exclude(state=state).update(**evidence):
            return False
        SubscriptionChange.objects.create(member_id=member_id, list_id=list_id, **evidence)
    return True


def unsubscribe(member_id: int, list_id: int, now: datetime, *, source: str) -> bool:
    """Take a member off a list at once; waiting rows of running mailings are excluded when claimed."""
    return choose(member_id, list_id, Subscription.UNSUBSCRIBED, now, source=source)


def ask_to_subscribe(address: str, name: str, mailing_list: MailingList, now: datetime, *, source: str, wording: str) -> None:
    """Mail a confirmation link (double opt-in). Raises ValidationError for a bad address.

    Says nothing about whether the address is known already.
    """
    accepted = accept(address)
    recent = SignUp.objects.filter(address=accepted.ascii, list=mailing_list, asked_at__gt=now - QUIET)
    if recent.exists():
        return
    with transaction.atomic():
        asked = SignUp.objects.create(
            address=accepted.ascii,
            name=" ".join(name.split())[:200],
            list=mailing_list,
            asked_at=now,
            source=source[:200],
            wording=wording,
        )
        link = own_url(f"/n/c/{sign_link('confirm', asked.pk)}")
        words = render_to_string("newsletter/pages/confirm.txt", {"link": link, "list": mailing_list})
        EmailMessage(_("Confirm that you want %(list)s") % {"list": mailing_list.name}, words, to=[accepted.ascii]).send()


def asked_for(token: str, now: datetime) -> SignUp:
    """Return the sign-up that a confirmation link belongs to. Raises BadLink, SignUp.DoesNotExist or TooOld."""
    (key,) = read_link("confirm", token)
    asked = SignUp.objects.select_related("list").get(pk=key)
    if asked.confirmed_at is None and asked.asked_at < now - CONFIRM_WITHIN:
        raise TooOld(_("The link is too old. Subscribe again to get a new one."))
    return asked


def confirm(asked: SignUp, now: datetime) -> Member:
    """Make the sign-up a subscription. May be repeated.

    It is the person's own act, so it also lifts a bounce or a suppression of the address.
    """
    with transaction.atomic():
        member = find(asked.address) or Member(address=asked.address, name=asked.name)
        member.status = Member.ACTIVE
        member.save()
        if SignUp.objects.filter(pk=asked.pk, confirmed_at=None).update(confirmed_at=now):
            Suppression.objects.filter(address_hash=member.address_hash).delete()
            choose(member.pk, asked.list_id, Subscription.SUBSCRIBED, now, source=asked.source, wording=asked.wording)
    return member


def suppress(address_hash: str, reason: str, now: datetime) -> None:
    """Keep an address (by its hash) from everything; the first reason stays."""
    if address_hash:
        Suppression.objects.get_or_create(address_hash=address_hash, defaults={"reason": reason, "since": now})


def erase(member: Member, now: datetime) -> None:
    """Forget a person: blank the row and every frozen address, keep only the hash that keeps imports out."""
    with transaction.atomic():
        member = Member.objects.get(pk=member.pk)
        suppress(member.address_hash, "erased", now)
        frozen = Delivery.objects.filter(member_id=member.pk)
        addresses = {*frozen.values_list("address", flat=True), member.ascii_address} - {""}
        SignUp.objects.filter(address__in=addresses).delete()
        SingleMail.objects.filter(recipient__in=addresses).delete()
        frozen.update(address="", last_reply="")
        for choice in list(Subscription.objects.filter(member=member, state=Subscription.SUBSCRIBED)):
            unsubscribe(member.pk, choice.list_id, now, source="erasure")
        for name in ("name", "address", "employer", "role", "membership_number"):
            setattr(member, name, "")
        member.region, member.status, member.erased_at = None, Member.ERASED, now
        member.save()
