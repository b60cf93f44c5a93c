"""What LinkedIn accepts and refuses, as the stand-in plays it: tokens, pictures and posts in memory and on disk."""

import io
import json
import re
import secrets
import threading
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image, UnidentifiedImageError

from deploy.demo import linkedin_roles
from deploy.demo.linkedin_text import as_stored, read

OLDEST_VERSION = "202512"
SCOPES = ["w_organization_social", "r_organization_social", "rw_organization_admin"]
POSTERS = {"ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER", "CONTENT_ADMIN", "CONTENT_ADMINISTRATOR"}
UPLOADERS = {"ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER"}
TEXT_LIMIT, TITLE_LIMIT, DESCRIPTION_LIMIT = 3000, 400, 4086
MOST_PIXELS = 36_152_320
DUPLICATE_SECONDS = 600
TOKEN_SECONDS = 5_184_000
# Stands in every token and code that is given out here, so that one look at a log or page tells whether it leaked.
MARK = "S3CRET"
FIELDS = {
    "author", "commentary", "visibility", "distribution", "content", "lifecycleState", "isReshareDisabledByAuthor",
}  # fmt: skip
KINDS = {"article", "media", "multiImage", "poll"}


class Refusal(Exception):
    """An error answer: status, LinkedIn's code, message and service error code."""

    def __init__(self, status: int, code: str, message: str, service: int | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.service = status, code, service

    def body(self) -> dict[str, Any]:
        """Return LinkedIn's error object."""
        found: dict[str, Any] = {"status": self.status, "code": self.code, "message": str(self)}
        return found | ({"serviceErrorCode": self.service} if self.service else {})


@dataclass
class Settings:
    """How the stand-in behaves; the controls change it."""

    organization: str = "urn:li:organization:1001"
    name: str = "Socialcheferna"
    role: str = "ADMINISTRATOR"
    client_id: str = "demo-client"
    client_secret: str = "demo-secret"
    duplicates: bool = True
    truncate: bool = True
    refresh: bool = True
    lag: float = 0.0
    processing: int = 1
    failing: bool = False
    ahead: float = 0.0
    # Further pages of the account: organization, name, role.
    pages: list[dict[str, str]] = field(default_factory=list)
    # What the person grants, and how the token answer spells it: "," or " " between, "" for not at all.
    scopes: list[str] = field(default_factory=lambda: list(SCOPES))
    scope_mark: str = ","


@dataclass
class State:
    """All that is remembered."""

    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    images: dict[str, dict[str, Any]] = field(default_factory=dict)
    posts: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    number: int = 7_000_000_000_000


class Network:
    """The stand-in's mind: every public method is one call of the API, and raises Refusal as LinkedIn would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = threading.RLock()
        self.settings = Settings()
        (folder / "images").mkdir(parents=True, exist_ok=True)
        path = folder / "state.json"
        self.state = State(**json.loads(path.read_text())) if path.exists() else State()

    def now(self) -> int:
        """Return the time as LinkedIn counts it, in milliseconds, so far ahead of the machine's as the settings say."""
        return int((time.time() + self.settings.ahead) * 1000)

    def save(self) -> None:
        """Write the state so that a restart remembers it."""
        path = self.folder / "state.json"
        path.with_suffix(".new").write_text(json.dumps(asdict(self.state), ensure_ascii=False))
        path.with_suffix(".new").replace(path)

    def reset(self) -> None:
        """Forget the posts and pictures, and behave as at the start; no URN is given out twice."""
        self.state = State(tokens=self.state.tokens, number=self.state.number)
        self.settings = Settings()
        self.save()

    def _next(self) -> int:
        self.state.number += 1
        return self.state.number

    # --- tokens

    def mint(self, scopes: list[str] | None = None) -> dict[str, Any]:
        """Return a fresh token answer."""
        token, renewal = (f"{kind}{MARK}{secrets.token_urlsafe(60)}" for kind in ("AQ", "AR"))
        granted, mark = scopes or self.settings.scopes, self.settings.scope_mark
        self.state.tokens[token] = {"renewal": renewal, "scopes": granted, "ended": ""}
        self.save()
        answer = {"access_token": token, "expires_in": TOKEN_SECONDS} | ({"scope": mark.join(granted)} if mark else {})
        return answer | ({"refresh_token": renewal, "refresh_token_expires_in": 31_536_000} if self.settings.refresh else {})

    def end(self, how: str) -> None:
        """End all access tokens: `how` is expired or revoked."""
        for token in self.state.tokens.values():
            token["ended"] = how
        self.save()

    def code(self, redirect: str) -> str:
        """Return an authorization code for `redirect`."""
        made = f"{MARK}{secrets.token_urlsafe(24)}"
        self.state.codes[made] = {"redirect": redirect, "until": time.time() + 1800}
        return made

    def exchange(self, form: dict[str, str]) -> dict[str, Any]:
        """Answer the token endpoint."""
        if (form.get("client_id"), form.get("client_secret")) != (self.settings.client_id, self.settings.client_secret):
            raise Refusal(401, "invalid_client", "Client authentication failed")
        if form.get("grant_type") == "authorization_code":
            code = self.state.codes.pop(form.get("code", ""), None)
            if not code or code["until"] < time.time() or code["redirect"] != form.get("redirect_uri"):
                raise Refusal(400, "invalid_request", "Unable to retrieve access token: authorization code not found")
        elif form.get("grant_type") == "refresh_token":
            renewals = {token["renewal"] for token in self.state.tokens.values() if token["ended"] != "revoked"}
            if not self.settings.refresh or form.get("refresh_token") not in renewals:
                raise Refusal(400, "invalid_request", "The provided refresh token is invalid, expired or revoked")
        else:
            raise Refusal(400, "unsupported_grant_type", "grant_type is missing or unknown")
        return self.mint()

    def authorize(self, headers: dict[str, str], scope: str = "") -> None:
        """Check the Bearer token and its scope."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        found = self.state.tokens.get(token) if kind == "Bearer" else None
        if not found:
            raise Refusal(401, "INVALID_ACCESS_TOKEN", "Invalid access token", 65600)
        if found["ended"]:
            revoked = found["ended"] == "revoked"
            code, service = ("REVOKED_ACCESS_TOKEN", 65601) if revoked else ("EXPIRED_ACCESS_TOKEN", 65602)
            raise Refusal(401, code, f"The token used in the request has been {found['ended']}", service)
        if scope and scope not in found["scopes"]:
            raise Refusal(403, "ACCESS_DENIED", f"Not enough permissions to access: {scope}", 100)

    def protocol(self, headers: dict[str, str]) -> None:
        """Check the version and protocol headers."""
        version = headers.get("linkedin-version", "")
        if not version:
            raise Refusal(
                400,
                "VERSION_MISSING",
                "A version must be present. Please specify a version by adding the LinkedIn-Version header.",
            )
        if not re.fullmatch(r"\d{6}", version) or not OLDEST_VERSION <= version <= f"{datetime.now(UTC):%Y%m}":
            raise Refusal(426, "NONEXISTENT_VERSION", f"Requested version {version} is not active")
        if headers.get("x-restli-protocol-version") != "2.0.0":
            raise Refusal(400, "ILLEGAL_ARGUMENT", "X-Restli-Protocol-Version 2.0.0 is needed")

    # --- roles and pictures

    def _demand(self, organization: Any, roles: set[str]) -> None:
        if not linkedin_roles.may(self.settings, organization, roles):
            raise Refusal(403, "ACCESS_DENIED", f"Viewer is not an administrator of {organization}", 100)

    def initialize(self, body: Any, base: str) -> dict[str, Any]:
        """Begin an upload."""
        wanted = body.get("initializeUploadRequest") if isinstance(body, dict) else None
        if not isinstance(wanted, dict) or set(wanted) != {"owner"}:
            raise Refusal(400, "ILLEGAL_ARGUMENT", "initializeUploadRequest.owner is needed")
        self._demand(wanted["owner"], UPLOADERS)
        key = f"D4D{self._next()}"
        urn = f"urn:li:image:{key}"
        self.state.images[urn] = {"owner": wanted["owner"], "status": "WAITING_UPLOAD", "looks": 0, "type": ""}
        self.save()
        return {
            "value": {
                "uploadUrlExpiresAt": self.now() + 86_400_000,
                "uploadUrl": f"{base}/dms-uploads/{key}/0?ca=vector",
                "image": urn,
            }
        }

    def upload(self, key: str, content: bytes) -> None:
        """Take a picture's bytes; only JPEG, PNG and GIF."""
        image = self.state.images.get(f"urn:li:image:{key}")
        if image is None:
            raise Refusal(404, "NOT_FOUND", "No such upload")
        try:
            with Image.open(io.BytesIO(content)) as found:
                kind, pixels = str(found.format), found.width * found.height
        except (UnidentifiedImageError, OSError):
            kind, pixels = "", 0
        if kind not in ("JPEG", "PNG", "GIF") or pixels >= MOST_PIXELS:
            raise Refusal(
                400, "ILLEGAL_ARGUMENT", f"The picture is {kind or 'none'}; JPEG, PNG or GIF under {MOST_PIXELS} pixels is needed"
            )
        (self.folder / "images" / key).write_bytes(content)
        image |= {"status": "PROCESSING_FAILED" if self.settings.failing else "PROCESSING", "type": kind.lower()}
        self.save()

    def image(self, urn: str) -> dict[str, Any]:
        """Return a picture's state; the first looks say PROCESSING."""
        image = self.state.images.get(urn)
        if image is None:
            raise Refusal(404, "NOT_FOUND", f"Could not find image {urn}")
        if image["status"] == "PROCESSING":
            image["looks"] += 1
            if image["looks"] > self.settings.processing:
                image["status"] = "AVAILABLE"
            self.save()
        return {"id": urn, "owner": image["owner"], "status": image["status"]}

    # --- posts

    def create(self, body: Any) -> str:
        """Make a post and return its URN."""
        self._check_post(body)
        self._demand(body["author"], POSTERS)
        self._check_content(body["content"], body["author"])
        visible = self._read(body["commentary"])
        self._check_duplicate(body)
        urn = f"urn:li:share:{self._next()}"
        made = {"id": urn, "createdAt": self.now(), "deleted": False, "edited": False, "visible": visible}
        self.state.posts.append(body | made | {"sent": body["commentary"], "commentary": as_stored(body["commentary"])})
        self.save()
        return urn

    def _read(self, commentary: str) -> str:
        """Return what readers will see: an unescaped reserved character ends it silently, or is refused."""
        reading = read(commentary)
        if reading.cut_at is not None and not self.settings.truncate:
            raise Refusal(422, "INVALID_CONTENT", f"commentary: unescaped reserved character at {reading.cut_at}")
        return reading.text

    @staticmethod
    def _check_post(body: Any) -> None:
        if not isinstance(body, dict) or set(body) - FIELDS or FIELDS - {"isReshareDisabledByAuthor"} - set(body):
            raise Refusal(422, "INVALID_CONTENT", "fields are missing or not allowed")
        distribution = body["distribution"]
        if body["lifecycleState"] != "PUBLISHED" or body["visibility"] != "PUBLIC":
            raise Refusal(422, "INVALID_CONTENT", "lifecycleState must be PUBLISHED and visibility PUBLIC")
        if not isinstance(distribution, dict) or distribution.get("feedDistribution") != "MAIN_FEED":
            raise Refusal(422, "INVALID_CONTENT", "distribution.feedDistribution must be MAIN_FEED")
        if not isinstance(body["commentary"], str) or _units(body["commentary"]) > TEXT_LIMIT:
            raise Refusal(422, "FIELD_LENGTH_TOO_LONG", f"commentary is longer than {TEXT_LIMIT} characters")

    def _check_content(self, content: Any, author: str) -> None:
        if not isinstance(content, dict) or len(content) != 1 or set(content) - KINDS:
            raise Refusal(422, "INVALID_CONTENT", f"content must hold exactly one of {', '.join(sorted(KINDS))}")
        article = content.get("article")
        if not isinstance(article, dict):
            raise Refusal(422, "INVALID_CONTENT", "this stand-in takes articles")
        source, title = article.get("source"), article.get("title")
        if not isinstance(source, str) or urlsplit(source).scheme not in ("http", "https") or not urlsplit(source).netloc:
            raise Refusal(422, "INVALID_CONTENT", "article.source must be an address")
        if not isinstance(title, str) or not 0 < _units(title) <= TITLE_LIMIT:
            raise Refusal(422, "FIELD_LENGTH_TOO_LONG", f"article.title must have 1 to {TITLE_LIMIT} characters")
        if _units(str(article.get("description", ""))) > DESCRIPTION_LIMIT:
            raise Refusal(422, "FIELD_LENGTH_TOO_LONG", f"article.description is longer than {DESCRIPTION_LIMIT}")
        if "thumbnail" in article:
            self._check_thumbnail(article["thumbnail"], author)

    def _check_thumbnail(self, urn: Any, author: str) -> None:
        image = self.state.images.get(str(urn))
        if image is None or image["owner"] != author:
            raise Refusal(403, "ACCESS_DENIED", f"{urn} doesn't belong to {author}", 100)
        if image["status"] != "AVAILABLE":
            raise Refusal(422, "MEDIA_ASSET_PROCESSING_FAILED", f"{urn} is {image['status']}")

    def _check_duplicate(self, body: dict[str, Any]) -> None:
        since = self.now() - DUPLICATE_SECONDS * 1000
        for post in reversed(self.state.posts):
            same = (post["author"], post["sent"], post["content"]) == (body["author"], body["commentary"], body["content"])
            if self.settings.duplicates and same and post["createdAt"] >= since:
                raise Refusal(422, "DUPLICATE_POST", f"Content is a duplicate of {post['id']}")

    def shown(self, post: dict[str, Any]) -> dict[str, Any]:
        """Return a post as it is read back."""
        return {name: value for name, value in post.items() if name not in ("deleted", "edited", "visible", "sent")} | {
            "publishedAt": post["createdAt"],
            "lifecycleStateInfo": {"isEditedByAuthor": post["edited"]},
        }

    def find(self, author: str, start: int, count: int) -> dict[str, Any]:
        """List a page's posts, newest first; the newest appear only after the lag."""
        self._demand(author, POSTERS)
        until = self.now() - self.settings.lag * 1000
        found = [post for post in self.live() if post["author"] == author and post["createdAt"] <= until]
        return {
            "elements": [self.shown(post) for post in found[start : start + count]],
            "paging": {"start": start, "count": count, "links": []},
        }

    def live(self) -> list[dict[str, Any]]:
        """Return the posts that readers see, newest first."""
        return [post for post in reversed(self.state.posts) if not post["deleted"]]

    def post(self, urn: str) -> dict[str, Any]:
        """Return one live post."""
        for post in self.live():
            if post["id"] == urn:
                return post
        raise Refusal(404, "NOT_FOUND", f"Could not find entity {urn}")

    def patch(self, urn: str, body: Any) -> None:
        """Change a post's commentary; nothing else can be changed."""
        post = self.post(urn)
        changes = body.get("patch", {}).get("$set", {}) if isinstance(body, dict) else {}
        if set(changes) != {"commentary"} or not isinstance(changes["commentary"], str):
            raise Refusal(422, "INVALID_CONTENT", "only commentary can be changed")
        visible, sent = self._read(changes["commentary"]), changes["commentary"]
        post |= {"commentary": as_stored(sent), "sent": sent, "visible": visible, "edited": True}
        self.save()

    def delete(self, urn: str) -> None:
        """Take a post away; idempotent."""
        for post in self.live():
            if post["id"] == urn:
                post["deleted"] = True
        self.save()


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
