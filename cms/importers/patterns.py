"""Synced patterns (reusable blocks): a post only refers to them, their text is an item of its own in the export."""

import json
import re
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

REFERENCE = re.compile(r"<!--\s+wp:(?:core/)?block\s+(\{(?:(?!-->).)*\})\s*/-->", re.DOTALL)


def spliced(source: str, patterns: Mapping[int, str], note: Callable[[str], None]) -> str:
    """Return `source` with the patterns that it refers to, and those that they refer to in turn, in their places.

    Each is put in once: patterns may refer to each other in a ring, and a few could grow without end. `note` hears of one
    that stands there again. A reference to a pattern that isn't in `patterns` stays.
    """
    used: set[int] = set()

    def body(found: re.Match[str]) -> str:
        number = _number(found[1])
        if number not in patterns:
            return found[0]
        if number in used:
            note(_("A synced pattern is used more than once in the text; it is kept where it stood first."))
            return ""
        used.add(number)
        return REFERENCE.sub(body, patterns[number])

    return REFERENCE.sub(body, source)


def _number(attributes: str) -> int:
    try:
        number = json.loads(attributes).get("ref")
    except ValueError:
        return 0
    return number if isinstance(number, int) else 0
