"""Makes whatever people wrote safe for a mail: plain text, rich text and addresses.

The MJML engine raises on `<3`, control characters and CDATA, and passes scripts straight through, so
nothing reaches it uncleaned: plain text is stripped here and escaped by the templates, rich text is
rebuilt from a short list of tags, addresses are http, https or mailto.
"""

import dataclasses
import re
from typing import Any

import nh3
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _

from newsletter.letter import SLOTS

# C0 except tab and line feed, DEL, C1 (Gmail clips at these), surrogates, and what XML 1.0 forbids.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("\r\n?|[\u2028\u2029]")
# A "<" that begins no tag and no comment: `<3`, `a < b`, `<info@example.se>`, CDATA.
_LOOSE = re.compile(r"<(?!/?[a-zA-Z][a-zA-Z0-9-]*(?:[\s/][^<>]*)?>|!--)")
_SLOTS = re.compile("|".join(map(re.escape, SLOTS)))

SCHEMES = {"http", "https", "mailto"}
RICH_TAGS = {"p", "br", "h2", "h3", "h4", "b", "strong", "i", "em", "a", "ol", "ul", "li"}
_ADDRESS = re.compile(r"(?:https?://[^\s/?#<>\"\\]|mailto:[^\s@<>\"\\]+@)[^\s<>\"\\]*", re.IGNORECASE)

_MARGIN = "margin:0 0 16px"
_HEADING = "margin:0 0 8px;font-family:Georgia,'Times New Roman',serif;line-height:1.25;font-weight:bold"
_STYLES: dict[str, dict[str, str]] = {
    "p": {"style": _MARGIN},
    "ul": {"style": f"{_MARGIN};padding-left:24px"},
    "ol": {"style": f"{_MARGIN};padding-left:24px"},
    "li": {"style": "margin:0 0 4px"},
    "h2": {"style": f"{_HEADING};font-size:22px"},
    "h3": {"style": f"{_HEADING};font-size:18px"},
    "h4": {"style": f"{_HEADING};font-size:16px"},
    "a": {"style": "color:#0b5563;text-decoration:underline", "class": "link"},
}
# The cleaner sets several attributes in any order; the same letter must be the same to the byte, or no approval holds.
_LINK = tuple(f'{name}="{value}"' for name, value in _STYLES["a"].items())


class BadAddress(ValueError):
    """A link that may not stand in a mail; says which."""


def plain(text: str) -> str:
    """Return `text` without control characters, line breaks as line feeds, and nothing that reads as a slot."""
    text = _CONTROLS.sub("", _BREAKS.sub("\n", text))
    return _SLOTS.sub(lambda found: found.group().replace("@@", "@\u2060@"), text)


def one_line(text: str) -> str:
    """Return `text` as `plain` does, on one line."""
    return " ".join(plain(text).split())


def rich(html: str) -> str:
    """Return `html` rebuilt from the tags of a letter, styled inline, as well-formed markup."""
    found = nh3.clean(
        _LOOSE.sub("&lt;", plain(html)),
        tags=RICH_TAGS,
        attributes={"a": {"href"}},
        url_schemes=SCHEMES,
        set_tag_attribute_values=_STYLES,
        link_rel=None,
        url_relative="deny",
        clean_content_tags={"script", "style"},
    )
    # A reference such as `&#1` has become the control character itself.
    return _CONTROLS.sub("", found).replace(" ".join(reversed(_LINK)), " ".join(_LINK))


def address(url: str) -> str:
    """Return `url` with its letters escaped; empty stays empty. Raises BadAddress unless it is whole and of SCHEMES."""
    url = url.strip()
    if (url and not _ADDRESS.fullmatch(url)) or plain(url) != url:
        raise BadAddress(_("The link “%(url)s” isn't a complete address that begins with https://.") % {"url": plain(url)[:120]})
    # The host may be an IDN, which percent signs would break.
    start, rest = re.match(r"((?:https?://[^/?#]*)?)(.*)", url, re.IGNORECASE | re.DOTALL).groups()  # type: ignore[union-attr]
    return f"{start}{iri_to_uri(rest)}"


def cleaned(value: Any) -> Any:
    """Return a frozen dataclass (tuples within it too) with every text plain and every address checked; raises BadAddress.

    Fields named `url` or ending in `_url` hold addresses; those named `html` or `introduction` rich text.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(value, **{f.name: _field(f.name, getattr(value, f.name)) for f in dataclasses.fields(value)})
    if isinstance(value, tuple):
        return tuple(cleaned(part) for part in value)
    return plain(value) if isinstance(value, str) else value


def _field(name: str, value: Any) -> Any:
    if isinstance(value, str):
        if name in ("html", "introduction"):
            return rich(value)
        if name == "url" or name.endswith("_url") or name == "website":
            return address(value)
    return cleaned(value)
