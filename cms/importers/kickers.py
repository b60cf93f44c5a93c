"""The line above a column: whose words they are, and of which day. Pure recognisers over pieces and titles."""

import re
from calendar import isleap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cms.importers.pieces import Heading, Photo, Piece, Text, drop_start, words

MONTHS = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
]
MONTH = "|".join(f"{month}|{month[:3]}\\.?" for month in MONTHS)
WRITTEN_DAY = rf"(?P<day>\d{{1,2}})(?:\s*:?e)?\s+(?P<month>{MONTH})\s*,?\s+(?P<year>\d{{4}})"
DAY = rf"(?:den\s+)?(?:{WRITTEN_DAY}|(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})|(?P<slash>\d{{1,2}}[/.]\d{{1,2}}[\s/.-]+\d{{4}}))"
WEEKDAY = r"(?:mån|tis|ons|tors|fre|lör|sön)dag(?:en)?"
# A kicker's day may lack its year, or be a month alone.
LOOSE_WRITTEN = rf"(?:(?P<day>\d{{1,2}})(?:\s*:?e)?\s+)?(?P<month>{MONTH})(?!-?[^\W\d])(?:\s*,?\s+(?P<year>\d{{4}}))?"
LOOSE_SLASH = r"(?P<slash>\d{1,2}[/.]\d{1,2}(?:[\s/.–-]+\d{4}|[/.–-]\d{2}|\s\d{2}(?=\s*(?:[:.)]|$)))?)(?!\d)"
LOOSE_DAY = rf"(?:{WEEKDAY}\s+)?(?:den\s+)?(?:(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})|{LOOSE_WRITTEN}|{LOOSE_SLASH})"
ACTING = r"(?:(?:t\.?\s?f\.?|tillförordnade?)\s+)?"
RANK = r"(?:(?:först[ea]|andr[ea]|[12]\s?:?[ea])\s+)?"
WHOSE = rf"{ACTING}(?P<vice>{RANK}(?:vice|v\.?)[\s-]*)?ordf(?:[öo]rande|\.)?n?s?"
END = r"\s*(?P<end>[:.|–—-]+)?\s*"
PLAIN = re.compile(rf"\s*{WHOSE}\s+har\s+ordet{END}", re.IGNORECASE)
DATED = re.compile(rf"\s*{WHOSE}\s+har\s+ordet\s*[,:–—-]?\s*(?P<open>\()?{LOOSE_DAY}(?(open)\)){END}", re.IGNORECASE)
ALMOST = re.compile(r"\s*(?:[\w.:]+\s+){0,3}?\w*ordf\w*\.?\s+har\s+ordet\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Kicker:
    """As in "Vice ordföranden har ordet 6 februari 2024": whose column, and of which day if it says.

    `month` is the first day of the month that one without a day names.
    """

    vice: bool
    day: date | None = None
    month: date | None = None


def read_day(found: re.Match[str], about: date | None = None) -> date | None:
    """Return the day of a match of DAY; None where it names none or no real one.

    One that lacks its year is in the year that brings it nearest to `about`.
    """
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"])
        if found["slash"]:
            day, month, *year = re.findall(r"\d+", found["slash"])
            return _dated(int(day), int(month), year[0] if year else "", about)
        if found["day"]:
            return _dated(int(found["day"]), _month(found["month"]), found["year"] or "", about)
    except ValueError:
        return None
    return None


def _month(name: str) -> int:
    return [each[:3] for each in MONTHS].index(name.lower()[:3]) + 1


def _dated(day: int, month: int, year: str, about: date | None) -> date | None:
    """Return a date. Raises ValueError."""
    if year:
        return date(int(year) + (2000 if len(year) == len("23") else 0), month, day)
    if about is None:
        return None
    leap = (month, day) == (2, 29)
    years = [each for each in range(about.year - 1, about.year + 2) if not leap or isleap(each)]
    return min((date(each, month, day) for each in years), key=lambda each: abs(each - about), default=None)


def _read_month(found: re.Match[str], about: date | None) -> date | None:
    """Return the first day of the month of a match that names a month alone."""
    if found["day"] or not found["month"]:
        return None
    return _dated(1, _month(found["month"]), found["year"] or "", about)


def read_kicker(text: str, about: date | None = None, first_line: str = "") -> tuple[Kicker, int] | None:
    """Return the kicker with which `text` begins and where it ends; `first_line` where the text has several.

    Without a whole date it counts only where a colon or the end of its line follows: "Ordföranden har ordet i dag" is a
    sentence.
    """
    for form in (DATED, PLAIN):
        if (found := form.match(text)) is None:
            continue
        ends = found["end"] or found.end() == len(text) or found[0].strip() == first_line.strip()
        dated = form is DATED
        whole = dated and (found["iso"] or (found["day"] and found["year"]) or _has_year(found["slash"]) or found["open"])
        if ends or whole:
            day, month = (read_day(found, about), _read_month(found, about)) if dated else (None, None)
            return Kicker(bool(found["vice"]), day, month), found.end()
    return None


def _has_year(slash: str | None) -> bool:
    return len(re.findall(r"\d+", slash or "")) > len(("day", "month"))


def take_kicker(pieces: Sequence[Piece], about: date | None = None) -> tuple[Kicker | None, list[Piece]]:
    """Return the kicker at the start of a text, and the text without it; pictures may stand before it.

    `about` is the day of the post, for days without a year.
    """
    rest = list(pieces)
    at = next((at for at, piece in enumerate(rest) if not isinstance(piece, Photo)), None)
    first = rest[at] if at is not None else None
    if at is None or not isinstance(first, Text | Heading):
        return None, rest
    found = read_kicker(words(first), about, first.lines[0] if isinstance(first, Text) else "")
    if found is None:
        return None, rest
    kicker, end = found
    left: list[Piece] = []
    if isinstance(first, Heading):
        left = [Heading(first.text[end:], first.level)] if end < len(first.text) else []
    elif Text(markup := drop_start(first.html, end)).words:
        left = [Text(markup)]
    rest[at : at + 1] = left
    return kicker, rest


def take_title(title: str, about: date | None = None) -> tuple[Kicker | None, str]:
    """Return the kicker that stands in a title, and what remains of it; all of it where nothing would."""
    found = read_kicker(title, about)
    if found is None:
        return None, title
    return found[0], title[found[1] :].strip() or title


def is_almost_kicker(text: str) -> bool:
    """Tell whether a text begins as a kicker does, whatever follows."""
    return bool(ALMOST.match(text))


def far_off(kicker: Kicker, published: date) -> bool:
    """Tell whether day or month of a kicker lies more than about a month from the day of publication."""
    if kicker.day is not None:
        return abs(published - kicker.day) > timedelta(days=31)
    return kicker.month is not None and abs(published - kicker.month - timedelta(days=15)) > timedelta(days=46)
