"""The text part of a mail: rich text as plain text, lines of a readable length."""

import re
import textwrap
from html.parser import HTMLParser

WIDTH = 76
_BLOCKS = {"p", "ul", "ol", "h2", "h3", "h4"}


class _Reader(HTMLParser):
    """Collects text; blocks become paragraphs, list items lines, links "words (address)"."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.lists: list[int] = []
        self.link = ""
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n\n")
        if tag in ("ul", "ol"):
            self.lists.append(0 if tag == "ol" else -1)
        if tag == "br":
            self.parts.append("\n")
        if tag == "li":
            self.parts.append(self._bullet())
        if tag == "a":
            self.link, self.words = dict(attrs).get("href") or "", ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        if tag in _BLOCKS:
            self.parts.append("\n\n")
        if tag == "a":
            if self.link and self.link.removeprefix("mailto:") != self.words.strip():
                self.parts.append(f" ({self.link.removeprefix('mailto:')})")
            self.link = ""

    def handle_data(self, data: str) -> None:
        text = re.sub(r"[ \t\n]+", " ", data)
        self.words += text
        self.parts.append(text)

    def _bullet(self) -> str:
        if self.lists and self.lists[-1] >= 0:
            self.lists[-1] += 1
            return f"\n{self.lists[-1]}. "
        return "\n- "


def from_html(html: str) -> str:
    """Return cleaned rich text as plain text."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return re.sub(r" *\n *", "\n", re.sub(r"\n{3,}", "\n\n", "".join(reader.parts))).strip()


def tidy(text: str) -> str:
    """Return `text` with lines of at most WIDTH characters (long addresses stay whole) and single empty lines."""
    lines = [_wrapped(line.rstrip()) for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _wrapped(line: str) -> str:
    indent = " " * (len(line) - len(line.lstrip(" -")))
    return textwrap.fill(
        line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
