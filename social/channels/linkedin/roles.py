"""Which pages the account has which role on: asked when connecting, and looked over from day to day."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from social import connection
from social.channels import ChannelError, NotSent, Paused
from social.channels.linkedin.client import Application, encoded
from social.channels.linkedin.errors import LinkedInForbidden, LinkedInRefused
from social.models import ChannelState

UPLOADERS = ("ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER")
POSTERS = (*UPLOADERS, "CONTENT_ADMIN", "CONTENT_ADMINISTRATOR")
# Ours, for a page that LinkedIn listed and lists no longer.
NONE = "NONE"
_CONTENT = gettext_lazy("content administrator")
# As LinkedIn's own pages call them.
NAMES = {
    "ADMINISTRATOR": gettext_lazy("super administrator"),
    "DIRECT_SPONSORED_CONTENT_POSTER": gettext_lazy("poster of sponsored content"),
    "CONTENT_ADMIN": _CONTENT,
    "CONTENT_ADMINISTRATOR": _CONTENT,
    "CURATOR": gettext_lazy("curator"),
    "ANALYST": gettext_lazy("analyst"),
    "RECRUITING_POSTER": gettext_lazy("poster of jobs"),
    "LEAD_CAPTURE_ADMINISTRATOR": gettext_lazy("administrator of lead forms"),
    "LEAD_GEN_FORMS_MANAGER": gettext_lazy("administrator of lead forms"),
}
# LinkedIn's own page size; somebody with more than 200 roles is not met.
AT_ONCE, MOST = 10, 20
# A name is a courtesy to whoever chooses: it must not keep them waiting.
NAMED, NAME_PATIENCE = 10, 5.0


@dataclass(frozen=True, slots=True)
class RolePage:
    """A page, the account's best role on it, and its name where LinkedIn tells it."""

    urn: str
    role: str
    name: str = ""

    @property
    def words(self) -> str:
        """The role in words."""
        return words_of(self.role)

    @property
    def may_post(self) -> bool:
        """Whether the role suffices for posts."""
        return self.role in POSTERS

    @property
    def may_upload(self) -> bool:
        """Whether the role suffices for pictures."""
        return self.role in UPLOADERS


@dataclass(frozen=True, slots=True)
class Roles:
    """An account (its URN, "" where unknown) and the pages that it has any role on."""

    account: str
    pages: list[RolePage]

    def page(self, urn: str) -> RolePage | None:
        """Return the page `urn`, None where the account has no role on it."""
        return next((page for page in self.pages if page.urn == urn), None)


@sensitive_variables()
def ask(application: Application) -> Roles:
    """Ask for all roles of the account that the application's token is of. Raises ChannelError."""
    found = list(_elements(application))
    best: dict[str, str] = {}
    for one in found:
        urn, role = str(one.get("organization") or one.get("organizationTarget") or ""), str(one.get("role", ""))
        if urn.startswith("urn:li:organization") and one.get("state", "APPROVED") == "APPROVED":
            best[urn] = min(best.get(urn, role), role, key=_rank)
    accounts = (str(one.get("roleAssignee") or "") for one in found)
    return Roles(next(accounts, "")[:200], [RolePage(urn[:200], role[:60]) for urn, role in sorted(best.items())])


def _rank(role: str) -> int:
    return POSTERS.index(role) if role in POSTERS else len(POSTERS)


def _elements(application: Application) -> Iterator[dict[str, Any]]:
    for number in range(MOST):
        params = {"q": "roleAssignee", "state": "APPROVED", "start": str(number * AT_ONCE), "count": str(AT_ONCE)}
        answer = application.json("GET", "/rest/organizationAcls", params=params)
        found = answer.get("elements")
        # An answer that can't be read must not be taken for "no role".
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise NotSent(_("LinkedIn's answer can't be read."))
        yield from found
        if len(found) < AT_ONCE and not _leads_on(answer.get("paging")):
            break


def _leads_on(paging: Any) -> bool:
    links = paging.get("links") if isinstance(paging, dict) else None
    return isinstance(links, list) and any(isinstance(link, dict) and link.get("rel") == "next" for link in links)


def name_of(application: Application, urn: str, timeout: float = NAME_PATIENCE) -> str:
    """Return the name of the page `urn`. Raises ChannelError: LinkedIn tells it to administrators only."""
    number = encoded(urn.rpartition(":")[2])
    found = application.json("GET", f"/rest/organizations/{number}", timeout=min(timeout, application.timeout))
    return str(found.get("localizedName") or "").strip()[:200]


@sensitive_variables()
def with_names(application: Application, roles: Roles) -> Roles:
    """Return the same with the names of the pages to choose from, where LinkedIn tells them."""
    named: dict[str, str] = {}
    for page in [page for page in roles.pages if page.may_post][:NAMED]:
        try:
            named[page.urn] = name_of(application, page.urn)
        except NotSent:
            # Nor would it answer for the next one, and somebody waits.
            break
        except ChannelError:
            continue
    return replace(roles, pages=[replace(page, name=named.get(page.urn, "")) for page in roles.pages])


def look_over(state: ChannelState, with_token: Callable[[Callable[[Application], Any]], Any], now: datetime) -> None:
    """Ask for the account's role on the connected page and for the page's name, and note them.

    Raises ChannelError: Paused when posts would fail, LinkedInRefused when LinkedIn doesn't tell roles.
    """
    try:
        roles = with_token(ask)
    except LinkedInForbidden as error:
        # Posts need no right to see roles, so nothing stands still for it.
        words = _("LinkedIn doesn't let Ordet see the account's roles; the right rw_organization_admin may be missing.")
        raise LinkedInRefused(words, status=error.status, request=error.request) from None
    try:
        name = with_token(lambda application: name_of(application, state.organization))
    except ChannelError:
        name = ""
    note(state, roles, name, now)


def note(state: ChannelState, roles: Roles, name: str, now: datetime) -> None:
    """Note what `roles` say of the connected page. Raises Paused when the account's role doesn't suffice (any more).

    Raises LinkedInRefused for a page that LinkedIn never listed: whether it lists those of every role is written
    nowhere, so nothing stands still for it.
    """
    page = roles.page(state.organization)
    gone = NONE if state.role else ""
    fields = {"role": page.role if page else gone, "looked_at": now}
    fields |= {"account": roles.account} if roles.account else {}
    fields |= {"organization_name": name} if name else {}
    if not connection.note(state, **fields):
        return
    if page is None and not gone:
        raise LinkedInRefused(_("LinkedIn doesn't name the page among those that the account has a role on."))
    if page is None or not page.may_post:
        raise Paused(short_of(page.role if page else gone))


def words_of(role: str) -> str:
    """Return "innehållsadministratör (CONTENT_ADMIN)"; "" where the role isn't known."""
    if role == NONE:
        return _("no role on the page")
    name = NAMES.get(role)
    return f"{name} ({role})" if name else role


def short_of(role: str) -> str:
    """Say that `role` doesn't suffice to post."""
    if role == NONE:
        return _("The account that connected LinkedIn no longer has a role on the page. Ask for it, or reconnect.")
    return _("The account's role on the page, %(role)s, doesn't suffice to post. Ask for a higher one, or reconnect.") % {
        "role": words_of(role)
    }
