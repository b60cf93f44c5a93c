"""What a page says to a person, and which of it is English."""

import html.parser
import json
import re
from typing import Any

# Words that stand in most English sentences, and in no Swedish one.
ENGLISH = frozenset(
    """the of and with this that these those your you yours are was were been is isn't can't don't doesn't from which
    would should could cannot please select choose add edit delete remove save search view show hide page pages page's
    user users group groups password username email new move copy publish unpublish published unpublished draft submit
    cancel close open back next previous image images document documents collection collections title actions name
    required optional yes all any none more less order settings help history usage changed created updated by of's
    there their they has have had will been must click upload choose comment comments your's""".split()  # noqa: SIM905
) - {"all", "order", "by", "open", "has", "had", "more", "moves"}
# Those of them that a sentence needs; single words in data are keys, not speech.
SMALL = frozenset("the of and with this that your you are was were is isn't can't from which would should please".split())  # noqa: SIM905
SPOKEN = {"aria-label", "placeholder", "title", "alt", "aria-description", "data-w-tooltip-content-value", "label"}
WORDS = re.compile(r"[A-Za-zÅÄÖåäö]+(?:['’][a-z]+)?")
ADDRESS = re.compile(r"^[A-Z]\w+/[\w/]+$|https?://\S+|\S+@\S+|/\S+/|[\w-]+\.[\w.]+|\{\S*\}|%\S+|<[^>]*>")


def words(text: str) -> set[str]:
    """Return the words of `text` in small letters, without addresses, time zones, file names and marks."""
    return {word.lower().replace("’", "'") for word in WORDS.findall(ADDRESS.sub(" ", text))}


class Speech(html.parser.HTMLParser):
    """Collects what a person reads or hears, and the texts in the data that scripts make pages of."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.data: set[str] = set()
        self.silent = ""
        self.held = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in {"script", "style", "code", "svg"}:
            self.silent = tag
            self.held = "json" if "json" in (named.get("type") or "") else ""
        for name, value in attrs:
            if not value:
                continue
            if name in SPOKEN or (name == "value" and tag == "input" and named.get("type") in {"submit", "button"}):
                self.seen.add(value)
            elif value[0] in "{[" and name.startswith(("data-", "options", "config")):
                self.add_json(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == self.silent:
            self.silent = self.held = ""

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.seen.add(" ".join(data.split()))
        elif self.held:
            self.add_json(data)

    def add_json(self, text: str) -> None:
        try:
            self.add_value(json.loads(text))
        except ValueError:
            return

    def add_value(self, value: Any) -> None:
        if isinstance(value, str):
            # Markup within the data speaks for itself.
            if "<" in value and ">" in value:
                inner = Speech()
                inner.feed(value)
                self.seen |= inner.seen
                self.data |= inner.data
            else:
                self.data.add(value)
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            self.add_value(part)


def english(page: str) -> set[str]:
    """Return what is English of a page's or fragment's texts."""
    if page.lstrip().startswith("{"):
        speech = Speech()
        speech.add_json(page)
    else:
        speech = Speech()
        speech.feed(page)
        speech.close()
    said = {text for text in speech.seen if words(text) & ENGLISH}
    return said | {text for text in speech.data if " " in text.strip() and words(text) & SMALL}
