"""What a raw message turned out to be: the one shape that reading hands to settling."""

from collections.abc import Iterable
from dataclasses import dataclass

HARD, SOFT, COMPLAINT, NONE = "hard", "soft", "complaint", "none"
DELIVERED, DELAYED = "delivered", "delayed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One recipient's fate: `kind` is hard, soft, delivered or delayed. `also`: what else the report calls it."""

    recipient: str
    kind: str
    reason: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a raw message says.

    `about`: (mailing, member) where it carries our signed address. `message_id`: of the returned message.
    `delivered`: it proves that the message arrived (a success report, RFC 3464). `findings`: per recipient.
    """

    recipients: tuple[str, ...] = ()
    kind: str = NONE
    reason: str = ""
    about: tuple[int, int] | None = None
    asks_to_leave: bool = False
    message_id: str = ""
    delivered: bool = False
    findings: tuple[Finding, ...] = ()


def summed_up(findings: list[Finding]) -> Bounce:
    """Return the report as a whole: hard only when every failed recipient is dead; a delay is no failure."""
    failed = [found for found in findings if found.kind in {HARD, SOFT}]
    if not failed:
        delivered = any(found.kind == DELIVERED for found in findings)
        reason = DELIVERED if delivered else DELAYED
        recipients = _unique(found.recipient for found in findings if found.kind == reason)
        said = next((found.reason for found in findings if found.reason), "")
        return Bounce(recipients, NONE, f"{reason}: {said}".rstrip(": "), delivered=delivered, findings=tuple(findings))
    kind = HARD if all(found.kind == HARD for found in failed) else SOFT
    # The first that explains the verdict.
    reason = next((found.reason for found in failed if found.kind == kind and found.reason), failed[0].reason)
    return Bounce(_unique(found.recipient for found in failed), kind, reason[:480], findings=tuple(findings))


def _unique(addresses: Iterable[str]) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for address in addresses:
        if address:
            kept.setdefault(address.lower(), address)
    return tuple(kept.values())
