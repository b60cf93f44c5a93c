"""Where a person's addresses stand outside the member's own row: found by hash where only the hash is left of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from wagtail.models import ModelLogEntry

from newsletter.addresses import accept, hash_of
from newsletter.models import (
    AddressChange,
    BounceReport,
    Delivery,
    EarlierAddress,
    MailboxState,
    Mailing,
    Member,
    MemberLogin,
    MembershipApplication,
    NewsletterRules,
    PersonalLink,
    ProviderEvent,
    RelayState,
    SignUp,
    SingleMail,
    Suppression,
)

# Tables whose rows stand at an address, and the column that holds it.
AT_AN_ADDRESS: dict[type[models.Model], str] = {
    SignUp: "address",
    MembershipApplication: "address",
    SingleMail: "recipient",
    BounceReport: "recipient",
    ProviderEvent: "recipient",
}
# What servers have said, quoted where it may name anybody.
QUOTES: tuple[tuple[type[models.Model], str], ...] = (
    (Mailing, "why"),
    (RelayState, "last_error"),
    (MailboxState, "last_error"),
)
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'“”]+@[^\s<>()\[\],;:\"'“”]+")
_HASH_SHOWN = 8
# The row of a wish and that of its mail are written together.
A_MOMENT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Traces:
    """A person's addresses: in small letters where they are known, and the hashes of all."""

    addresses: frozenset[str]
    hashes: frozenset[str]

    def rows(self, table: type[models.Model]) -> models.QuerySet[Any]:
        """Return the rows of one of AT_AN_ADDRESS that stand at any of the addresses."""
        return table._default_manager.filter(address_hash__in=sorted(self.hashes))

    def links(self) -> list[int]:
        """Return the keys of the links to “my data” that were asked for one of the addresses and wait for a worker."""
        return self._waiting(PersonalLink)

    def logins(self) -> list[int]:
        """Return the keys of the logins that were asked for one of the addresses and wait for a worker."""
        return self._waiting(MemberLogin)

    def _waiting(self, table: type[models.Model]) -> list[int]:
        waiting = table._default_manager.exclude(address="").values_list("pk", "address")
        return [key for key, address in waiting if hash_of(address) in self.hashes]


def of_address(address: str) -> Traces:
    """Return the traces of whoever is no member. Raises ValidationError for what is no address."""
    normal = accept(address).ascii.lower()
    return Traces(frozenset({normal}), frozenset({hash_of(normal)}))


def of_member(member: Member) -> Traces:
    """Return the traces of today's and earlier addresses, but for what is another member's today."""
    frozen = Delivery.objects.filter(member_id=member.pk).values_list("address", flat=True).distinct()
    known = {address.lower() for address in (member.ascii_address, member.address, *frozen)} - {""}
    earlier = EarlierAddress.objects.filter(member=member).values_list("address_hash", flat=True)
    hashes = {hash_of(address) for address in known} | set(earlier)
    others = Member.objects.exclude(pk=member.pk).filter(address_hash__in=sorted(hashes))
    hashes -= set(others.values_list("address_hash", flat=True))
    return _spelled({address for address in known if hash_of(address) in hashes}, hashes)


def _spelled(known: set[str], hashes: set[str]) -> Traces:
    """Add the addresses that still stand in full somewhere, though only their hash was known."""
    for table, column in AT_AN_ADDRESS.items():
        rows = table._default_manager.filter(address_hash__in=sorted(hashes))
        known = known | {address.lower() for address in rows.order_by().values_list(column, flat=True).distinct()}
    return Traces(frozenset(known - {""}), frozenset(hashes))


def asked_at_new(member: Member) -> models.QuerySet[SingleMail]:
    """Return the mails that asked for a confirmation of a new address.

    Nothing else at such an address is the member's: anybody may type anybody's.
    """
    found = models.Q(pk__in=())
    for address, asked in AddressChange.objects.filter(member=member).values_list("address", "asked_at"):
        found |= models.Q(address_hash=hash_of(address), created_at__range=(asked - A_MOMENT, asked + A_MOMENT))
    return SingleMail.objects.filter(found)


def wipe(found: Traces) -> None:
    """Drop every row at the addresses, and take them out of the test group and the log."""
    for table in AT_AN_ADDRESS:
        found.rows(table).delete()
    PersonalLink.objects.filter(pk__in=found.links()).delete()
    MemberLogin.objects.filter(pk__in=found.logins()).delete()
    _leave_the_test_group(found.hashes)
    _unsay_in_the_log(found.hashes)


def unquote(found: Traces) -> None:
    """Take the addresses out of what servers have said. Last of all: workers lock a mailing after its letters and members."""
    for table, column in QUOTES:
        for key, text in table._default_manager.filter(**{f"{column}__contains": "@"}).order_by("pk").values_list("pk", column):
            if (silent := without(text, found.hashes)) != text:
                table._default_manager.filter(pk=key).update(**{column: silent})


def without(text: str, hashes: Iterable[str]) -> str:
    """Return `text` with “…” in place of each address that has one of `hashes`."""
    gone = set(hashes)
    return _ADDRESS.sub(lambda match: "…" if hash_of(match[0].rstrip(".")) in gone else match[0], text)


def _leave_the_test_group(hashes: frozenset[str]) -> None:
    for rules in NewsletterRules.objects.exclude(test_group=""):
        lines = [line for line in rules.test_group.splitlines() if hash_of(line.strip()) not in hashes]
        if len(lines) < len(rules.test_group.splitlines()):
            NewsletterRules.objects.filter(pk=rules.pk).update(test_group="\n".join(lines))


def _unsay_in_the_log(hashes: frozenset[str]) -> None:
    """Blank the reasons that were written when an address was suppressed or lifted; its entries begin with the hash."""
    kind = ContentType.objects.get_for_model(Suppression)
    for hashed in hashes:
        ModelLogEntry.objects.filter(content_type=kind, label__startswith=hashed[:_HASH_SHOWN]).update(data={})
