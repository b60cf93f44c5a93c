"""What members choose: subscribe, unsubscribe, be forgotten. Every choice leaves its evidence."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models.functions import Lower
from django.db.models.lookups import In
from django.utils.translation import gettext as _
from wagtail.models import ModelLogEntry

from newsletter.addresses import accept, suppression_hash
from newsletter.importing import keeping as imports
from newsletter.models import (
    AddressChange,
    BounceReport,
    Delivery,
    EarlierAddress,
    Mailing,
    Member,
    PersonalLink,
    ProviderEvent,
    Question,
    Reading,
    SignUp,
    SingleMail,
    Subscription,
    SubscriptionChange,
    Suppression,
)

# What an export tells of each kind of row.
PERSON = (
    "name",
    "address",
    "employer",
    "region__name",
    "role",
    "membership_number",
    "joined_on",
    "language",
    "status",
    "tracking_agreed_at",
    "tracking_wording",
    "soft_bounces",
    "soft_since",
    "created_at",
)
EVIDENCE = ("state", "since", "source", "wording")
DELIVERY = ("address", "state", "reason", "relay", "attempts", "first_attempt_at", "settled_at", "last_reply")
SIGN_UP = ("address", "name", "asked_at", "confirmed_at", "source", "wording")
CHOICE = (*EVIDENCE, "frequency", "heard_at", "welcomed_at")
QUESTION = ("list__name", "asked_at", "answered_at")
READING = ("mailing__subject", "kind", "link", "first_at", "machine")
REPORT = ("received_at", "kind", "reason", "recipient")
SINGLE_MAIL = ("recipient", "subject", "state", "created_at")


class Unknown(LookupError):
    """Nothing is held on the person; the words are for the operator."""


def find(address: str) -> Member | None:
    """Return the member with `address`, however it is spelled. Raises ValidationError for what is no address."""
    normal = accept(address).ascii.lower()
    # The second condition is the index's own, without which no database uses it.
    return Member.objects.annotate(lower=Lower("ascii_address")).filter(lower=normal).exclude(ascii_address="").first()


def choose(
    member_id: int, list_id: int, state: str, now: datetime, *, source: str, wording: str = "", mailing_id: int | None = None
) -> bool:
    """Set a member's choice about a list, with its evidence; return whether anything changed. May be repeated.

    `mailing_id`: the mailing through whose link it was made.
    """
    evidence = {"state": state, "since": now, "source": source[:200], "wording": wording}
    with transaction.atomic():
        row, made = Subscription.objects.get_or_create(member_id=member_id, list_id=list_id, defaults=evidence)
        if not made and not Subscription.objects.filter(pk=row.pk).exclude(state=state).update(**evidence):
            return False
        SubscriptionChange.objects.create(member_id=member_id, list_id=list_id, mailing_id=mailing_id, **evidence)
    return True


def unsubscribe(member_id: int, list_id: int, now: datetime, *, source: str, mailing_id: int | None = None) -> bool:
    """Take a member off a list at once; waiting rows of running mailings are excluded when claimed."""
    return choose(member_id, list_id, Subscription.UNSUBSCRIBED, now, source=source, mailing_id=mailing_id)


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
        _forget_earlier(member, now)
        Delivery.objects.filter(member_id=member.pk).update(address="", last_reply="")
        imports.forget(member, ())
        for table in (AddressChange, BounceReport, PersonalLink, ProviderEvent, Reading):
            table.objects.filter(member=member).delete()
        _their_log(member).update(label="", data={})
        for choice in list(Subscription.objects.filter(member=member, state=Subscription.SUBSCRIBED)):
            unsubscribe(member.pk, choice.list_id, now, source="erasure")
        for name in ("name", "address", "employer", "role", "membership_number", "tracking_wording"):
            setattr(member, name, "")
        member.region, member.joined_on, member.tracking_agreed_at = None, None, None
        member.tags.clear()
        member.status, member.erased_at = Member.ERASED, now
        member.save()


def _forget_addresses(addresses: set[str], now: datetime) -> None:
    """Suppress each address by its hash and drop what is kept under it outside the member's own row."""
    for address in sorted(addresses):
        suppress(suppression_hash(accept(address).ascii), "erased", now)
        for mailing in Mailing.objects.filter(why__icontains=address).only("why"):
            # A mail server's answer, quoted as the reason of a pause, may name the person.
            why = re.sub(re.escape(address), "…", mailing.why, flags=re.IGNORECASE)
            Mailing.objects.filter(pk=mailing.pk).update(why=why)
    for table in (SignUp, PersonalLink):
        table.objects.filter(_at(addresses, "address")).delete()
    for table in (SingleMail, BounceReport, ProviderEvent):
        table.objects.filter(_at(addresses, "recipient")).delete()
    imports.forget(None, addresses)


def _forget_earlier(member: Member, now: datetime) -> None:
    """Suppress the addresses that `member` had before, but for what is another member's today."""
    earlier = EarlierAddress.objects.filter(member=member)
    hashes = set(earlier.values_list("address_hash", flat=True))
    for hashed in sorted(hashes - set(Member.objects.filter(address_hash__in=hashes).values_list("address_hash", flat=True))):
        suppress(hashed, "erased", now)
    earlier.delete()


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
        "imports": imports.held(member, addresses),
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
        "tags": list(member.tags.values_list("name", flat=True)),
        "subscriptions": _rows(member.subscriptions.all(), "list__name", *CHOICE),
        "changes": _rows(member.changes.all(), "list__name", *EVIDENCE),
        "mailings": _rows(Delivery.objects.filter(member_id=member.pk), "mailing__subject", *DELIVERY),
        "questions": _rows(Question.objects.filter(member=member), *QUESTION),
        "readings": _rows(Reading.objects.filter(member=member), *READING),
        "reports": _rows(BounceReport.objects.filter(member=member), *REPORT),
        "events": _rows(ProviderEvent.objects.filter(member=member), *REPORT),
        "address_changes": _rows(AddressChange.objects.filter(member=member), "address", "asked_at", "confirmed_at"),
        "edits": _rows(_their_log(member), "timestamp", "action", "label"),
    }


def _rows(found: models.QuerySet[Any], *columns: str) -> list[dict[str, Any]]:
    return list(found.values(*columns))
