"""Reads a rendered letter as its reader does: what it says, where it leads, and what the plain text lacks of it."""

from collections.abc import Container
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
SAID = {"h1", "h2", "h3", "h4", "p", "li"}
HIDDEN = {"style", "script", "title", "head", "thead"}


class _Elements(HTMLParser):
    """Collects the elements whose tag is among `wanted`: tag, address and words of each."""

    def __init__(self, html: str, wanted: Container[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.wanted = wanted
        self.found: list[tuple[str, str, str]] = []
        self.open = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.wanted:
            self.found.append((tag, dict(attrs).get("href") or "", ""))
            self.open = True

    def handle_endtag(self, tag: str) -> None:
        if tag in self.wanted:
            self.open = False

    def handle_data(self, data: str) -> None:
        if self.open:
            tag, address, words = self.found[-1]
            self.found[-1] = (tag, address, words + data)


def anchors(html: str) -> list[tuple[str, str]]:
    """Return (address, words) of the links in rich text; an address may be empty."""
    return [(address, words) for _tag, address, words in _Elements(html, {"a"}).found]


def titles(html: str) -> list[tuple[int, str]]:
    """Return (level, words) of the headings in rich text."""
    return [(int(tag[1]), words) for tag, _address, words in _Elements(html, HEADINGS).found]


class _Reader(HTMLParser):
    """Collects the texts of headings, paragraphs and list items, and the addresses of links; what is hidden is left out."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[tuple[str, bool, bool]] = []
        self.texts: list[str] = []
        self.addresses: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        said, hidden = self.stack[-1][1:] if self.stack else (False, False)
        style = (found.get("style") or "").replace(" ", "")
        hidden = hidden or tag in HIDDEN or "display:none" in style or found.get("aria-hidden") == "true"
        # A cell says something where its table is one of data.
        said = said or tag in SAID or (tag == "table" and found.get("role") != "presentation" and "aria-label" in found)
        if tag == "a" and found.get("href") and not hidden:
            self.addresses.append(found["href"] or "")
        if tag not in VOID:
            self.stack.append((tag, said, hidden))

    def handle_endtag(self, tag: str) -> None:
        while any(open_tag == tag for open_tag, *_rest in self.stack):
            if self.stack.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if data.strip() and self.stack and self.stack[-1][1] and not self.stack[-1][2]:
            self.texts.append(" ".join(data.split()))


def missing_in_text(html: str, text: str) -> list[str]:
    """Return the texts and addresses of an HTML part that its plain text lacks; case, signs and line ends don't count."""
    read = _Reader(html)
    said = _bare(text)
    # A line may end within an address only at its own hyphens, and ours never do.
    links = [address for address in dict.fromkeys(read.addresses) if address.removeprefix("mailto:") not in text]
    return [words for words in dict.fromkeys(read.texts) if _bare(words) not in said] + links


def _bare(words: str) -> str:
    return "".join(filter(str.isalnum, words.casefold()))
