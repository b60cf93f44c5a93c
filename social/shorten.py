"""Shortening plain text at a word, by whatever measure a channel counts."""

import re
import unicodedata
from collections.abc import Callable

Measure = Callable[[str], int]
ELLIPSIS = "…"
ZERO_WIDTH_JOINER = "\u200d"
VIRAMA = 9
CONTROLS = ("Cc", "Cf", "Zl", "Zp")
# What belongs to the character before it without being a mark: joiners, Thai and Lao vowels, skin tones, letters of flags.
_GOES_ON = re.compile("[\u200c\u200d\u0e33\u0eb3\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_FLAGS = re.compile("[\U0001f1e6-\U0001f1ff]+")
_HANGUL = re.compile("[\u1100-\u11ff\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb]")
_HANGUL_LEAD = re.compile("[\u1100-\u115f\ua960-\ua97c]")
_HANGUL_REST = re.compile("[\u1160-\u11ff\ud7b0-\ud7fb]")


def shorten(text: str, limit: int, measure: Measure = len) -> str:
    """Return `text` if `measure(text)` ≤ `limit`, else its beginning up to a word, with an ellipsis.

    A single word that is too long is cut between characters. Returns "" where nothing fits.
    """
    if measure(text) <= limit:
        return text
    ends = [match.end() for match in re.finditer(r"\S+", text)]
    return _longest(text, ends, limit, measure) or _longest(text, breaks(text), limit, measure)


def _longest(text: str, ends: list[int], limit: int, measure: Measure) -> str:
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(_cut(text, ends[middle - 1])) <= limit:
            low = middle
        else:
            high = middle - 1
    return _cut(text, ends[low - 1]) if low else ""


def _cut(text: str, end: int) -> str:
    return re.sub(r"[\s,;:–-]+\Z", "", text[:end]) + ELLIPSIS


def breaks(text: str) -> list[int]:
    """Return the places within `text` at which a new character begins, as a reader sees characters.

    A letter with its marks, an emoji with its joiners and skin tone, a flag and a Korean syllable are one
    character each (Unicode's extended grapheme clusters, UAX #29, but for a few signs before Arabic numbers).
    """
    # A flag is a pair of letters of its own: within a run, every second place is a flag's middle.
    middles = {place for run in _FLAGS.finditer(text) for place in range(run.start() + 1, run.end(), 2)}
    places = (place for place in range(1, len(text)) if not _goes_on(text[place - 1], text[place]))
    return [place for place in places if place not in middles]


def _goes_on(before: str, char: str) -> bool:
    if unicodedata.category(before) in CONTROLS and not _GOES_ON.match(before):
        return False
    if unicodedata.category(char).startswith("M") or _GOES_ON.match(char) or before == ZERO_WIDTH_JOINER:
        return True
    if unicodedata.combining(before) == VIRAMA:
        return unicodedata.category(char) == "Lo"
    if _HANGUL.match(before):
        return bool(_HANGUL_REST.match(char) or (_HANGUL_LEAD.match(before) and _HANGUL.match(char)))
    return False
