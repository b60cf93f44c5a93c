"""What must be right before the newsletter may run; shown by `manage.py check` and at every start."""

import re
from collections.abc import Iterator
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004
from django.core.exceptions import ValidationError

from newsletter import dkim, identity, mailbox
from newsletter.addresses import accept
from newsletter.relays import BadRelay, Options, parse
from newsletter.relays.providers import PREFIX

LONGEST_LINK = 75
LOOPBACK = ("127.", "localhost", "::1")
_DOMAIN = re.compile(r"^(?=.{1,180}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*$", re.IGNORECASE)


@register("newsletter")
def check_settings(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Check relays, sender, domains, the length of links, the mailboxes of bounces, and the signing key."""
    return [*_relays(), *_sender(), *_mailboxes(), *_events(), *_signing(), *_lease()]


def _relays() -> Iterator[CheckMessage]:
    if not settings.MAIL_RELAYS:
        yield Warning(
            "No mail leaves: MAIL_RELAYS is empty.", hint="Set MAIL_RELAYS=smtp://host:port?starttls=1", id="newsletter.W001"
        )
    names = []
    for number, line in enumerate(settings.MAIL_RELAYS, 1):
        try:
            options = parse(line)
        except BadRelay as error:
            yield Error(f"Line {number} of MAIL_RELAYS: {error}.", hint="See deploy/env.example.", id="newsletter.E001")
            continue
        names.append(options.name)
        yield from _secrecy(options)
    if len(set(names)) != len(names):
        yield Error("Two relays of MAIL_RELAYS have the same name.", hint="Give each its own name=…", id="newsletter.E002")


def _secrecy(options: Options) -> Iterator[CheckMessage]:
    clear = options.scheme == "smtp" and not options.starttls and not options.host.startswith(LOOPBACK)
    if clear and options.user:
        yield Error(
            f"Relay {options.name} would get its password in clear.",
            hint="Add ?starttls=1, or write smtps://.",
            id="newsletter.E003",
        )
    elif clear:
        yield Warning(
            f"Mail to relay {options.name} goes in clear.", hint="Add ?starttls=1, or write smtps://.", id="newsletter.W002"
        )


def _sender() -> Iterator[CheckMessage]:
    try:
        accept(parseaddr(settings.MAIL_FROM)[1])
    except ValidationError:
        yield Error("MAIL_FROM holds no mail address.", hint="Write: Föreningen <nyhetsbrev@example.se>", id="newsletter.E004")
    for name in ("MAIL_LIST_DOMAIN", "MAIL_BOUNCE_DOMAIN"):
        if not _DOMAIN.match(getattr(settings, name)):
            yield Error(f"{name} is no domain.", hint=f"Write {name}=nyhetsbrev.example.se", id="newsletter.E005")
    if len(identity.unsubscribe_url(100_000, 1_000_000)) >= LONGEST_LINK:
        yield Warning(
            "Unsubscribe links become 75 characters or longer; some programs break such a header.",
            hint="Use a shorter SITE_URL.",
            id="newsletter.W003",
        )


def _events() -> Iterator[CheckMessage]:
    common = [line for line in settings.MAIL_EVENTS_SECRET.splitlines() if line.strip() and "=" not in line.partition(":")[0]]
    if settings.MAIL_EVENTS_SECRET.strip() and not any(all(line.strip().partition(":")) for line in common):
        yield Error(
            "MAIL_EVENTS_SECRET holds no user:password.",
            hint="Write it on its first line; see deploy/env.example.",
            id="newsletter.E011",
        )
    elif not settings.MAIL_EVENTS_SECRET.strip() and any(line.startswith(PREFIX) for line in settings.MAIL_RELAYS):
        yield Warning(
            "A provider takes mail, but its bounces and complaints are not listened to: MAIL_EVENTS_SECRET is empty.",
            hint="Set it, and give the provider https://user:password@host/mail/events/<provider>/.",
            id="newsletter.W004",
        )


def _mailboxes() -> Iterator[CheckMessage]:
    for number, line in enumerate(filter(None, map(str.strip, settings.BOUNCE_MAILBOX.splitlines())), 1):
        try:
            options = mailbox.parse(line)
        except mailbox.BadMailbox as error:
            yield Error(f"Line {number} of BOUNCE_MAILBOX: {error}.", hint="See deploy/env.example.", id="newsletter.E007")
            continue
        if options.in_clear and not options.host.startswith(LOOPBACK):
            yield Error(
                f"The password of mailbox {options.host} would go in clear.",
                hint="Write imaps://, or add ?starttls=1.",
                id="newsletter.E008",
            )


def _signing() -> Iterator[CheckMessage]:
    try:
        dkim.signer()
    except dkim.BadSelector as error:
        yield Error(f"{error}.", hint="Write MAIL_DKIM_SELECTOR=ordet, as in the DNS record.", id="newsletter.E010")
    except dkim.BadKey as error:
        yield Error(
            f"{error}.",
            hint="Make one with: openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 (or -algorithm ed25519), "
            "and name its file in MAIL_DKIM_KEY_FILE.",
            id="newsletter.E009",
        )


def _lease() -> Iterator[CheckMessage]:
    if settings.LEASE_SECONDS < 1:
        yield Error("LEASE_SECONDS is below 1.", hint="Leave it at 60 unless you test.", id="newsletter.E006")
