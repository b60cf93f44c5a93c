"""Teaser → what followers read: the text, its hashtags and the card. Pure: no database, no network.

The text comes from `social/<kind>.txt`, else from `social/post.txt`, which shows every typed part, so
that a new content type has a summary without a line of its own. Links never stand in the text.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime

from django.template import Context
from django.template.loader import select_template
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.keydates import STOCKHOLM
from cms.teaser import DatePart, Table, Teaser
from social.channels import Channel, Draft
from social.shorten import shorten

TITLE_LIMIT, DESCRIPTION_LIMIT = 400, 1000
TAGS = 5


@dataclass(frozen=True, slots=True)
class Said:
    """A date as a sentence says it: "Sista dag" · "15 december"."""

    kind: str
    label: str
    text: str
    closed: bool


def compose(teaser: Teaser, channel: Channel, now: datetime, written: str = "", language: str = "sv") -> Draft:
    """Return the draft for `channel`: `written` by an editor, else the kind's summary; it fits the limit.

    A long summary is shortened at a word, its hashtags are kept. What an editor wrote is only cleaned.
    The card of a members-only post shows no more than its title.
    """
    with translation.override(language):
        text = clean(written) or summary(teaser, channel, now)
    return Draft(
        text=text,
        title=shorten(one_line(teaser.title), TITLE_LIMIT, _utf16),
        description="" if teaser.members_only else shorten(one_line(teaser.summary), DESCRIPTION_LIMIT, _utf16),
        link=teaser.url,
        alt=one_line(teaser.image.alt) if teaser.image else "",
    )


def summary(teaser: Teaser, channel: Channel, now: datetime, upcoming: DatePart | None = None) -> str:
    """Return the kind's text with its hashtags, within the channel's limit; the reminder's where a date is `upcoming`."""
    tags = hashtags(teaser.topics)
    end = f"\n\n{tags}" if tags else ""
    # Measured as a whole: a channel may count more than the sum of the parts, a link at the end say.
    body = shorten(clean(_rendered(teaser, now, upcoming)), channel.capabilities.limit, lambda part: channel.length(part + end))
    return body + end


def _rendered(teaser: Teaser, now: datetime, upcoming: DatePart | None) -> str:
    template = select_template(["social/reminder.txt"] if upcoming else [f"social/{teaser.kind}.txt", "social/post.txt"])
    # A plain text knows no HTML: with autoescape on, "&" would go out as "&amp;".
    parts = {
        "teaser": teaser,
        "dates": [said(part, now) for part in teaser.dates],
        "groups": [group(table) for table in teaser.tables],
        "figures": [fact for fact in teaser.facts if fact.figure],
        "facts": [fact for fact in teaser.facts if not fact.figure],
        "writers": [", ".join((person.name, *person.roles)) for person in teaser.byline],
        "upcoming": said(upcoming, now) if upcoming else None,
        "lead": _nearness(upcoming, now) if upcoming else "",
    }
    return str(template.template.render(Context(parts, autoescape=False)))


def said(part: DatePart, now: datetime) -> Said:
    """Return a date without the year where it is this year's, and with "kl." before a time of day."""
    text = part.text
    if part.starts and part.precision in ("minute", "day"):
        year = now.astimezone(STOCKHOLM).year
        text = re.sub(rf" {year}(?= |$)", "", text)
    if part.precision == "minute":
        text = re.sub(r" (\d\d\.\d\d)$", _(" at %(time)s") % {"time": r"\1"}, text)
    return Said(part.kind, part.label, text, part.closed)


def _nearness(part: DatePart, now: datetime) -> str:
    assert part.starts is not None  # noqa: S101 - only exact dates are reminded of
    days = (part.starts.astimezone(STOCKHOLM).date() - now.astimezone(STOCKHOLM).date()).days
    if days <= 0:
        return _("today")
    return ngettext("tomorrow", "in %(days)s days", days) % {"days": days}


def group(table: Table) -> tuple[str, list[str]]:
    """Return a table's caption and a line per row: first cell, then the others in parentheses."""
    return table.caption, [_row(row) for row in table.rows]


def _row(row: tuple[str, ...]) -> str:
    rest = ", ".join(cell for cell in row[1:] if cell)
    return f"{row[0]} ({rest})" if rest else row[0]


def hashtags(topics: tuple[str, ...]) -> str:
    """Return up to five hashtags: "social hållbarhet" becomes "#SocialHållbarhet", one word stays as it is."""
    tags = dict.fromkeys(filter(None, map(hashtag, topics)))
    return " ".join(list(tags)[:TAGS])


def hashtag(topic: str) -> str:
    """Return a topic as a hashtag of letters and digits; "" where no letter is left."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", topic))
    tag = words[0] if len(words) == 1 else "".join(word[:1].upper() + word[1:] for word in words)
    return f"#{tag}" if any(char.isalpha() for char in tag) else ""


def clean(text: str) -> str:
    """Return `text` in NFC without control characters, trailing blanks and runs of empty lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = "".join(char for char in text if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs"))
    # Only now: what stood between a letter and its accent is gone.
    lines = "\n".join(line.rstrip() for line in unicodedata.normalize("NFC", text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def one_line(text: str) -> str:
    """Return `text` clean and on one line, as the card takes it."""
    return " ".join(clean(text).split())


def with_picture(draft: Draft, reference: str, key: str) -> Draft:
    """Return the draft with the network's reference to its picture, and the announcement's own key."""
    return replace(draft, picture=reference, key=key)


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
