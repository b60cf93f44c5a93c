"""The seam over python-linkedin-v2: its authentication and application, speaking today's LinkedIn.

What of the package serves: `LinkedInAuthentication` holds key, secret, redirect address, permissions,
state, code and token, and builds the authorization URL; `LinkedInApplication` is the object that holds an
authentication and makes requests; its exception classes are the base of ours; `AccessToken` is kept.

What is overridden, because it is wrong today:
- both OAuth addresses (`/uas/oauth2/…` is gone) and the state (MD5 of a guessable number);
- `get_access_token`: no look at the granted scope, no refresh token, no error body;
- `make_request`: the token in the URL, no version and protocol headers, `requests` with redirects and
  without our guard; URNs in paths and queries must be percent-encoded wholly;
- `raise_for_error` and the error mapping: an empty body counted as success, `error.message` doesn't exist
  in Python 3, the status was read from the body alone, 409 was "forbidden".
`get_profile`, `get_connections` and OAuth 1.0a are gone at LinkedIn and not used.
"""

import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from linkedin_v2.linkedin import LinkedInApplication, LinkedInAuthentication
from linkedin_v2.models import AccessToken

from cms import fetch
from cms.fetch import Answer
from social.channels import ChannelError, NotSent, Paused, Refused, Unknown
from social.channels.linkedin.errors import CLIENT, SUCCESS, LinkedInForbidden, detail, error_for, redacted, request_id

logger = logging.getLogger(__name__)

# One list: asking for other scopes later invalidates the tokens given before.
SCOPES = ("w_organization_social", "r_organization_social", "rw_organization_admin")
TIMEOUT = 20.0
UPLOAD_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the token endpoint answered; times are absolute."""

    access_token: str = field(repr=False)
    expires_at: datetime
    scope: str
    refresh_token: str = field(default="", repr=False)
    refresh_expires_at: datetime | None = None


def read_tokens(found: Mapping[str, Any], now: datetime) -> Tokens:
    """Read a token answer. Raises Refused when a part is missing or makes no sense."""
    try:
        renews = found.get("refresh_token_expires_in")
        token = str(found["access_token"])
        if not token.strip() or any(char.isspace() for char in token):
            raise ValueError
        return Tokens(
            token,
            now + timedelta(seconds=int(found["expires_in"])),
            str(found.get("scope") or ""),
            str(found.get("refresh_token") or ""),
            now + timedelta(seconds=int(renews)) if renews else None,
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        raise Refused(_("This is no token answer: access_token and expires_in are needed.")) from None


class Authentication(LinkedInAuthentication):
    """OAuth 2.0 with one scope list and addresses from the settings."""

    def __init__(self, key: str, secret: str, redirect_uri: str, oauth_url: str) -> None:
        super().__init__(key, secret, redirect_uri, SCOPES)
        self.AUTHORIZATION_URL = f"{oauth_url}/oauth/v2/authorization"
        self.ACCESS_TOKEN_URL = f"{oauth_url}/oauth/v2/accessToken"

    def holding(self, token: str) -> "Authentication":
        """Return this authentication with an access token that it got before."""
        self.token = AccessToken(token, None)
        return self

    def _make_new_state(self) -> str:
        self.state = secrets.token_urlsafe(32)
        return self.state

    def get_access_token(self, timeout: float = TIMEOUT) -> Tokens:
        """Exchange the authorization code. Raises ChannelError."""
        return self._ask({"grant_type": "authorization_code", "code": self.authorization_code, "redirect_uri": self.redirect_uri})

    @sensitive_variables()
    def refresh(self, refresh_token: str) -> Tokens:
        """Renew the access token. Raises ChannelError."""
        return self._ask({"grant_type": "refresh_token", "refresh_token": refresh_token})

    @sensitive_variables()
    def _ask(self, form: dict[str, str]) -> Tokens:
        body = urlencode({**form, "client_id": self.key, "client_secret": self.secret}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        answer = _call("POST", self.ACCESS_TOKEN_URL, headers=headers, body=body, creating=False)
        if answer.status // 100 != SUCCESS:
            raise self._refusal(answer, (self.secret, form.get("code") or "", form.get("refresh_token", "")))
        tokens = read_tokens(detail(answer), timezone.now())
        self.token = AccessToken(tokens.access_token, tokens.expires_at)
        return tokens

    @staticmethod
    @sensitive_variables()
    def _refusal(answer: Answer, secrets: tuple[str, ...]) -> ChannelError:
        found = detail(answer)
        if answer.status // 100 == CLIENT and answer.status not in (408, 429):
            why = found.get("error_description") or found.get("error") or answer.status
            return Refused(_("LinkedIn gave no token: %(why)s") % {"why": redacted(why, secrets)[:300]}, status=answer.status)
        return error_for(answer, timezone.now(), creating=False, secrets=secrets)


@sensitive_variables()
def _call(
    method: str, url: str, *, headers: dict[str, str], body: bytes | None, creating: bool, timeout: float = TIMEOUT
) -> Answer:
    try:
        return fetch.fetch(method, url, headers=headers, body=body, timeout=timeout)
    except fetch.FetchError as error:
        # The technical words are the log's; they hold no query, header or body.
        logger.warning("LinkedIn, %s: %s", method, error)
        raise _unreached(error, creating) from None


def _unreached(error: fetch.FetchError, creating: bool) -> ChannelError:
    if isinstance(error, fetch.Forbidden):
        return Paused(_("This server may not call LinkedIn's address. Whoever runs it should look at FETCH_ALLOW_NETWORKS."))
    if error.unknown:
        return (Unknown if creating else NotSent)(_("LinkedIn's answer didn't come."))
    return NotSent(_("LinkedIn couldn't be reached."))


def encoded(urn: str) -> str:
    """Percent-encode a URN wholly, as paths and queries need it."""
    return quote(urn, safe="")


class Application(LinkedInApplication):
    """LinkedIn's versioned REST interface with a Bearer token."""

    def __init__(
        self, authentication: Authentication, api_url: str, version: str, upload_hosts: list[str], timeout: float = TIMEOUT
    ) -> None:
        super().__init__(authentication=authentication)
        self.timeout = timeout
        self.api_url = api_url
        self.version = version
        self.upload_hosts = frozenset(upload_hosts)

    @property
    def _token(self) -> str:
        return str(self.authentication.token.access_token)

    @sensitive_variables()
    def make_request(
        self,
        method: str,
        url: str,
        data: Any = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        *,
        creating: bool = False,
    ) -> Answer:
        """Call the path `url` below the API's address and return a 2xx answer. Raises ChannelError.

        `data` is a JSON text or something to make one of; `params` are already encoded values.
        `timeout` is in seconds; without it, the application's own counts.
        `creating`: a repeat could make a second post, so a missing answer is an unknown outcome.
        """
        query = "?" + "&".join(f"{name}={value}" for name, value in params.items()) if params else ""
        body = None if data is None else (data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)).encode()
        sent = {
            "Authorization": f"Bearer {self._token}",
            "LinkedIn-Version": self.version,
            "X-Restli-Protocol-Version": "2.0.0",
            "Accept": "application/json",
            **({"Content-Type": "application/json"} if body is not None else {}),
            **(headers or {}),
        }
        address, within = f"{self.api_url}{url}{query}", timeout or self.timeout
        answer = _call(method, address, headers=sent, body=body, creating=creating, timeout=within)
        if answer.status // 100 != SUCCESS:
            raise error_for(answer, timezone.now(), creating=creating, secrets=[self._token])
        return answer

    def json(self, method: str, url: str, **call: Any) -> dict[str, Any]:
        """Make a call and return its JSON object; raises NotSent when the answer holds none."""
        answer = self.make_request(method, url, **call)
        found = detail(answer)
        if not found:
            raise NotSent(_("LinkedIn's answer can't be read."), status=answer.status, request=request_id(answer.headers))
        return found

    @sensitive_variables()
    def upload(self, url: str, picture: bytes) -> None:
        """PUT a picture to the address that LinkedIn gave. Raises ChannelError, Paused for a host not allowed."""
        parts = urlsplit(url)
        if not {parts.netloc, parts.hostname} & self.upload_hosts or parts.scheme not in ("https", urlsplit(self.api_url).scheme):
            raise LinkedInForbidden(
                _("LinkedIn wants pictures sent to %(host)s, which LINKEDIN_UPLOAD_HOSTS doesn't allow.")
                % {"host": parts.hostname}
            )
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "image/jpeg"}
        answer = _call("PUT", url, headers=headers, body=picture, creating=False, timeout=UPLOAD_TIMEOUT)
        if answer.status // 100 != SUCCESS:
            raise error_for(answer, timezone.now(), creating=False, secrets=[self._token])
