"""Films from other sites: looked up by a job after publication, never while somebody waits for a page.

Until a film has been looked up, and for ever if that fails, readers see a link. What was found lies in
Wagtail's Embed rows; the still is copied to our own storage, so that nobody's visit is told to the
film's host before the reader presses play.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.tasks import task
from PIL import Image, UnidentifiedImageError
from wagtail.embeds.embeds import get_embed, get_embed_hash
from wagtail.embeds.exceptions import EmbedException, EmbedNotFoundException
from wagtail.embeds.finders.oembed import OEmbedFinder
from wagtail.embeds.models import Embed

from cms import fetch

logger = logging.getLogger(__name__)

STILL_WIDTH = 1280
STILL_MAX_BYTES = 4_000_000
# Players that would otherwise set cookies or follow the reader.
QUIET_HOSTS = {"www.youtube.com": "www.youtube-nocookie.com"}
QUIET_OPTIONS = {"player.vimeo.com": {"dnt": "1"}}
# Whose players a page may frame, by the policy in its headers; a film from elsewhere stays a link.
PLAYER_HOSTS = (
    "www.youtube-nocookie.com",
    "player.vimeo.com",
    "embed.ted.com",
    "geo.dailymotion.com",
    "open.spotify.com",
    "w.soundcloud.com",
)


@dataclass(frozen=True, slots=True)
class Player:
    """A film that was found: `src` is what a frame may show, `still` a picture in our own storage or empty."""

    title: str
    provider: str
    src: str
    still: str
    width: int
    height: int


class Finder(OEmbedFinder):
    """Wagtail's list of providers, asked through the one guarded door for outgoing calls."""

    def find_embed(self, url: str, max_width: int | None = None, max_height: int | None = None) -> dict[str, Any]:
        """Return what Embed stores of `url`. Raises EmbedNotFoundException."""
        endpoint = self._get_endpoint(url)
        if endpoint is None:
            raise EmbedNotFoundException(f"no provider for {url}")
        found = _ask(f"{endpoint}?{urlencode({'url': url, 'format': 'json', **self.options})}")
        texts = {name: str(found.get(name) or "") for name in ("title", "author_name", "provider_name", "html")}
        return {
            **texts,
            "type": found["type"],
            "width": found.get("width"),
            "height": found.get("height"),
            "thumbnail_url": _keep_still(url, str(found.get("thumbnail_url") or "")),
        }


embed_finder_class = Finder


def _ask(address: str) -> dict[str, Any]:
    try:
        answer = fetch.fetch("GET", address, max_bytes=200_000)
        found = json.loads(answer.body) if answer.status == HTTPStatus.OK else {}
    except (fetch.FetchError, ValueError) as error:
        raise EmbedNotFoundException(str(error)) from error
    if not isinstance(found, dict) or found.get("type") not in ("video", "rich"):
        raise EmbedNotFoundException(f"the provider answered {answer.status} without a film")
    return found


def _keep_still(url: str, address: str) -> str:
    """Copy the still at `address` to our storage and return its URL there; empty where there is none to be had."""
    if not address:
        return ""
    try:
        answer = fetch.fetch("GET", address, max_bytes=STILL_MAX_BYTES)
        picture = Image.open(BytesIO(answer.body)).convert("RGB")
    except (fetch.FetchError, UnidentifiedImageError, Image.DecompressionBombError, OSError) as error:
        logger.info("The still of %s could not be fetched: %s", url, error)
        return ""
    picture.thumbnail((STILL_WIDTH, STILL_WIDTH))
    out = BytesIO()
    picture.save(out, "WEBP", quality=80)
    return default_storage.url(default_storage.save(f"stills/{get_embed_hash(url)}.webp", ContentFile(out.getvalue())))


class _Frame(HTMLParser):
    src = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "iframe" and not self.src:
            self.src = dict(attrs).get("src") or ""


def frame_source(html: str) -> str:
    """Return the https address that a provider's HTML wants framed, on its quietest host; empty unless we may frame it."""
    frame = _Frame()
    frame.feed(html)
    parts = urlsplit(frame.src)
    if parts.scheme != "https" or not parts.hostname or parts.username:
        return ""
    host = QUIET_HOSTS.get(parts.netloc, parts.netloc)
    options = dict(parse_qsl(parts.query)) | QUIET_OPTIONS.get(parts.netloc, {})
    return urlunsplit(("https", host, parts.path, urlencode(options), "")) if host in PLAYER_HOSTS else ""


def _player(embed: Embed) -> Player:
    return Player(
        embed.title,
        embed.provider_name,
        frame_source(embed.html),
        embed.thumbnail_url,
        embed.width or 16,
        embed.height or 9,
    )


def players(urls: Iterable[str]) -> dict[str, Player]:
    """Return the films among `urls` that have been looked up and can be framed; one query, no network."""
    hashes = {get_embed_hash(url): url for url in urls}
    if not hashes:
        return {}
    found = {hashes[embed.hash]: _player(embed) for embed in Embed.objects.filter(hash__in=hashes)}
    return {url: player for url, player in found.items() if player.src}


def film_urls(value: Any) -> list[str]:
    """Return the addresses of all films in a post: in its body, its afterword and its own films."""
    streams = (getattr(value, name, None) or () for name in ("body", "afterword", "films"))
    return [block.value["url"] for stream in streams for block in stream if block.block_type == "film" and block.value["url"]]


def look_up(urls: Iterable[str]) -> Mapping[str, str]:
    """Look every one of `urls` up and store what was found; return what went wrong, by address."""
    problems = {}
    for url in urls:
        try:
            get_embed(url)
        except EmbedException as error:
            problems[url] = str(error) or type(error).__name__
            logger.info("The film %s stays a link: %s", url, problems[url])
    return problems


@task()
def look_up_films(urls: list[str]) -> dict[str, str]:
    """Do `look_up` in the db_worker."""
    return dict(look_up(urls))


def after_publication(post: Any) -> bool:
    """Ask for the films of a post that have not been looked up, by one row in the task table; tell whether there were any."""
    urls = film_urls(post.specific)
    known = set(Embed.objects.filter(hash__in=[get_embed_hash(url) for url in urls]).values_list("hash", flat=True))
    missing = [url for url in dict.fromkeys(urls) if get_embed_hash(url) not in known]
    if missing:
        look_up_films.enqueue(missing)
    return bool(missing)
