"""LinkedIn's "little text format": plain text in, escaped commentary out, and back again.

An unescaped reserved character is answered with 201 and the visible text ends there, so nothing but
`escape` may write a commentary. Lengths are UTF-16 units of the escaped text.
"""

import re
import unicodedata

RESERVED = frozenset("|{}@[]()<>#\\*_~")
LIMIT = 3000

_HASHTAG = re.compile(r"(?<![\w#&/])#([^\W_]+)(?!\w)")
_TEMPLATE = re.compile(r"\{hashtag\|\\?#\|((?:\\.|[^\\{}|])*)\}")
_TOKEN = re.compile(rf"{_TEMPLATE.pattern}|\\(.)", re.DOTALL)


def _is_hashtag(match: re.Match[str]) -> bool:
    following = match.string[match.end() : match.end() + 1]
    # A combining mark belongs to the last letter: the tag would end inside a character.
    if following and unicodedata.category(following).startswith("M"):
        return False
    return any(unicodedata.category(letter).startswith("L") for letter in match[1])


def escape_literal(text: str) -> str:
    """Backslash-escape every reserved character, each once."""
    return "".join(f"\\{char}" if char in RESERVED else char for char in text)


def escape(text: str) -> str:
    r"""Return plain `text` as a commentary: `#word` becomes a hashtag template, all else is literal.

    A reader sees exactly `text`. A hashtag has letters and digits only and at least one letter, and
    doesn't follow a word character, so `C#`, `#1` and `a#b` stay what they are.
    """
    parts, end = [], 0
    for match in _HASHTAG.finditer(text):
        if _is_hashtag(match):
            parts += [escape_literal(text[end : match.start()]), rf"{{hashtag|\#|{match[1]}}}"]
            end = match.end()
    return "".join([*parts, escape_literal(text[end:])])


def rendered(commentary: str) -> str:
    """Return what a reader sees of a commentary that was read back: escapes and hashtag templates resolved."""
    return _TOKEN.sub(_show, commentary)


def _show(match: re.Match[str]) -> str:
    if match[2] is not None:
        return match[2]
    return "#" + re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL)


def same(one: str, other: str) -> bool:
    """Tell whether two commentaries read the same, whatever their spelling."""
    return _plain(one) == _plain(other)


def _plain(commentary: str) -> str:
    text = unicodedata.normalize("NFC", rendered(commentary)).replace("\r\n", "\n")
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


def units(text: str) -> int:
    """Return the length of `text` in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def length(text: str) -> int:
    """Return how many units plain `text` takes once it is escaped."""
    return units(escape(text))
