"""A front end's word that a member has logged in there: a short JWT (RFC 7519), signed with its member key (HS256)."""

from datetime import datetime, timedelta
from typing import Any

import jwt

from cms import access

HEADER = "X-Ordet-Member"
LONGEST = 4096
LIFE = timedelta(minutes=10)
# Clocks differ a little.
LEEWAY = timedelta(seconds=30)
# The times are compared with the caller's `now` below.
_OPTIONS: Any = {
    "require": ["sub", "exp"],
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
    "verify_iss": False,
}


class BadAssertion(Exception):
    """An assertion that proves nothing; the words are for the front end's developer."""


def verify(token: str, secret: str, now: datetime) -> str:
    """Return whose word it is, the `sub` of `token` signed with `secret`. Raises BadAssertion.

    `exp` at most ten minutes ahead; `iat` and `nbf`, where they are given, not ahead. `sub` is the member's mail address.
    """
    claims = _claims(token, secret)
    if not _in_time(claims, now):
        raise BadAssertion("The assertion has expired, isn't valid yet, or is valid for more than ten minutes.")
    if not access.is_member(claims["sub"]):
        raise BadAssertion("Nobody of that name is a member.")
    return str(claims["sub"])


def _claims(token: str, secret: str) -> dict[str, Any]:
    wrong = BadAssertion("The assertion isn't a JWT signed with this key (HS256), with sub and exp.")
    if len(token) > LONGEST or not token.isascii():
        raise wrong
    try:
        # One algorithm alone: neither "none" nor another's key passes for ours.
        claims: dict[str, Any] = jwt.decode(token, secret, algorithms=["HS256"], options=_OPTIONS)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise wrong from None
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise wrong
    return claims


def _in_time(claims: dict[str, Any], now: datetime) -> bool:
    moment, slack = now.timestamp(), LEEWAY.total_seconds()
    times = [claims.get(name) for name in ("exp", "iat", "nbf") if name in claims]
    if not all(isinstance(time, int | float) and not isinstance(time, bool) for time in times):
        return False
    if not moment - slack < claims["exp"] <= moment + LIFE.total_seconds() + slack:
        return False
    return all(claims[name] <= moment + slack for name in ("iat", "nbf") if name in claims)
