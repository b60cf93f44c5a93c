"""Markup within a paragraph: bold, italic, links and breaks; all else is unwrapped, nothing that acts gets through."""

import html
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin

KEPT = {"b": "b", "strong": "b", "i": "i", "em": "i"}
DROPPED = frozenset({"script", "style", "noscript", "template", "head", "title", "meta", "link"})
BALANCED = ("b", "i", "a")
INVISIBLE = str.maketrans("", "", "\u200b\u200c\u200d\u2060\ufeff\x7f")


def escaped(text: str) -> str:
    """Return `text` as markup, with its spaces put in order but its line breaks kept."""
    return html.escape(re.sub(r"[^\S\n]+", " ", text.translate(INVISIBLE)), quote=False)


def safe_url(href: str, base: str) -> str:
    """Return `href` as an absolute http(s), mailto or tel address; empty if it is anything else."""
    href = "".join(href.split())
    if href.startswith("www."):
        href = f"https://{href}"
    if href.startswith("#") or not href:
        return ""
    try:
        address = urljoin(f"{base}/", href)
    except ValueError:
        return ""
    return address if re.match(r"(https?://[^/]|mailto:.|tel:.)", address, re.IGNORECASE) else ""


def is_emoji(element: Any) -> bool:
    """Tell whether a picture is one of WordPress' drawn smileys."""
    return bool({"emoji", "wp-smiley"} & set((element.get("class") or "").split()))


def inline(element: Any, base: str) -> str:
    """Return an element that stands within a line as markup."""
    if not isinstance(element.tag, str) or element.tag in DROPPED:
        return ""
    if element.tag == "br":
        return "<br/>"
    if element.tag == "img":
        return html.escape(element.get("alt") or "", quote=False) if is_emoji(element) else ""
    inside = contents(element, base)
    if element.tag in KEPT:
        return f"<{KEPT[element.tag]}>{inside}</{KEPT[element.tag]}>" if inside.strip() else inside
    if element.tag == "a" and (address := safe_url(element.get("href") or "", base)):
        return f'<a href="{html.escape(address)}">{inside}</a>' if inside.strip() else ""
    return inside


def contents(element: Any, base: str) -> str:
    """Return what stands in an element as markup of one line."""
    parts = [escaped(element.text or "")]
    for child in element:
        parts += [inline(child, base), escaped(child.tail or "")]
    return "".join(parts)


def line(markup: str) -> str:
    """Return `markup` with single spaces, none at its edges or beside a break."""
    markup = re.sub(r"\s+", " ", markup)
    return re.sub(r"^(?: |<br/>)+|(?: |<br/>)+$", "", re.sub(r" ?<br/> ?", "<br/>", markup))


def paragraphs(markup: str) -> list[str]:
    """Return `markup` cut at blank lines and double breaks, where that leaves no tag open."""
    parts = [line(part) for part in re.split(r"\n[^\S\n]*\n\s*|(?:\s*<br/>\s*){2,}", markup)]
    return [part for part in (parts if balanced(parts) else [line(markup)]) if part]


def balanced(parts: Iterable[str]) -> bool:
    """Tell whether every part closes the tags that it opens."""
    return all(part.count(f"<{tag}>") + part.count(f"<{tag} ") == part.count(f"</{tag}>") for part in parts for tag in BALANCED)
