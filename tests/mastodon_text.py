"""How Mastodon counts and shows a text: written after its own sources, sharing no line with the channel.

Sources: `StatusLengthValidator`, `Extractor`, `TextFormatter`, `config/initializers/twitter_regex.rb` of Mastodon,
`simple_format` of Rails, annex 29 of Unicode.
"""

import html
import re
import unicodedata
from dataclasses import dataclass

TOPS = "se|com|org|net|eu|nu|social"
GENERAL = r"[^\s<>()?]"
BALANCED = rf"\((?:{GENERAL}+|{GENERAL}*\({GENERAL}+\){GENERAL}*)\)"
ENDING = rf"(?:[^\s()?!*\"'「」<>;:=,.$%\[\]~&|@]|{BALANCED})"
PATH = rf"(?:(?:{GENERAL}*(?:{BALANCED}{GENERAL}*)*{ENDING})|(?:{GENERAL}+/))"
QUERY = r"[a-z0-9!?*'();:&=+$/%#\[\]\-_.,~|@^\u00a0-\U0010fffd]*[a-z0-9_&=#/\-\u00a0-\U0010fffd]"
URL = re.compile(
    rf"(?:^|(?<=[^A-Z0-9@\uff20$#\uff03\ufffe\ufeff\uffff]))(https?://(?:[^\W_][\w-]*\.)+(?:{TOPS})(?![\w@-])(?::\d+)?(?:/{PATH}*)?(?:\?{QUERY})?)",
    re.IGNORECASE | re.MULTILINE,
)
USER = r"[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*"
MENTION = re.compile(rf"@({USER}(?:@\w+(?:[.-]+\w+)*)?)", re.IGNORECASE)
HASHTAG = re.compile(r"(?:^|(?<=[^/)\w]))#((?=\w*[^\W\d_])(?:\w+?(?=https?://)|\w+(?!://)))", re.MULTILINE)


@dataclass(frozen=True)
class Entity:
    """A link, a hashtag or a mention and where it stands."""

    kind: str
    start: int
    end: int
    text: str


def word(char: str) -> bool:
    """Tell what Ruby's [[:word:]] does."""
    return unicodedata.category(char)[0] in "LM" or unicodedata.category(char) in ("Nd", "Pc")


def mentions(text: str) -> list[Entity]:
    """Whom a text names, existing or not."""
    found = []
    for match in MENTION.finditer(text):
        before = text[match.start() - 1] if match.start() else " "
        if before not in "=/" and not word(before):
            found.append(Entity("mention", match.start(), match.end(), match[1]))
    return found


def entities(text: str) -> list[Entity]:
    """What is linked, in order and without overlaps."""
    tags = [Entity("hashtag", match.start(1) - 1, match.end(1), match[1]) for match in HASHTAG.finditer(text)]
    return apart([*discounted(text), *tags])


def discounted(text: str) -> list[Entity]:
    """What counts for less than it is long."""
    links = [Entity("link", match.start(1), match.end(1), match[1]) for match in URL.finditer(text)]
    ended = [one for one in mentions(text) if not re.match(r"[@\uff20\u00c0-\u024f]|://", text[one.end :])]
    return apart([*links, *ended])


def apart(found: list[Entity]) -> list[Entity]:
    """Leave out what overlaps with an earlier one."""
    kept: list[Entity] = []
    for one in sorted(found, key=lambda one: one.start):
        if not kept or kept[-1].end <= one.start:
            kept.append(one)
    return kept


def length(text: str) -> int:
    """Count as the validator does."""
    counted, end = "", 0
    for one in discounted(text):
        counted += text[end : one.start] + ("x" * 23 if one.kind == "link" else "@" + one.text.split("@")[0])
        end = one.end
    return graphemes(counted + text[end:])


def graphemes(text: str) -> int:
    """Count extended grapheme clusters, as far as Python knows the properties."""
    count, before, pictured, flags = 0, "", False, 0
    for char in text:
        flag = "\U0001f1e6" <= char <= "\U0001f1ff"
        joined = extends(char) and bool(before) and not control(before)
        joined = joined or (before == "\u200d" and pictured and picture(char)) or (flag and flags % 2 == 1)
        joined = joined or (before == "\r" and char == "\n")
        flags = flags + 1 if flag else 0
        pictured = picture(char) or (pictured and joined and extends(char))
        count, before = count + (not joined), char
    return count


def extends(char: str) -> bool:
    """Tell whether a character belongs to the one before it."""
    modifier = "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f"
    return unicodedata.category(char)[0] == "M" or char in "\u200c\u200d" or modifier


def control(char: str) -> bool:
    """Tell whether nothing can belong to a character."""
    return unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs") and not extends(char)


def picture(char: str) -> bool:
    """Tell whether a character is drawn."""
    return unicodedata.category(char) == "So" and (char >= "\U0001f000" or char in "❤♀♂⚕⚖✈⚧➡⬛")


def render(text: str, accounts: dict[str, str]) -> str:
    """Return a status's HTML; `accounts`: address (local ones without a server) to page."""
    made, end = "", 0
    for one in entities(text):
        made += html.escape(text[end : one.start]) + shown(one, accounts)
        end = one.end
    return paragraphs(made + html.escape(text[end:]))


def shown(one: Entity, accounts: dict[str, str]) -> str:
    """Return an entity's HTML."""
    if one.kind == "hashtag":
        return f'<a href="https://here.example/tags/{one.text}" class="mention hashtag" rel="tag">#<span>{one.text}</span></a>'
    if one.kind == "link":
        prefix = re.match(r"https?://(www\.)?", one.text, re.IGNORECASE)[0]
        rest = one.text[len(prefix) :]
        kind = "ellipsis" if len(rest) > 30 else ""
        spans = [("invisible", prefix), (kind, rest[:30]), ("invisible", rest[30:])]
        inner = "".join(f'<span class="{name}">{html.escape(part)}</span>' for name, part in spans)
        link = html.escape(one.text)
        return f'<a href="{link}" target="_blank" rel="nofollow noopener" translate="no">{inner}</a>'
    page = accounts.get(one.text.lower())
    if page is None:
        return f"@{one.text}"
    name = one.text.split("@")[0]
    return f'<span class="h-card" translate="no"><a href="{page}" class="u-url mention">@<span>{name}</span></a></span>'


def paragraphs(markup: str) -> str:
    """Return what Rails' simple_format makes of it, without line feeds."""
    parts = re.split(r"\n\n+", re.sub(r"\r\n?", "\n", markup))
    return "".join(f"<p>{re.sub(r'([^\n]\n)(?=[^\n])', r'\1<br />', part)}</p>" for part in parts).replace("\n", "")
