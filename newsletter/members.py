"""What members choose: subscribe, unsubscribe, be forgotten. Every choice leaves its evidence."""

from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from wagtail.models import ModelLogEntry

from newsletter import traces
from newsletter.addresses import accept, hash_of
from newsletter.importing import keeping as imports
from newsletter.models import (
    AddressChange,
    BounceReport,
    Delivery,
    EarlierAddress,
    Member,
    MemberLogin,
    MembershipApplication,
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
    "is_member",
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
APPLICATION = ("name", "address", "title", "employer", "region__name", "message", "asked_at", "settled_at", "wording")
SIGN_UP = ("address", "name", "asked_at", "confirmed_at", "source", "wording")
CHOICE = (*EVIDENCE, "frequency", "heard_at", "welcomed_at")
QUESTION = ("list__name", "asked_at", "answered_at")
READING = ("mailing__subject", "kind", "link", "first_at", "machine")
REPORT = ("received_at", "kind", "reason", "recipient")
SINGLE_MAIL = ("recipient", "subject", "state", "created_at", "last_error")
LINK = ("asked_at", "mailed_at", "used_at")
LOGIN = (*LINK, "until")
# How the sources of what editors do begin.
BY_HAND = "admin: "


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


def erase(member: Member, now: datetime) -> None:
    """Forget a person: blank the row and every frozen address, keep only the hashes that keep imports out."""
    with transaction.atomic():
        member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
        found = traces.of_member(member)
        _forget(found, now)
        traces.asked_at_new(member).delete()
        EarlierAddress.objects.filter(member=member).delete()
        Delivery.objects.filter(member_id=member.pk).update(address="", last_reply="")
        imports.forget(member, (), now)
        for table in (AddressChange, BounceReport, MemberLogin, PersonalLink, ProviderEvent, Reading, MembershipApplication):
            table.objects.filter(member=member).delete()
        _their_log(member).update(label="", data={})
        for choice in list(Subscription.objects.filter(member=member, state=Subscription.SUBSCRIBED)):
            unsubscribe(member.pk, choice.list_id, now, source="erasure")
        for evidence in (Subscription, SubscriptionChange):
            # What an editor wrote about the person; the wordings of pages and files name nobody.
            evidence.objects.filter(member=member, source__startswith=BY_HAND).update(wording="")
        member.tags.clear()
        _blank(member, now)
        traces.unquote(found)


def _blank(member: Member, now: datetime) -> None:
    texts = ("name", "address", "ascii_address", "address_hash", "employer", "role", "membership_number", "tracking_wording")
    facts = ("region", "joined_on", "tracking_agreed_at", "soft_since")
    blank: dict[str, Any] = dict.fromkeys(texts, "") | dict.fromkeys(facts)
    # `save` refuses whoever is erased already, and an erasure may be repeated.
    gone = {"is_member": False, "soft_bounces": 0, "status": Member.ERASED, "erased_at": member.erased_at or now}
    Member.objects.filter(pk=member.pk).update(**blank, **gone)


def _forget(found: traces.Traces, now: datetime) -> None:
    """Suppress each address by its hash and drop what is kept under it outside the member's own row."""
    for hashed in sorted(found.hashes):
        suppress(hashed, "erased", now)
    traces.wipe(found)
    imports.forget(None, found.addresses, now)


def erase_address(address: str, now: datetime) -> None:
    """Forget the person with `address`, member or not; may be repeated. Raises ValidationError, or Unknown."""
    _held_about(address)
    member = find(address)
    if member is not None:
        erase(member, now)
        return
    with transaction.atomic():
        found = traces.of_address(address)
        _forget(found, now)
        traces.unquote(found)


def export(address: str) -> dict[str, Any]:
    """Return all that is held on the person with `address`, ready for JSON. Raises ValidationError, or Unknown."""
    return {"address": address, **_held_about(address)}


def _held_about(address: str) -> dict[str, Any]:
    member = find(address)
    found = traces.of_member(member) if member else traces.of_address(address)
    reports, events = (_of(table, member, found) for table in (BounceReport, ProviderEvent))
    mails = found.rows(SingleMail) | traces.asked_at_new(member) if member else found.rows(SingleMail)
    logins = models.Q(pk__in=found.logins()) | (models.Q(member=member) if member else models.Q(pk__in=()))
    links = models.Q(pk__in=found.links()) | (models.Q(member=member) if member else models.Q(pk__in=()))
    told: dict[str, Any] = {
        "applications": _rows(found.rows(MembershipApplication).order_by("asked_at", "pk"), *APPLICATION),
        "sign_ups": _rows(found.rows(SignUp).order_by("asked_at", "pk"), "list__name", *SIGN_UP),
        "imports": imports.held(member, found.addresses),
        "single_mails": _rows(mails.order_by("created_at", "pk"), *SINGLE_MAIL),
        "reports": _rows(reports.order_by("received_at", "pk"), *REPORT),
        "events": _rows(events.order_by("received_at", "pk"), *REPORT),
        "links": _rows(PersonalLink.objects.filter(links).order_by("asked_at", "pk"), *LINK),
        "logins": _rows(MemberLogin.objects.filter(logins).order_by("asked_at", "pk"), *LOGIN),
        "suppressed": _rows(Suppression.objects.filter(address_hash=hash_of(address)), "reason", "since"),
    }
    if member is None and not any(told.values()):
        raise Unknown(_("Nothing is held on %(address)s.") % {"address": address})
    return {**(_held_on_member(member) if member else {}), **told}


def _of(table: type[models.Model], member: Member | None, found: traces.Traces) -> models.QuerySet[Any]:
    """Return the rows about a member or at one of the addresses; a row about another member is theirs."""
    mine = found.rows(table).filter(models.Q(member=None) | models.Q(member=member))
    return mine | table._default_manager.filter(member=member) if member else mine


def _held_on_member(member: Member) -> dict[str, Any]:
    changes = AddressChange.objects.filter(member=member)
    (person,) = _rows(Member.objects.filter(pk=member.pk), *PERSON)
    return {
        "member": person,
        "tags": list(member.tags.values_list("name", flat=True)),
        "subscriptions": _rows(member.subscriptions.order_by("since", "pk"), "list__name", *CHOICE),
        "changes": _rows(member.changes.all(), "list__name", *EVIDENCE),
        "mailings": _rows(Delivery.objects.filter(member_id=member.pk).order_by("mailing_id"), "mailing__subject", *DELIVERY),
        "questions": _rows(Question.objects.filter(member=member).order_by("asked_at", "pk"), *QUESTION),
        "readings": _rows(Reading.objects.filter(member=member).order_by("first_at", "pk"), *READING),
        "address_changes": _rows(changes.order_by("asked_at", "pk"), "address", "asked_at", "confirmed_at"),
        "edits": _rows(_their_log(member).order_by("timestamp", "pk"), "timestamp", "action", "label"),
    }


def _rows(found: models.QuerySet[Any], *columns: str) -> list[dict[str, Any]]:
    return list(found.values(*columns))
