"""What mail providers tell of our messages: read and proved by django-anymail, kept once, and settled like a report.

Whom an event is about, is told by the metadata that we sent along, else by the id that the provider gave
the message; and the address must be the one that we sent to.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anymail.exceptions import AnymailConfigurationError, AnymailError, AnymailWebhookValidationFailure
from anymail.signals import EventType
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.debug import sensitive_variables

from cms.addresses import own_url
from newsletter import members
from newsletter.bounces.verdict import judge
from newsletter.models import Delivery, Mailing, ProviderEvent
from newsletter.settling import COMPLAINT, DELIVERED, SOFT, settle

LARGEST = 1_000_000
MOST = 2_000
LONGEST_NUMBER = 18
READERS = {
    "postmark": "anymail.webhooks.postmark.PostmarkTrackingWebhookView",
    "mailgun": "anymail.webhooks.mailgun.MailgunTrackingWebhookView",
    "sendgrid": "anymail.webhooks.sendgrid.SendGridTrackingWebhookView",
    "brevo": "anymail.webhooks.brevo.BrevoTrackingWebhookView",
    "mailjet": "anymail.webhooks.mailjet.MailjetTrackingWebhookView",
    "resend": "anymail.webhooks.resend.ResendTrackingWebhookView",
    "sparkpost": "anymail.webhooks.sparkpost.SparkPostTrackingWebhookView",
    "mailersend": "anymail.webhooks.mailersend.MailerSendTrackingWebhookView",
    "mandrill": "anymail.webhooks.mandrill.MandrillCombinedWebhookView",
    "mailtrap": "anymail.webhooks.mailtrap.MailtrapTrackingWebhookView",
}
# What each reader calls the key that the provider signs with.
KEYS = {"mailgun": "webhook_signing_key", "sendgrid": "tracking_webhook_verification_key", "mandrill": "webhook_key"}
# These prove that the provider has the message.
TAKEN = frozenset({EventType.QUEUED, EventType.SENT, EventType.DEFERRED, EventType.DELIVERED})
CAME_BACK = frozenset({EventType.BOUNCED, EventType.REJECTED, EventType.FAILED})


class Unknown(LookupError):
    """There is no such provider, or it isn't listened to."""


class Forbidden(Exception):
    """The request doesn't prove that it comes from the provider."""


class Unreadable(ValueError):
    """The request isn't what the provider would send."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event, in our words. `kind`: anymail's name for it."""

    provider: str
    event_id: str
    kind: str
    message_id: str
    recipient: str
    said: str
    metadata: dict[str, Any]
    happened_at: datetime


def secrets() -> tuple[str, dict[str, str]]:
    """Return the common `user:password`, and the signing keys by provider, of MAIL_EVENTS_SECRET."""
    common, keys = "", {}
    for line in filter(None, map(str.strip, settings.MAIL_EVENTS_SECRET.splitlines())):
        name, found, key = line.partition("=")
        if found and name.strip() in KEYS:
            keys[name.strip()] = key.strip()
        else:
            common = line
    return common, keys


@sensitive_variables("common", "keys", "given")
def read_events(provider: str, request: HttpRequest) -> list[Event]:
    """Prove and read a provider's request. Raises Unknown, Forbidden or Unreadable."""
    common, keys = secrets()
    if provider not in READERS or not common:
        raise Unknown(provider)
    given: dict[str, Any] = {"webhook_secret": common}
    if provider in keys:
        given[KEYS[provider]] = keys[provider]
    if provider == "mandrill":
        given["webhook_url"] = own_url(f"/mail/events/{provider}/")
    try:
        reader = import_string(READERS[provider])(**given)
        reader.setup(request)
        reader.run_validators(request)
        events = reader.parse_events(request)
    except AnymailWebhookValidationFailure:
        raise Forbidden(provider) from None
    except AnymailConfigurationError as error:
        raise Unknown(f"{provider}: {type(error).__name__}") from None
    except (AnymailError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise Unreadable(f"{provider}: {type(error).__name__}") from None
    return [_event(provider, event) for event in events[:MOST]]


def _event(provider: str, event: Any) -> Event:
    message_id, recipient = _text(event.message_id, 200), _text(event.recipient, 254)
    named = "|".join((event.event_type, message_id, recipient, str(event.timestamp), _text(event.mta_response, 500)))
    # Some providers number only some of their events.
    digest = hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()
    event_id = f"{event.event_type}:{_text(event.event_id, 150)}" if event.event_id else digest
    return Event(
        provider=provider,
        event_id=event_id,
        kind=_text(event.event_type, 20),
        message_id=message_id,
        recipient=recipient,
        said=_text(event.mta_response, 500),
        metadata=event.metadata if isinstance(event.metadata, dict) else {},
        happened_at=event.timestamp or timezone.now(),
    )


def _text(value: object, most: int) -> str:
    text = " ".join(str(value or "").replace("\0", "").split())
    return text.encode("utf-8", "replace").decode()[:most]


def take_events(events: Iterable[Event], now: datetime) -> int:
    """Keep and settle each event that is new; return how many were."""
    return sum(_take(event, now) for event in events)


def _take(event: Event, now: datetime) -> bool:
    # Opens and clicks are nobody's business here.
    if event.kind not in {*TAKEN, *CAME_BACK, EventType.COMPLAINED, EventType.UNSUBSCRIBED}:
        return False
    row = _row(event)
    with transaction.atomic():
        _event_row, fresh = ProviderEvent.objects.get_or_create(
            provider=event.provider,
            event_id=event.event_id,
            defaults={
                "kind": event.kind,
                "provider_id": event.message_id,
                "recipient": event.recipient,
                "reason": event.said,
                "happened_at": event.happened_at,
                "received_at": now,
                "mailing_id": row.mailing_id if row else None,
                "member_id": row.member_id if row else None,
            },
        )
        if fresh and row is not None:
            _act(row, event, now)
    return fresh


def _row(event: Event) -> Delivery | None:
    mailing, member = (_number(event.metadata.get(name)) for name in ("mailing", "member"))
    rows = Delivery.objects.all()
    if mailing and member:
        row = rows.filter(mailing_id=mailing, member_id=member).first()
    else:
        row = rows.filter(provider_id=event.message_id).first() if event.message_id else None
    theirs = row is not None and (not row.address or not event.recipient or row.address.lower() == event.recipient.lower())
    return row if theirs else None


def _number(value: object) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else 0


def _act(row: Delivery, event: Event, now: datetime) -> None:
    if event.message_id and not row.provider_id:
        rows = Delivery.objects.filter(mailing_id=row.mailing_id, member_id=row.member_id)
        rows.update(provider_id=event.message_id)
    if event.kind in TAKEN:
        settle(row, DELIVERED, event.said, now)
    elif event.kind in CAME_BACK:
        # "Permanent" alone says nothing of the address: only clear words do.
        settle(row, judge("", event.said) or SOFT, event.said or event.kind, now)
    elif event.kind == EventType.COMPLAINED:
        settle(row, COMPLAINT, event.said or event.kind, now)
    else:
        list_id = Mailing.objects.values_list("list_id", flat=True).get(pk=row.mailing_id)
        members.unsubscribe(row.member_id, list_id, now, source=event.provider, mailing_id=row.mailing_id)
