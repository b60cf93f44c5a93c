"""WordPress shortcodes: those that carry content become markup that the body reader knows, the others stay as text."""

import html
import re
from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

ATTRIBUTE = re.compile(r"""([a-zA-Z_][\w-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s'"\]]+))|"([^"]*)"|(\S+)""")
CAPTION = re.compile(r"\[(?:wp_)?caption([^\]]*)\](.*?)\[/(?:wp_)?caption\]", re.DOTALL | re.IGNORECASE)
IMAGE = re.compile(r"(?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?", re.IGNORECASE)
EMBED = re.compile(r"\[embed[^\]]*\]\s*(https?://[^\s\[]+)\s*\[/embed\]", re.IGNORECASE)
SINGLE = re.compile(r"\[(gallery|video|audio|youtube|vimeo)\b([^\]]*)\](?:\s*\[/\1\])?", re.IGNORECASE)
# Page builders wrap every paragraph in brackets that mean nothing outside of them.
LAYOUT = re.compile(r"\[/?(?:vc|et_pb|fusion|av|fl|cs|mk|kc|wpb|tatsu|elementor)_\w+(?:\s[^\]]*)?\]", re.IGNORECASE)
UNKNOWN = re.compile(r"(?<!\[)\[/?([a-z][a-z0-9_-]+)(?:\]|\s+[a-z_][\w-]*\s*=[^\]]*\]|\s+/\])", re.IGNORECASE)
FILES = ("src", "mp4", "m4v", "webm", "ogv", "mp3", "m4a", "ogg", "wav")


def attributes(text: str) -> dict[str, str]:
    """Return a shortcode's attributes; those without a name are numbered from "0"."""
    found: dict[str, str] = {}
    for name, double, single, bare, quoted, word in ATTRIBUTE.findall(text):
        found[name.lower() or str(len(found))] = html.unescape(double or single or bare or quoted or word)
    return found


def expand(text: str, children: Iterable[int], note: Callable[[str], None]) -> str:
    """Return `text` with its shortcodes as markup.

    `children`: the post's own attachments, which a gallery without ids shows. `note` hears of what stays as it is.
    """
    if "[" not in text:
        return text
    text = CAPTION.sub(_caption, text)
    text = EMBED.sub(lambda found: _embed(found[1]), text)
    text = SINGLE.sub(lambda found: _single(found[1].lower(), attributes(found[2]), children) or found[0], text)
    text, layout = LAYOUT.subn("\n\n", text)
    if layout:
        note(_("The brackets of a page builder were removed; the text between them is kept."))
    closed = set(re.findall(r"\[/([a-z][a-z0-9_-]+)\]", text, re.IGNORECASE))
    for found in UNKNOWN.finditer(text):
        if "=" in found[0] or found[0].endswith("/]") or found[1] in closed:
            note(_("The shortcode [%(name)s] is unknown and stays as text.") % {"name": found[1]})
    return text


def _caption(found: re.Match[str]) -> str:
    """Return picture and caption as a figure; the caption is what follows the picture, or an attribute in old posts."""
    image = IMAGE.search(found[2])
    if image is None:
        return found[2]
    words = found[2][: image.start()] + found[2][image.end() :]
    words = words.strip() or html.escape(attributes(found[1]).get("caption", ""))
    return f"<figure>{image[0]}<figcaption>{words}</figcaption></figure>"


def _embed(url: str) -> str:
    return f'<figure class="wp-block-embed">{html.escape(html.unescape(url))}</figure>'


def _single(name: str, given: dict[str, str], children: Iterable[int]) -> str:
    if name == "gallery":
        listed = given.get("ids") or given.get("include") or ""
        ids = [int(part) for part in re.findall(r"\d+", listed)] or list(children)
        return "".join(f'<figure><img class="wp-image-{number}"></figure>' for number in ids)
    if name in ("youtube", "vimeo"):
        address = given.get("id") or given.get("0", "")
        start = {"youtube": "https://www.youtube.com/watch?v=", "vimeo": "https://vimeo.com/"}[name]
        return _embed(address if address.startswith("http") else start + address.lstrip("=")) if address else ""
    source = next((given[key] for key in FILES if key in given), "")
    return f'<{name} src="{html.escape(source)}"></{name}>' if source else ""
