"""Connecting LinkedIn by OAuth: the question, the answer, the choice of a page."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from cms.secrets import Undecipherable, decrypt, encrypt
from social import connection
from social.channels import get_channel
from social.channels.linkedin import LinkedIn
from social.channels.linkedin.client import Tokens
from social.models import OAuthState

CHANNEL = "linkedin"
LIFE = timedelta(minutes=10)


class UnknownState(Exception):
    """The answer belongs to no question of ours in this session, or was used before."""


class Denied(Exception):
    """LinkedIn or the person there said no; the message says it in words."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Tokens, and the pages (URN, role) that they may post for."""

    tokens: Tokens
    pages: list[tuple[str, str]]

    def names(self) -> list[str]:
        """Return each page's URN once; somebody may hold several roles on one."""
        return list(dict.fromkeys(urn for urn, _role in self.pages))


def _channel() -> LinkedIn:
    found = get_channel(CHANNEL)
    if not isinstance(found, LinkedIn) or not found.client_id:
        raise Denied(_("LINKEDIN_CLIENT_ID and LINKEDIN_CLIENT_SECRET are not set; posts are made by hand."))
    return found


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def begin(session: str, user: Any, now: datetime) -> str:
    """Store a fresh state for `session` and return LinkedIn's address with the question. Raises Denied."""
    authentication = _channel().authentication()
    address = str(authentication.authorization_url)
    OAuthState.objects.filter(expires_at__lte=now).delete()
    OAuthState.objects.create(
        channel=CHANNEL, digest=_digest(authentication.state), session=_digest(session), user=user, expires_at=now + LIFE
    )
    return address


@sensitive_variables()
def finish(answer: dict[str, str], session: str, now: datetime) -> Choices | None:
    """Take LinkedIn's answer; connects at once where there is one page, else returns the choices.

    Raises UnknownState, Denied, and ChannelError when LinkedIn gives no token.
    """
    if not OAuthState.use(CHANNEL, _digest(answer.get("state", "")), _digest(session), now):
        raise UnknownState
    if answer.get("error"):
        raise Denied(_refusal(answer["error"]))
    channel = _channel()
    authentication = channel.authentication()
    authentication.authorization_code = answer.get("code", "")
    tokens = authentication.get_access_token()
    choices = Choices(tokens, channel.organizations(tokens.access_token))
    if not choices.pages:
        raise Denied(_("The account may not post for any page. Ask for the role of content administrator or more."))
    if len(choices.names()) > 1:
        return choices
    choose(choices, choices.names()[0], now)
    return None


def _refusal(error: str) -> str:
    if error in ("user_cancelled_login", "user_cancelled_authorize"):
        return _("The connection was cancelled at LinkedIn; nothing has changed.")
    return _("LinkedIn refused the connection (%(error)s).") % {"error": error[:100]}


def choose(choices: Choices, organization: str, now: datetime) -> None:
    """Connect to one of the pages. Raises Denied for any other."""
    roles = [role for urn, role in choices.pages if urn == organization]
    if not roles:
        raise Denied(_("That page isn't one of the account's."))
    # Somebody may hold several roles; the one that may upload pictures counts.
    best = min(roles, key=lambda role: role.startswith("CONTENT_ADMIN"))
    connection.connect(CHANNEL, choices.tokens, organization, now, role=best)


def seal(choices: Choices) -> str:
    """Return the choices encrypted, to wait in the session."""
    return encrypt(json.dumps(asdict(choices), default=datetime.isoformat))


def unseal(sealed: str) -> Choices:
    """Open what `seal` closed. Raises Denied."""
    try:
        found = json.loads(decrypt(sealed))
    except (Undecipherable, ValueError):
        raise Denied(_("The connection has to be started anew.")) from None
    tokens = found["tokens"]
    for name in ("expires_at", "refresh_expires_at"):
        tokens[name] = datetime.fromisoformat(tokens[name]) if tokens[name] else None
    return Choices(Tokens(**tokens), [(urn, role) for urn, role in found["pages"]])
