"""The doors of the content API: who asks, how often, from which site, before anything is looked up.

A key that opens nothing is a 401, never an anonymous visit. Without a key no query is made here.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from cms import keys
from cms.api import assertions, origins, rates
from cms.api.problems import problem
from cms.callers import caller_of

PUBLIC, MEMBERS = "public", "members"
VARY = ("Authorization", "X-Ordet-Member", "Origin")
REALM = 'Bearer realm="Ordet content API"'
View = Callable[..., HttpResponse]


class Refused(Exception):
    """Whoever asks isn't let in; the words are for the front end's developer."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: with which key (None: anonymous), and for whom: everybody, or a member who has logged in."""

    key: keys.APIKey | None = None
    audience: str = PUBLIC

    @property
    def may_preview(self) -> bool:
        """Whether the key exchanges preview tokens."""
        return self.key is not None and self.key.kind == keys.APIKey.PREVIEW


def visitor(request: HttpRequest) -> Visitor:
    """Return who asks, as `guarded` found out."""
    return getattr(request, "visitor", Visitor())


def is_for_member(request: HttpRequest) -> bool:
    """Tell whether the answer is for a member who has logged in at the front end."""
    return visitor(request).audience == MEMBERS


def unauthorised(detail: str, *, error: str = "invalid_token") -> HttpResponse:
    """Return a 401 as RFC 6750 shapes it."""
    answer = problem(401, detail)
    answer["WWW-Authenticate"] = f'{REALM}, error="{error}"' if error else REALM
    return answer


def guarded(patterns: tuple[list[Any], str, str]) -> tuple[list[Any], str, str]:
    """Return the addresses of an API with our door in front of each."""
    for pattern in patterns[0]:
        pattern.callback = door(pattern.callback)
    return patterns


def door(view: View) -> View:
    """Wrap a view: preflights answered, key and assertion verified, requests counted, headers for caches and browsers."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        asked_from = request.headers.get("Origin", "")
        if request.method == "OPTIONS":
            return origins.preflight(asked_from, now)
        key, answer = _let_in(request, now)
        if answer is None:
            answer = view(request, **kwargs)
        for name, value in request.rate.headers().items():  # type: ignore[attr-defined]
            answer[name] = value
        patch_vary_headers(answer, VARY)
        return origins.shared(answer, asked_from, key, now)

    return wrapped


def _let_in(request: HttpRequest, now: datetime) -> tuple[keys.APIKey | None, HttpResponse | None]:
    """Count the request and note its visitor; return the key, and the answer where there is nothing more to say."""
    caller = caller_of(request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", ""))
    if "Authorization" in request.headers and (answer := _counted(request, rates.of_wrong_keys(caller, now))):
        return None, answer
    try:
        key = _key(request, now)
    except (Refused, keys.BadKey) as error:
        # Counted by address, so that nobody tries keys at leisure; and beside, so that no try too many costs a look-up,
        # while whoever holds a key isn't stopped by what strangers at the same address ask.
        rates.note_wrong_key(caller, now)
        return None, _counted(request, rates.of_caller(caller, now)) or unauthorised(str(error))
    rate = rates.of_key(key.pk, key.per_minute, now) if key else rates.of_caller(caller, now)
    if answer := _counted(request, rate):
        return key, answer
    try:
        request.visitor = Visitor(key, _audience(request, key, now))  # type: ignore[attr-defined]
    except (Refused, keys.BadKey, assertions.BadAssertion) as error:
        return key, unauthorised(str(error))
    return key, None


def _counted(request: HttpRequest, rate: rates.Rate) -> HttpResponse | None:
    request.rate = rate  # type: ignore[attr-defined]
    return problem(429, f"At most {rate.quota} requests a minute. Wait {rate.reset} seconds.") if rate.refused else None


def _key(request: HttpRequest, now: datetime) -> keys.APIKey | None:
    """Return the key that came along, or none. Raises Refused or BadKey."""
    given = request.headers.get("Authorization")
    if given is None:
        return None
    scheme, _space, secret = given.partition(" ")
    if scheme.lower() != "bearer":
        raise Refused("Send the key as “Authorization: Bearer …”.")
    return keys.find(secret.strip(), now)


def _audience(request: HttpRequest, key: keys.APIKey | None, now: datetime) -> str:
    """Return for whom the answer is. Raises Refused, BadKey or BadAssertion."""
    assertion = request.headers.get(assertions.HEADER)
    if assertion is None:
        return PUBLIC
    if key is None or key.kind != keys.APIKey.MEMBER:
        raise Refused(f"{assertions.HEADER} needs a member key.")
    assertions.verify(assertion, keys.signing_secret(key), now)
    return MEMBERS
