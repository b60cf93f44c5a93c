"""LinkedIn's answers as ChannelErrors; each is also the package's own exception of that status."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, quote_plus

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from linkedin_v2 import exceptions

from cms.fetch import Answer
from social.channels import ChannelError, Duplicate, NotSent, Paused, Refused, Throttled, Unknown

_DUPLICATE = re.compile(r"duplicate of\s+(urn:li:\w+:[\w-]+)", re.IGNORECASE)
_MAYBE = frozenset({408, 409})
SUCCESS, CLIENT = 2, 4
LONGEST = timedelta(days=7)
# Tokens and codes of LinkedIn's begin like this; one that we don't hold (any more) is covered too.
_TOKEN = re.compile(r"\bAQ[\w%-]{8,}")
COVERED = "[…]"
# Shorter ones aren't LinkedIn's, and covering them would make holes in ordinary words.
SHORTEST = 8


class LinkedInRefused(Refused, exceptions.LinkedInBadRequestError):
    """400, 404, 422 and the like: final."""


class LinkedInUnauthorized(Paused, exceptions.LinkedInUnauthorizedError):
    """401: the token is invalid (65600), revoked (65601) or expired (65602)."""


class LinkedInForbidden(Paused, exceptions.LinkedInForbiddenError):
    """403: a role or a scope is missing; refreshing never heals it."""


class LinkedInDeadVersion(Paused, exceptions.LinkedInError):
    """426, or 400 about the version: `LINKEDIN_VERSION` has ended or never was."""


class LinkedInThrottled(Throttled, exceptions.LinkedInError):
    """429: a daily limit; `retry_at` only where LinkedIn says when."""


class LinkedInUnknown(Unknown, exceptions.LinkedInInternalServiceError):
    """A create whose answer doesn't tell whether the post exists."""


class LinkedInDuplicate(Duplicate, exceptions.LinkedInConflictError):
    """422 DUPLICATE_POST: the same was posted within about ten minutes."""


class LinkedInNotSent(NotSent, exceptions.LinkedInInternalServiceError):
    """A call that may be repeated as it is."""


# What LinkedIn's own words leave to be guessed.
PLAIN = {
    LinkedInUnauthorized: gettext_lazy("LinkedIn no longer accepts the connection. Reconnect LinkedIn."),
    LinkedInForbidden: gettext_lazy("The account's role or rights at LinkedIn don't suffice."),
    LinkedInDeadVersion: gettext_lazy(
        "LinkedIn no longer speaks this version of its interface: whoever runs the server sets LINKEDIN_VERSION to a newer month."
    ),
}


def detail(answer: Answer) -> dict[str, Any]:
    """Return the error's JSON object, whatever its shape; {} for HTML, other JSON and an empty body."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def request_id(headers: Mapping[str, str]) -> str:
    """Return what LinkedIn's support asks for."""
    return (headers.get("x-li-uuid") or headers.get("x-li-request-id") or "")[:200]


def retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Read `Retry-After` as seconds or HTTP date; at most a week ahead; None where it makes no sense."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return now + min(timedelta(seconds=int(value[:9])), LONGEST)
    try:
        found = parsedate_to_datetime(value)
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return min(max(found, now), now + LONGEST)


@sensitive_variables()
def redacted(words: Any, secrets: Iterable[str]) -> str:
    """Return `words` of LinkedIn's with each of `secrets` covered, however it is written in an address or form."""
    text = str(words)
    known = [secret for secret in secrets if len(secret) >= SHORTEST]
    spellings = {spelling for secret in known for spelling in (secret, quote(secret, safe=""), quote_plus(secret))}
    for spelling in sorted(spellings, key=len, reverse=True):
        text = re.sub(re.escape(spelling), COVERED, text, flags=re.IGNORECASE)
    return _TOKEN.sub(COVERED, text)


def _words(answer: Answer, found: dict[str, Any], secrets: Iterable[str]) -> str:
    message = found.get("message") or found.get("error_description") or found.get("code") or ""
    code = found.get("serviceErrorCode")
    number = f"{answer.status}/{redacted(code, secrets)[:50]}" if code else str(answer.status)
    if message:
        return _("LinkedIn answered %(number)s: %(message)s") % {"number": number, "message": redacted(message, secrets)[:500]}
    return _("LinkedIn answered %(number)s without saying why.") % {"number": number}


@sensitive_variables()
def error_for(answer: Answer, now: datetime, *, creating: bool, secrets: Iterable[str] = ()) -> ChannelError:
    """Return the error that `answer` (not 2xx) means, without any of `secrets` in its words.

    `creating`: a repeat could make a second post.
    """
    found = detail(answer)
    words = _words(answer, found, secrets)
    about: dict[str, Any] = {"status": answer.status, "request": request_id(answer.headers)}
    named = _DUPLICATE.search(answer.body.decode(errors="replace"))
    if named or str(found.get("code")) == "DUPLICATE_POST":
        return LinkedInDuplicate(words, named[1] if named else "", **about)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return LinkedInThrottled(words, retry_at=retry_after(answer.headers, now), **about)
    if pausing := _pausing(answer.status, found):
        return pausing(f"{PLAIN[pausing]} {words}", **about)
    if answer.status in _MAYBE or answer.status // 100 != CLIENT:
        return (LinkedInUnknown if creating else LinkedInNotSent)(words, **about)
    return LinkedInRefused(words, **about)


def _pausing(status: int, found: dict[str, Any]) -> type[Paused] | None:
    if status == HTTPStatus.UPGRADE_REQUIRED or str(found.get("code")) in ("VERSION_MISSING", "NONEXISTENT_VERSION"):
        return LinkedInDeadVersion
    return {401: LinkedInUnauthorized, 403: LinkedInForbidden}.get(status)
