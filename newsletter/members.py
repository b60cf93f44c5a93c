"""What members choose: subscribe, unsubscribe, be forgotten. Every choice leaves its evidence."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.mail import EmailMessage
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower
from django.db.models.lookups import In
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from wagtail.models import ModelLogEntry

from cms.addresses import own_url
from cms.secrets import read_link, sign_link
from newsletter.addresses import accept, suppression_hash
from newsletter.models import (
    Delivery,
    Mailing,
    MailingList,
    Member,
    SignUp,
    SingleMail,
    Subscription,
    SubscriptionChange,
    Suppression,
)

# One confirmation mail per address and list within this time, so that the form can't flood an inbox.
QUIET = timedelta(minutes=10)
CONFIRM_WITHIN = timedelta(days=14)
# What an export tells of each kind of row.
PERSON = (
    "name",
    "address",
    "employer",
    "region__name",
    "role",
    "membership_number",
    "language",
    "status",
    "soft_bounces",
    "soft_since",
    "created_at",
)
EVIDENCE = ("state", "since", "source", "wording")
DELIVERY = ("address", "state", "reason", "relay", "attempts", "first_attempt_at", "settled_at", "last_reply")
SIGN_UP = ("address", "name", "asked_at", "confirmed_at", "source", "wording")
SINGLE_MAIL = ("recipient", "subject", "state", "created_at")


class Unknown(LookupError):
    """Nothing is held on the person; the words are for the operator."""


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


def confirm(asked: SignUp, now: datetime) -> Member | None:
    """Make the sign-up a subscription. May be repeated, and then changes nothing; None if the member is gone by now.

    It is the person's own act, so it also lifts a bounce or a suppression of the address.
    """
    with transaction.atomic():
        # The statement that only one of several confirmations wins, and none that comes again later.
        won = SignUp.objects.filter(pk=asked.pk, confirmed_at=None).update(confirmed_at=now)
        member = find(asked.address)
        if not won:
            return member
        member = member or _newcomer(asked)
        Member.objects.filter(pk=member.pk).exclude(status=Member.ERASED).update(status=Member.ACTIVE)
        Suppression.objects.filter(address_hash=member.address_hash).delete()
        choose(member.pk, asked.list_id, Subscription.SUBSCRIBED, now, source=asked.source, wording=asked.wording)
        member.refresh_from_db()
    return member


def _newcomer(asked: SignUp) -> Member:
    """Make the member, or find the one that a confirmation for another list made at the same moment."""
    try:
        with transaction.atomic():
            return Member.objects.create(address=asked.address, name=asked.name)
    except IntegrityError:
        found = find(asked.address)
        if found is None:
            raise
        return found


def suppress(address_hash: str, reason: str, now: datetime) -> None:
    """Keep an address (by its hash) from everything; the first reason stays."""
    if address_hash:
        Suppression.objects.get_or_create(address_hash=address_hash, defaults={"reason": reason, "since": now})


def _their_log(member: Member) -> models.QuerySet[ModelLogEntry]:
    """Return the admin's log of a member; each entry repeats the name or address that it had then."""
    return ModelLogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Member), object_id=str(member.pk))


def _at(addresses: Iterable[str], column: str) -> models.Q:
    return models.Q(In(Lower(column), sorted(addresses)))


def _addresses_of(member: Member) -> set[str]:
    """Return all spellings and earlier addresses of `member` in small letters, but for what is another member's today."""
    frozen = Delivery.objects.filter(member_id=member.pk).values_list("address", flat=True)
    found = {address.lower() for address in (member.ascii_address, member.address, *frozen.distinct())} - {""}
    others = Member.objects.exclude(pk=member.pk).filter(_at(found, "ascii_address"))
    return found - {address.lower() for address in others.values_list("ascii_address", flat=True)}


def erase(member: Member, now: datetime) -> None:
    """Forget a person: blank the row and every frozen address, keep only the hashes that keep imports out."""
    with transaction.atomic():
        member = Member.objects.get(pk=member.pk)
        _forget_addresses(_addresses_of(member), now)
        Delivery.objects.filter(member_id=member.pk).update(address="", last_reply="")
        _their_log(member).update(label="", data={})
        for choice in list(Subscription.objects.filter(member=member, state=Subscription.SUBSCRIBED)):
            unsubscribe(member.pk, choice.list_id, now, source="erasure")
        for name in ("name", "address", "employer", "role", "membership_number"):
            setattr(member, name, "")
        member.region, member.status, member.erased_at = None, Member.ERASED, now
        member.save()


def _forget_addresses(addresses: set[str], now: datetime) -> None:
    """Suppress each address by its hash and drop what is kept under it outside the member's own row."""
    for address in sorted(addresses):
        suppress(suppression_hash(accept(address).ascii), "erased", now)
        for mailing in Mailing.objects.filter(why__icontains=address).only("why"):
            # A mail server's answer, quoted as the reason of a pause, may name the person.
            why = re.sub(re.escape(address), "…", mailing.why, flags=re.IGNORECASE)
            Mailing.objects.filter(pk=mailing.pk).update(why=why)
    SignUp.objects.filter(_at(addresses, "address")).delete()
    SingleMail.objects.filter(_at(addresses, "recipient")).delete()


def erase_address(address: str, now: datetime) -> None:
    """Forget the person with `address`, member or not; may be repeated. Raises ValidationError, or Unknown."""
    _held_about(address)
    member = find(address)
    if member is not None:
        erase(member, now)
        return
    with transaction.atomic():
        _forget_addresses({accept(address).ascii.lower()}, now)


def export(address: str) -> dict[str, Any]:
    """Return all that is held on the person with `address`, ready for JSON. Raises ValidationError, or Unknown."""
    return {"address": address, **_held_about(address)}


def _held_about(address: str) -> dict[str, Any]:
    normal, member = accept(address).ascii.lower(), find(address)
    addresses = {normal} | (_addresses_of(member) if member else set())
    hashed = suppression_hash(normal)
    found: dict[str, Any] = {
        "sign_ups": _rows(SignUp.objects.filter(_at(addresses, "address")), "list__name", *SIGN_UP),
        "single_mails": _rows(SingleMail.objects.filter(_at(addresses, "recipient")), *SINGLE_MAIL),
        "suppressed": _rows(Suppression.objects.filter(address_hash=hashed), "reason", "since"),
    }
    if member is None and not any(found.values()):
        raise Unknown(_("Nothing is held on %(address)s.") % {"address": address})
    return {**(_held_on_member(member) if member else {}), **found}


def _held_on_member(member: Member) -> dict[str, Any]:
    (person,) = _rows(Member.objects.filter(pk=member.pk), *PERSON)
    return {
        "member": person,
        "subscriptions": _rows(member.subscriptions.all(), "list__name", *EVIDENCE),
        "changes": _rows(member.changes.all(), "list__name", *EVIDENCE),
        "mailings": _rows(Delivery.objects.filter(member_id=member.pk), "mailing__subject", *DELIVERY),
        "edits": _rows(_their_log(member), "timestamp", "action", "label"),
    }


def _rows(found: models.QuerySet[Any], *columns: str) -> list[dict[str, Any]]:
    return list(found.values(*columns))
