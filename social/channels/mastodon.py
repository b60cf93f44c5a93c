"""Mastodon: posts of one account, by the REST interface of the account's own server.

Address and access token stand in the settings, so nobody signs in. The token needs the scopes `read:accounts`,
`read:statuses`, `write:statuses` and `write:media`. The interface: docs.joinmastodon.org (methods/statuses, media,
accounts; api/rate-limits; user/posting). How text is counted, linked and shown: Mastodon's own
`StatusLengthValidator`, `Extractor` and `TextFormatter`.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from cms import fetch
from social import connection, rest
from social.channels import Capabilities, Draft, Figures, NotSent, Paused, Receipt, Refused, Unknown
from social.models import ChannelState
from social.shorten import breaks, shorten

LIMIT, LINK_COUNTS, ALT_LIMIT, LANGUAGE = 500, 23, 1500, "sv"
PAGE, PAGES = 40, 5
EARLIER, UPLOAD_TIMEOUT = timedelta(seconds=60), 60.0
WHOSE = "/api/v1/accounts/verify_credentials"
GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})

# Between "@" and a word: nothing is seen of it, it counts for nothing, and Mastodon finds nobody to mention.
JOINER = "\u200c"
# Never more than Mastodon itself takes for a link or a mention, so that nothing counts for less here than there.
_ENTITY = re.compile(
    r"(?P<link>(?<![a-z0-9@\uff20$#\uff03])https?://(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?"
    r"(?:/(?:[^\s<>()?]*[^\s()?!*\"'\u300c\u300d<>;:=,.$%\[\]~&|@])?)?(?:\?[\w!?*'();:&=+$/%#\[\].,~|@^-]*[\w&=#/-])?)"
    r"|(?P<mention>@[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*@\w+(?:-+\w+)*(?:\.\w+(?:-+\w+)*)+(?![\w@\uff20]|://))|(?P<word>@(?=[a-z0-9_]))",
    re.IGNORECASE,
)
_LAST_LINK = re.compile(r"(?:^|\n)(https?://\S+)\s*$")
_SERVER = re.compile(r"https?://(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d+)?", re.IGNORECASE)
_REMOTE = re.compile(r"@[\w.-]+/\w+")


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of `text` with their kinds: link, mention (with its server), word (the @ of a bare @word), text."""
    end = 0
    for match in _ENTITY.finditer(text):
        before = text[max(match.start() - 1, 0) : match.start()]
        if match["link"] or not _within_a_word(before):
            yield "text", text[end : match.start()]
            yield str(match.lastgroup), match[0]
            end = match.end()
    yield "text", text[end:]


def _within_a_word(before: str) -> bool:
    kind = unicodedata.category(before) if before else ""
    return before in ("=", "/") or kind[:1] in ("L", "M") or kind in ("Nd", "Pc")


def told(text: str, link: str) -> str:
    """Return a post's text: nobody is mentioned but by the full address (@name@server), and `link` stands at the end."""
    plain = "".join(f"@{JOINER}" if kind == "word" else piece for kind, piece in _parts(text))
    return f"{plain}\n\n{link}" if link else plain


def counted(text: str) -> int:
    """Return how many characters (as readers see them) `text` counts for: a link 23, a mention's server none."""
    as_counted = {"link": lambda piece: "x" * LINK_COUNTS, "mention": lambda piece: piece.rpartition("@")[0]}
    counting = "".join(as_counted.get(kind, str)(piece) for kind, piece in _parts(text))
    return len(breaks(counting)) + bool(counting)


class _Reader(HTMLParser):
    """Collects the text that a reader sees of a status's HTML."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.feed(content)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br" or (tag == "p" and self.parts):
            self.parts.append("\n" if tag == "br" else "\n\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def same(one: str, other: str) -> bool:
    """Tell whether two plain texts read the same; Mastodon shows a mention without its server."""
    return _comparable(one) == _comparable(other)


def _comparable(text: str) -> str:
    shown = "".join(piece.rpartition("@")[0] if kind == "mention" else piece for kind, piece in _parts(text))
    plain = unicodedata.normalize("NFC", shown.replace(f"@{JOINER}", "@").replace("\r\n", "\n"))
    return re.sub(r"\n{2,}", "\n\n", "\n".join(line.rstrip() for line in plain.strip().split("\n")))


@dataclass(frozen=True, slots=True)
class _Status:
    """What is needed of a status: `author` is an id; `remote_id` names author and status, as the public address does."""

    remote_id: str
    author: str
    created_at: datetime
    text: str
    found: dict[str, Any]

    @classmethod
    def read(cls, found: Any) -> Self:
        """Read a status as the server gave it. Raises ValueError where it is none."""
        try:
            author, created = found["account"], rest.aware(datetime.fromisoformat(found["created_at"]))
            remote_id, text = f"@{author['username']}/{found['id']}", "".join(_Reader(found["content"]).parts)
            author_id = str(author["id"])
        except (KeyError, TypeError):
            raise ValueError from None
        if not _REMOTE.fullmatch(remote_id):
            raise ValueError(remote_id)
        return cls(remote_id, author_id, created, text, found)


class Mastodon:
    """The channel: the account that the token belongs to."""

    label = "Mastodon"
    # An exact repeat is recognised for an hour; some minutes are kept for a slow server.
    capabilities = Capabilities(
        limit=LIMIT, card=False, mentions=True, figures=("reactions", "comments", "shares"), guard=timedelta(minutes=55)
    )

    @sensitive_variables()
    def __init__(self, alias: str, *, url: str, token: str, timeout: float = rest.TIMEOUT) -> None:
        self.alias = alias
        self.url = url.rstrip("/")
        self._token = token
        self._rest = rest.Rest(self.label, self.url, token, "SOCIAL_MASTODON_TOKEN", timeout)
        self._account = ""

    def problems(self) -> Iterator[str]:
        """Yield what can't work in the settings."""
        if not _SERVER.fullmatch(self.url):
            yield "SOCIAL_MASTODON_URL is not the address of a server: https://host, and nothing behind it."
        elif not self.url.startswith("https://") and not _own_machine(urlsplit(self.url).hostname):
            yield "SOCIAL_MASTODON_URL has to begin with https://, or the token could be read on its way."
        if not self._token or any(char.isspace() for char in self._token):
            yield "SOCIAL_MASTODON_TOKEN is missing, or has blanks in it."

    @property
    def _server(self) -> rest.Rest:
        """The server, to call it; an answer that came is read whatever became of the connection."""
        if not self.connected():
            raise Paused(_("%(label)s isn't connected.") % {"label": self.label})
        return self._rest

    def connected(self) -> bool:
        """Tell whether the settings hold address and token, and nobody has disconnected the channel."""
        state = ChannelState.of(self.alias)
        return bool(self.url and self._token) and (state.pk is None or state.connected_at is not None)

    def can_send_pictures(self) -> bool:
        """Say yes: a token without that scope is told of when it is used."""
        return True

    def length(self, text: str) -> int:
        """Return what `text` takes, with the link that will stand at its end behind an empty line."""
        return counted(told(text, "")) + 2 + LINK_COUNTS

    def validate(self, draft: Draft) -> None:
        """Raise Refused for an empty or too long text."""
        if not draft.text.strip():
            raise Refused(_("The text is empty."))
        if (length := self.length(draft.text)) > LIMIT:
            raise Refused(_("The text takes %(length)s of %(limit)s characters.") % {"length": length, "limit": LIMIT})

    def prepare(self, picture: bytes, alt: str) -> str:
        """Hand over a JPEG with its alt text and return its id; unused, it is kept for about a day."""
        file = ("picture.jpg", picture, "image/jpeg")
        body, kind = fetch.form({"description": shorten(alt, ALT_LIMIT), "file": file})
        try:
            found = self._server.ask("POST", "/api/v2/media", body=body, headers={"Content-Type": kind}, timeout=UPLOAD_TIMEOUT)
        except NotSent as error:
            # By the documentation it says that no thumbnail could be made of the picture.
            if error.status != HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            raise Refused(str(error), status=error.status, request=error.request) from None
        return self._named(found, "id")

    def prepared(self, reference: str) -> bool:
        """Tell whether the picture is ready; raises Refused when it never will be."""
        return self._server.call("GET", f"/api/v1/media/{quote(reference, safe='')}").status == HTTPStatus.OK

    def wire(self, draft: Draft) -> str:
        """Return the status's JSON, and the key by which the server knows an exact repeat of it."""
        status: dict[str, Any] = {"status": told(draft.text, draft.link), "visibility": "public", "sensitive": False}
        status |= {"language": LANGUAGE} | ({"media_ids": [draft.picture]} if draft.picture else {})
        key = hashlib.sha256(f"{draft.key}\n{json.dumps(status)}".encode()).hexdigest()
        return json.dumps({"key": key, "status": status}, ensure_ascii=False)

    def publish(self, wire: str) -> Receipt:
        """Create the status; an exact repeat within an hour is answered with the first one's."""
        sent = json.loads(wire)
        body, key = rest.as_json(sent["status"]), {"Idempotency-Key": sent["key"]}
        answer = self._server.call("POST", "/api/v1/statuses", body=body, headers=key, creating=True)
        try:
            return self._receipt(self._read(self._rest.read(answer)))
        except NotSent:
            words = _("%(label)s took the post but didn't say its address.") % {"label": self.label}
            raise Unknown(words, **rest.about(answer)) from None

    def _read(self, found: Any) -> _Status:
        try:
            return _Status.read(found)
        except ValueError:
            raise self._rest.unreadable() from None

    def find(self, wire: str, since: datetime, known: frozenset[str]) -> Receipt | None:
        """Walk the account's newest statuses back to a minute before `since`."""
        text, earliest, found = _text(wire), since - EARLIER, list[_Status]()
        for _page in range(PAGES):
            found = self._page(found[-1].remote_id.rpartition("/")[2] if found else "")
            for status in found:
                if status.remote_id not in known and status.created_at >= earliest and self._made(status, text):
                    return self._receipt(status)
            if not found or found[-1].created_at < earliest:
                break
        return None

    def _page(self, before: str) -> list[_Status]:
        asked = {"limit": str(PAGE), "exclude_reblogs": "true", "exclude_replies": "true"}
        asked |= {"max_id": before} if before else {}
        found = self._server.ask("GET", f"/api/v1/accounts/{quote(self._own(), safe='')}/statuses?{urlencode(asked)}")
        if not isinstance(found, list):
            # A failed look taken for "not there" would lead to a double.
            raise self._rest.unreadable()
        return [self._read(one) for one in found]

    def _made(self, status: _Status, text: str) -> bool:
        return status.author == self._own() and same(status.text, text)

    def _own(self) -> str:
        # Whose the token is never changes.
        self._account = self._account or self._named(self._server.ask("GET", WHOSE), "id")
        return self._account

    def _named(self, found: Any, name: str) -> str:
        if not isinstance(found, dict) or not found.get(name):
            raise self._rest.unreadable()
        return str(found[name])

    def verify(self, remote_id: str, wire: str) -> Receipt | None:
        """Read one status back."""
        status = self._status(remote_id)
        return self._receipt(status) if status and self._made(status, _text(wire)) else None

    def _status(self, remote_id: str) -> _Status | None:
        try:
            return self._read(self._server.ask("GET", _path(remote_id)))
        except Refused as error:
            if error.status not in GONE:
                raise
            return None

    def _receipt(self, status: _Status) -> Receipt:
        return Receipt(status.remote_id, self.address(status.remote_id))

    def update(self, remote_id: str, text: str) -> None:
        """Replace the text above the link; all else is said again, since what isn't named is taken away."""
        status = self._status(remote_id)
        if status is None:
            raise Refused(_("The post is no longer on %(label)s.") % {"label": self.label}, status=HTTPStatus.NOT_FOUND)
        link, media = _LAST_LINK.search(status.text), status.found.get("media_attachments") or []
        kept = {name: status.found[name] for name in ("sensitive", "spoiler_text", "language") if name in status.found}
        body = {"status": told(text, link[1] if link else ""), "media_ids": [one["id"] for one in media]}
        self._server.call("PUT", _path(remote_id), body=rest.as_json(body | kept))

    def delete(self, remote_id: str) -> None:
        """Delete the status; one that is gone is fine."""
        try:
            self._server.call("DELETE", _path(remote_id))
        except Refused as error:
            if error.status not in GONE:
                raise

    def figures(self, remote_ids: list[str]) -> dict[str, Figures]:
        """Return what the server counted; a status that is gone is missing."""
        found = {remote_id: status.found for remote_id in remote_ids if (status := self._status(remote_id))}
        names = {"reactions": "favourites_count", "comments": "replies_count", "shares": "reblogs_count"}
        return {key: Figures(**{ours: one.get(theirs) for ours, theirs in names.items()}) for key, one in found.items()}

    def address(self, remote_id: str) -> str:
        """Return the status's public address."""
        return f"{self.url}/{remote_id}"

    def read_address(self, url: str) -> Receipt:
        """Read the address of a status on our server; raises Refused."""
        remote_id = re.sub("^(?:deck|web)/", "", url.strip().rstrip("/").removeprefix(f"{self.url}/"))
        if not _REMOTE.fullmatch(remote_id):
            raise Refused(_("This is no address of a post on %(server)s.") % {"server": self.url})
        return Receipt(remote_id, self.address(remote_id))

    def renew(self) -> None:
        """Do nothing: the token lives until somebody revokes it."""

    def look_over(self, now: datetime) -> None:
        """Ask whose the token is; raises Paused where it has ended."""
        name = self._named(self._server.ask("GET", WHOSE), "username")
        connection.note(ChannelState.of(self.alias), account=f"@{name}@{urlsplit(self.url).hostname}", looked_at=now)


def _own_machine(host: str | None) -> bool:
    return host in ("localhost", "127.0.0.1", "::1") and bool(settings.FETCH_ALLOW_NETWORKS)


def _path(remote_id: str) -> str:
    return f"/api/v1/statuses/{quote(remote_id.rpartition('/')[2], safe='')}"


def _text(wire: str) -> str:
    return str(json.loads(wire)["status"]["status"])
