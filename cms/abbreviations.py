"""Abbreviations in finished HTML: the first occurrence of each becomes `<abbr>`."""

import re
from collections.abc import Mapping
from html import escape, unescape
from html.parser import HTMLParser

# Words inside these are somebody's code, a link's own words, or explained already.
UNTOUCHED = {"a", "abbr", "button", "code", "h1", "h2", "h3", "option", "pre", "script", "style", "svg", "textarea", "title"}


class _Marker(HTMLParser):
    """Copies HTML verbatim and marks words in its text nodes."""

    def __init__(self, meanings: Mapping[str, str]) -> None:
        super().__init__(convert_charrefs=False)
        self.left = {escape(short, quote=False): meaning for short, meaning in meanings.items()}
        self.out: list[str] = []
        self.text: list[str] = []
        self.closed: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.flush()
        self.out.append(self.get_starttag_text() or "")
        if tag in UNTOUCHED:
            self.closed.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.flush()
        self.out.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self.flush()
        self.out.append(f"</{tag}>")
        if tag in self.closed:
            del self.closed[len(self.closed) - 1 - self.closed[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_entityref(self, name: str) -> None:
        self.text.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.text.append(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.flush()
        self.out.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.flush()
        self.out.append(f"<!{decl}>")

    def flush(self) -> None:
        """Write the text node that has come together; its entities are part of it."""
        text = "".join(self.text)
        self.text.clear()
        self.out.append(text if self.closed else self.marked(text))

    def marked(self, text: str) -> str:
        """Return `text` with the words that are still unexplained marked."""
        if not self.left:
            return text
        # Longest first, so that IFOs inside IFOSS doesn't win; a word is not part of a longer one.
        words = "|".join(map(re.escape, sorted(self.left, key=len, reverse=True)))
        return re.sub(rf"(?<![\w-])(?:{words})(?![\w])", lambda match: self.explained(match[0]), text)

    def explained(self, short: str) -> str:
        """Return the first `short` as `<abbr>`, a later one as it is."""
        meaning = self.left.pop(short, None)
        return short if meaning is None else f'<abbr title="{escape(unescape(meaning))}">{short}</abbr>'


def mark(html: str, meanings: Mapping[str, str]) -> str:
    """Return `html` with the first occurrence of each short form in running text explained by `<abbr title>`."""
    if not any(meanings):
        return html
    marker = _Marker(meanings)
    marker.feed(html)
    marker.close()
    marker.flush()
    return "".join(marker.out)
