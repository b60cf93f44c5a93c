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
from social.channels.linkedin.roles import RolePage
from social.models import ChannelState, OAuthState

CHANNEL = "linkedin"
LIFE = timedelta(minutes=10)


class UnknownState(Exception):
    """The answer belongs to no question of ours in this session, or was used before."""


class Denied(Exception):
    """LinkedIn or the person there said no; the message says it in words."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Tokens, whose they are, the pages that they may post for, and on how many more the role doesn't suffice."""

    tokens: Tokens
    account: str
    pages: list[RolePage]
    others: int

    def page(self, urn: str) -> RolePage | None:
        """Return the page `urn`, None where it isn't one of them."""
        return next((page for page in self.pages if page.urn == urn), None)


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
def finish(answer: dict[str, str], session: str, now: datetime, *, ask: bool = False) -> Choices | None:
    """Take LinkedIn's answer; connects at once where no choice is left, else returns the choices.

    That is the page that is connected already, or the only one when none is; `ask`: leave the choice in any case.
    Raises UnknownState, Denied, and ChannelError when LinkedIn gives no token.
    """
    if not OAuthState.use(CHANNEL, _digest(answer.get("state", "")), _digest(session), now):
        raise UnknownState
    if answer.get("error"):
        raise Denied(_refusal(answer["error"]))
    choices = _choices(_channel(), answer.get("code", ""))
    page = None if ask else _evident(choices, ChannelState.of(CHANNEL))
    if page is None:
        return choices
    choose(choices, page.urn, now)
    return None


@sensitive_variables()
def _choices(channel: LinkedIn, code: str) -> Choices:
    authentication = channel.authentication()
    authentication.authorization_code = code
    tokens = authentication.get_access_token()
    roles = channel.account_roles(tokens.access_token)
    pages = [page for page in roles.pages if page.may_post]
    if not pages:
        raise Denied(_("The account may not post for any page. Ask for the role of content administrator or more."))
    return Choices(tokens, roles.account, pages, len(roles.pages) - len(pages))


def _evident(choices: Choices, state: ChannelState) -> RolePage | None:
    if state.connected:
        # Another page than before is somebody's decision, also where it is the only one.
        return choices.page(state.organization)
    return choices.pages[0] if len(choices.pages) == 1 else None


def _refusal(error: str) -> str:
    if error in ("user_cancelled_login", "user_cancelled_authorize"):
        return _("The connection was cancelled at LinkedIn; nothing has changed.")
    return _("LinkedIn refused the connection (%(error)s).") % {"error": error[:100]}


def choose(choices: Choices, organization: str, now: datetime) -> None:
    """Connect to one of the pages. Raises Denied for any other."""
    page = choices.page(organization)
    if page is None:
        raise Denied(_("That page isn't one of the account's."))
    about = {"name": page.name, "role": page.role, "account": choices.account}
    connection.connect(CHANNEL, choices.tokens, page.urn, now, **about)


@sensitive_variables()
def seal(choices: Choices, now: datetime) -> str:
    """Return the choices encrypted, to wait in the session; they hold as long as a question does."""
    return encrypt(json.dumps({"until": now + LIFE} | asdict(choices), default=datetime.isoformat))


@sensitive_variables()
def unseal(sealed: str, now: datetime) -> Choices:
    """Open what `seal` closed. Raises Denied when it is none, or too old."""
    try:
        found = json.loads(decrypt(sealed))
    except (Undecipherable, ValueError):
        found = {"until": now.isoformat()}
    if datetime.fromisoformat(found["until"]) <= now:
        raise Denied(_("The connection has to be started anew."))
    tokens = found["tokens"]
    for name in ("expires_at", "refresh_expires_at"):
        tokens[name] = datetime.fromisoformat(tokens[name]) if tokens[name] else None
    pages = [RolePage(**page) for page in found["pages"]]
    return Choices(Tokens(**tokens), found["account"], pages, found["others"])
