"""Shortening plain text at a word, by whatever measure a channel counts."""

import re
import unicodedata
from collections.abc import Callable

Measure = Callable[[str], int]
ELLIPSIS = "…"
JOINERS = "\u200d\ufe0e\ufe0f"


def shorten(text: str, limit: int, measure: Measure = len) -> str:
    """Return `text` if `measure(text)` ≤ `limit`, else its beginning up to a word, with an ellipsis.

    A single word that is too long is cut between characters. Returns "" where nothing fits.
    """
    if measure(text) <= limit:
        return text
    ends = [match.end() for match in re.finditer(r"\S+", text)]
    return _longest(text, ends, limit, measure) or _longest(text, _breaks(text), limit, measure)


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
    return text[:end].rstrip().rstrip(",;:–-") + ELLIPSIS


def _breaks(text: str) -> list[int]:
    """Return where `text` may be cut without tearing a character from its accents or an emoji apart."""
    return [
        place
        for place in range(1, len(text))
        if not unicodedata.combining(text[place]) and text[place] not in JOINERS and text[place - 1] not in JOINERS
    ]
