"""LinkedIn: posts on a company page by its versioned REST interface.

A layer over python-linkedin-v2; `client` says which parts of the package serve and which are overridden.
Nothing here decides whether or when a post goes out: that is the rows' affair.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from cms.addresses import own_url
from social import connection
from social.channels import Capabilities, ChannelError, Draft, Figures, NotSent, Paused, Receipt, Refused
from social.channels.linkedin import roles, standing, statistics, text
from social.channels.linkedin.client import TIMEOUT, Application, Authentication, encoded
from social.channels.linkedin.errors import LinkedInRefused, LinkedInUnauthorized, LinkedInUnknown, request_id
from social.models import ChannelState
from social.standing import KEY_LOST, Standing

TITLE_LIMIT, DESCRIPTION_LIMIT = 400, 4086
PAGE, PAGES = 10, 5
# About three lines: what followers see before "…more".
FOLD = 210
EARLIER = timedelta(seconds=60)
CALLBACK = "/social/linkedin/callback"
_URN = re.compile(r"urn:li:(?:share|ugcPost|activity):\d+")
_SLUG = re.compile(r"[-_](share|ugcPost|activity)[-:](\d{10,})")


class LinkedIn:
    """The channel: a connected page, or none (then posts are made by hand)."""

    label = "LinkedIn"
    # LinkedIn refuses an exact repeat for about ten minutes; half a minute is kept for the call itself.
    capabilities = Capabilities(
        limit=text.LIMIT, fold=FOLD, figures=tuple(statistics.READ), guard=timedelta(minutes=9, seconds=30)
    )

    def __init__(
        self,
        alias: str,
        *,
        client_id: str,
        client_secret: str,
        api_url: str,
        oauth_url: str,
        upload_hosts: list[str],
        version: str,
        timeout: float = TIMEOUT,
    ) -> None:
        self.alias = alias
        self.client_id = client_id
        self.client_secret = client_secret
        self.api_url = api_url
        self.oauth_url = oauth_url
        self.upload_hosts = upload_hosts
        self.version = version
        self.timeout = timeout

    def authentication(self) -> Authentication:
        """Return the package's authentication with our addresses."""
        return Authentication(self.client_id, self.client_secret, own_url(CALLBACK), self.oauth_url)

    def application(self, token: str) -> Application:
        """Return the package's application with `token`."""
        return Application(self.authentication().holding(token), self.api_url, self.version, self.upload_hosts, self.timeout)

    def connected(self) -> bool:
        """Tell whether a page is connected."""
        return ChannelState.of(self.alias).connected

    def can_send_pictures(self) -> bool:
        """Tell whether the role may upload; an unknown role is tried."""
        role = ChannelState.of(self.alias).role
        return not role or role in roles.UPLOADERS

    @sensitive_variables()
    def _with_token[T](self, act: Callable[[Application], T]) -> T:
        state = ChannelState.of(self.alias)
        if not state.connected:
            raise Paused(_("LinkedIn isn't connected."))
        if state.lost:
            raise Paused(KEY_LOST)
        try:
            return act(self.application(state.access_token))
        except LinkedInUnauthorized:
            # 401 means that nothing was done, so a second try with a fresh token repeats nothing.
            return act(self.application(self._refreshed(state)))

    @sensitive_variables()
    def _refreshed(self, state: ChannelState) -> str:
        if not state.refresh_token:
            raise Paused(_("LinkedIn no longer accepts the connection. Reconnect LinkedIn."), status=401)
        try:
            tokens = self.authentication().refresh(state.refresh_token)
        except Refused as error:
            raise Paused(_("LinkedIn doesn't renew the connection. Reconnect LinkedIn. (%(why)s)") % {"why": error}) from None
        connection.keep_tokens(self.alias, tokens)
        return tokens.access_token

    def renew(self) -> None:
        """Renew the token ahead of its end; raises ChannelError."""
        self._refreshed(ChannelState.of(self.alias))

    def length(self, plain: str) -> int:
        """Return the UTF-16 units of the escaped text."""
        return text.length(plain)

    def validate(self, draft: Draft) -> None:
        """Raise Refused for what LinkedIn would cut or refuse."""
        if not draft.text.strip():
            raise LinkedInRefused(_("The text is empty."))
        if self.length(draft.text) > text.LIMIT:
            raise LinkedInRefused(
                _("The text takes %(length)s of %(limit)s characters.") % {"length": self.length(draft.text), "limit": text.LIMIT}
            )
        if text.units(draft.title) > TITLE_LIMIT or text.units(draft.description) > DESCRIPTION_LIMIT:
            raise LinkedInRefused(_("The card's title or text is too long."))

    def prepare(self, picture: bytes, alt: str) -> str:
        """Upload a JPEG for the page and return its URN; a card takes no alt text."""
        owner = ChannelState.of(self.alias).organization

        def upload(application: Application) -> str:
            body = {"initializeUploadRequest": {"owner": owner}}
            found = application.json("POST", "/rest/images", params={"action": "initializeUpload"}, data=body)
            try:
                address, urn = str(found["value"]["uploadUrl"]), str(found["value"]["image"])
            except (KeyError, TypeError):
                raise NotSent(_("LinkedIn's answer can't be read.")) from None
            application.upload(address, picture)
            return urn

        return self._with_token(upload)

    def prepared(self, reference: str) -> bool:
        """Tell whether the picture is AVAILABLE; raises Refused when its processing failed."""
        found = self._with_token(lambda application: application.json("GET", f"/rest/images/{encoded(reference)}"))
        if found.get("status") == "PROCESSING_FAILED":
            raise LinkedInRefused(_("LinkedIn couldn't process the picture."))
        return found.get("status") == "AVAILABLE"

    def wire(self, draft: Draft) -> str:
        """Return the post's JSON: escaped text, plain card."""
        card = {"source": draft.link, "title": draft.title, "description": draft.description, "thumbnail": draft.picture}
        article = {name: value for name, value in card.items() if value}
        body = {
            "author": ChannelState.of(self.alias).organization,
            "commentary": text.escape(draft.text),
            "visibility": "PUBLIC",
            "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
            "content": {"article": article},
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        return json.dumps(body, ensure_ascii=False)

    def publish(self, wire: str) -> Receipt:
        """Create the post; its id stands in a header."""
        answer = self._with_token(lambda application: application.make_request("POST", "/rest/posts", data=wire, creating=True))
        urn = unquote(answer.headers.get("x-restli-id", "")).strip()
        if not _URN.fullmatch(urn):
            raise LinkedInUnknown(
                _("LinkedIn took the post but didn't say its address."), status=answer.status, request=request_id(answer.headers)
            )
        return Receipt(urn, self.address(urn))

    def find(self, wire: str, since: datetime, known: frozenset[str]) -> Receipt | None:
        """Walk the page's newest posts back to a minute before `since`; raises Refused for another page's."""
        sent = json.loads(wire)
        if self._elsewhere(sent):
            raise LinkedInRefused(_("It was posted to another page than the one that is connected now."))
        earliest = (since - EARLIER).timestamp() * 1000
        for number in range(PAGES):
            found = self._page(sent["author"], number)
            for post in found:
                if post.get("id") not in known and _created(post) >= earliest and matches(post, sent):
                    return Receipt(str(post["id"]), self.address(str(post["id"])))
            if len(found) < PAGE or min(map(_created, found)) < earliest:
                break
        return None

    def _page(self, author: str, number: int) -> list[dict[str, Any]]:
        params = {"author": encoded(author), "q": "author", "count": str(PAGE), "sortBy": "CREATED"}
        if number:
            params["start"] = str(number * PAGE)
        headers = {"X-RestLi-Method": "FINDER"}
        found = self._with_token(lambda application: application.json("GET", "/rest/posts", params=params, headers=headers))
        return [post for post in _elements(found) if isinstance(post, dict)]

    def verify(self, remote_id: str, wire: str) -> Receipt | None:
        """Read one post back: a duplicate answer may name one that was deleted since, or something that is no post."""
        sent = json.loads(wire)
        if self._elsewhere(sent):
            return None
        try:
            post = self._with_token(lambda application: application.json("GET", f"/rest/posts/{encoded(remote_id)}"))
        except Refused:
            return None
        return Receipt(remote_id, self.address(remote_id)) if matches(post, sent) else None

    def _elsewhere(self, sent: dict[str, Any]) -> bool:
        # Asking for another page's posts is refused, and a refusal would stop the channel for all.
        state = ChannelState.of(self.alias)
        return state.connected and state.organization != sent["author"]

    def update(self, remote_id: str, plain: str) -> None:
        """Patch the commentary; the card can't be changed at LinkedIn."""
        path, patch = _post_path(remote_id), {"patch": {"$set": {"commentary": text.escape(plain)}}}
        headers = {"X-RestLi-Method": "PARTIAL_UPDATE"}
        self._with_token(lambda application: application.make_request("POST", path, data=patch, headers=headers))

    def delete(self, remote_id: str) -> None:
        """Delete the post; idempotent."""
        path, headers = _post_path(remote_id), {"X-RestLi-Method": "DELETE"}
        self._with_token(lambda application: application.make_request("DELETE", path, headers=headers))

    def figures(self, remote_ids: list[str]) -> dict[str, Figures]:
        """Return what LinkedIn counted; a post without activity, and one known by its activity alone, is missing."""
        state = ChannelState.of(self.alias)
        if state.role and state.role != statistics.ROLE:
            # No Refused: asking for each post by itself would change nothing.
            raise ChannelError(_("LinkedIn gives figures to a page's administrators only."))
        return self._with_token(lambda application: statistics.ask(application, state.organization, remote_ids))

    def countable(self, remote_id: str) -> bool:
        """Tell whether it is a share or ugcPost; of an activity, as pasted addresses often name it, nothing is told."""
        return statistics.countable(remote_id)

    def address(self, remote_id: str) -> str:
        """Return the post's public address."""
        return f"https://www.linkedin.com/feed/update/{remote_id}/"

    def read_address(self, url: str) -> Receipt:
        """Read a LinkedIn address that an editor pasted; raises Refused."""
        if not re.match(r"https://([a-z]+\.)?linkedin\.com/", url):
            raise LinkedInRefused(_("This is no address of a LinkedIn post."))
        named, slug = _URN.search(unquote(url)), _SLUG.search(url)
        if named:
            return Receipt(named[0], url)
        return Receipt(f"urn:li:{slug[1]}:{slug[2]}" if slug else "", url)

    @sensitive_variables()
    def account_roles(self, token: str) -> roles.Roles:
        """Return the pages that the account behind `token` has a role on, with names. Raises ChannelError."""
        application = self.application(token)
        return roles.with_names(application, roles.ask(application))

    def look_over(self, now: datetime) -> None:
        """Note the account, its role on the connected page, and the page's name. Raises ChannelError."""
        roles.look_over(ChannelState.of(self.alias), self._with_token, now)

    def can_connect(self) -> bool:
        """Tell whether our app's id at LinkedIn is set."""
        return bool(self.client_id)

    def redirect_address(self) -> str:
        """Return the address that LinkedIn leads back to."""
        return own_url(CALLBACK)

    def steps(self) -> list[str]:
        """Return what has to be done at LinkedIn before anybody can connect."""
        return standing.steps()

    def standing(self, state: ChannelState, now: datetime) -> Standing:
        """Tell how the connection stands."""
        return standing.standing(state, self.version, now)


def _post_path(remote_id: str) -> str:
    # An activity is known by the address that an editor pasted; LinkedIn would answer its removal as if it had been done.
    if remote_id.startswith("urn:li:activity:"):
        raise LinkedInRefused(_("This address doesn't name the post itself, so Ordet can't change it there. Do it by hand."))
    return f"/rest/posts/{encoded(remote_id)}"


def _elements(found: dict[str, Any]) -> list[Any]:
    elements = found.get("elements")
    if not isinstance(elements, list):
        # An answer without a list is a failed look: taken for "not there" it would lead to a double.
        raise NotSent(_("LinkedIn's answer can't be read."))
    return elements


def _created(post: dict[str, Any]) -> float:
    try:
        return float(post.get("createdAt") or post.get("publishedAt") or 0)
    except (TypeError, ValueError):
        return 0.0


def matches(post: dict[str, Any], sent: dict[str, Any]) -> bool:
    """Tell whether a post that was read back is the one that `sent` would make."""
    content = post.get("content")
    article = content.get("article") if isinstance(content, dict) else None
    source = str(article.get("source", "")) if isinstance(article, dict) else ""
    return (
        post.get("author") == sent["author"]
        and source.rstrip("/") == sent["content"]["article"]["source"].rstrip("/")
        and text.same(str(post.get("commentary", "")), sent["commentary"])
    )
