"""Mail addresses: what is accepted, how two spellings are compared, and the hash that outlives an erasure."""

import hmac
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email


@dataclass(frozen=True, slots=True)
class Address:
    """An accepted address: as people read it, and as SMTP carries it (an IDN domain in ASCII)."""

    shown: str
    ascii: str


@lru_cache(maxsize=4096)
def accept(text: str) -> Address:
    """Return the normalised address; raises ValidationError in words that an editor understands.

    A non-ASCII local part is refused: few relays offer SMTPUTF8, so most mail to it would be lost.
    """
    text = text.strip(" \t\u00a0")
    if any(character in text for character in "\r\n\x00\x0b\x0c\x85\u2028\u2029"):
        raise ValidationError(_("The address contains a line break. Give one address, on one line."), code="line_break")
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=True, test_environment=True)
    except EmailNotValidError:
        raise ValidationError(
            _("“%(address)s” isn't a complete e-mail address, such as mia@example.se."),
            code="invalid",
            params={"address": text[:120]},
        ) from None
    if found.ascii_email is None:
        raise ValidationError(
            _("“%(address)s” has letters such as å, ä or ö before the @. Most mail servers can't deliver to such an address."),
            code="non_ascii",
            params={"address": text[:120]},
        )
    return Address(found.normalized, found.ascii_email)


def suppression_hash(ascii_address: str) -> str:
    """Return the keyed hash under which an accepted ASCII address stands in the suppression list.

    The key is never rotated: what was hashed is gone, so it can't be hashed again.
    """
    return hmac.digest(settings.SUPPRESSION_KEY.encode(), ascii_address.lower().encode(), "sha256").hex()


def hash_of(text: str) -> str:
    """Return the same hash of an address as somebody wrote it; of what is no address, that of its letters. Empty: empty."""
    try:
        return suppression_hash(accept(text).ascii) if text else ""
    except ValidationError:
        return suppression_hash(text.strip())
