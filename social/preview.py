"""How an announcement looks to a follower, and what an editor should know before it goes out. Nothing here calls out."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from cms.media import NoPicture, rendition
from social.channels import Channel, Draft, channel_of
from social.sending import RENDITION

LINES = 3
_TAG = re.compile(r"(?<![\w#&/])(#[^\W_]*[^\W\d_][^\W_]*)")
_LINK = re.compile(r"\bhttps?://\S|\bwww\.\w", re.IGNORECASE)
_MENTION = re.compile(r"(?<![\w@.])@\w[\w.-]*")
_BARE_MENTION = re.compile(r"(?<![\w@.])@\w[\w.-]*(?![\w.@-])")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is, or isn't, a hashtag."""

    text: str
    tag: bool


@dataclass(frozen=True, slots=True)
class Look:
    """A draft as a follower sees it; `rest` is what stands behind "… more"."""

    head: list[Piece]
    rest: list[Piece]
    title: str
    description: str
    link: str
    host: str
    picture: str
    alt: str
    card: bool


def look(draft: Draft, channel: Channel, picture: int | None) -> Look:
    """Return how `draft` looks on `channel` with the picture of that id."""
    head, rest = folded(draft.text, channel.capabilities.fold)
    shown = picture_url(picture) if channel.capabilities.pictures else ""
    host = urlsplit(draft.link).netloc.removeprefix("www.")
    card = channel.capabilities.card
    return Look(pieces(head), pieces(rest), draft.title, draft.description, draft.link, host, shown, draft.alt, card)


def folded(text: str, limit: int) -> tuple[str, str]:
    """Split `text` where the network folds it: after `limit` characters or three lines, at a word; limit 0 never folds."""
    if not limit:
        return text, ""
    lines = text.split("\n")
    end = min(limit, len("\n".join(lines[:LINES])))
    if end >= len(text.rstrip()):
        return text, ""
    if end == limit:
        end = max(text.rfind(" ", 0, end + 1), text.rfind("\n", 0, end + 1), 0) or limit
    return text[:end], text[end:]


def pieces(text: str) -> list[Piece]:
    """Return `text` cut at its hashtags."""
    return [Piece(part, bool(number % 2)) for number, part in enumerate(_TAG.split(text)) if part]


def picture_url(picture: int | None) -> str:
    """Return the address of the picture as it goes out, "" where there is none or it can't be made."""
    try:
        return str(rendition(picture, RENDITION).url) if picture else ""
    except NoPicture:
        return ""


def size(text: str, alias: str) -> dict[str, Any]:
    """Return the length of `text` as the network counts, its limit and its name."""
    channel = channel_of(alias)
    length, limit = channel.length(text), channel.capabilities.limit
    return {"length": length, "limit": limit, "label": channel.label, "over": length > limit}


def advice(draft: Draft, channel: Channel, picture: int | None) -> list[str]:
    """Return what an editor should know of `draft` before it goes out, in words; most serious first."""
    able = channel.capabilities
    label = {"label": channel.label}
    mention = (_BARE_MENTION if able.mentions else _MENTION).search(draft.text)
    words = [
        (channel.length(draft.text) > able.limit, _("The text is too long for %(label)s.") % label),
        (not draft.text.strip(), _("The text is empty.")),
        (able.pictures and picture is None, _("There is no picture; posts with one are seen by more people.")),
        (
            able.pictures and picture is not None and not channel.can_send_pictures(),
            _("The connected account may not upload pictures to %(label)s, so the post goes out without.") % label,
        ),
        (picture is not None and not draft.alt, _("The picture has no alt text; write one where the picture is kept.")),
        (
            able.card and bool(_LINK.search(draft.text)),
            _("There is a link in the text. The post's own link comes by itself, and links in the text are shown to fewer."),
        ),
        (
            mention is not None,
            _("“%(mention)s” stays plain text: a mention can't be made from here.") % {"mention": mention[0] if mention else ""},
        ),
    ]
    return [said for true, said in words if true]
