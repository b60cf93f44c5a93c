"""WordPress bodies, from the block editor or before it, as pieces: pure, no database, no network."""

import html
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

import lxml.html
from django.utils.translation import gettext as _
from wagtail.embeds.finders.oembed import OEmbedFinder

from cms.importers.credits import credit
from cms.importers.inline import DROPPED, balanced, contents, escaped, inline, is_emoji, line, paragraphs, safe_url
from cms.importers.patterns import spliced
from cms.importers.pieces import Body, Button, File, Film, Heading, Photo, Piece, Quote, Raw, Text, words
from cms.importers.segments import split

DOCUMENT = re.compile(r"\.(csv|docx?|odt|ods|odp|pdf|pptx?|rtf|txt|xlsx?|zip)$", re.IGNORECASE)
PICTURE = re.compile(r"\.(avif|gif|jpe?g|png|webp|svg|bmp|tiff?|heic)$", re.IGNORECASE)
ADDRESS = re.compile(r"https?://\S+")
QUOTES = "”“\"»«'’"
INLINE = frozenset(
    re.findall(
        r"\w+",
        "a abbr acronym b bdi bdo big br cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small "
        "span strike strong sub sup time tt u var wbr",
    )
)


def convert(source: str, base: str = "", children: Iterable[int] = (), patterns: Mapping[int, str] | None = None) -> Body:
    """Return the body of an item as pieces, each paragraph by itself.

    `base`: the old site's address, for relative links. `children`: ids of the item's attachments, for galleries without ids.
    `patterns`: the bodies of the site's synced patterns, by id.
    """
    body = Body()
    source = spliced(source, patterns or {}, body.note)
    for segment in split(source.replace("\r\n", "\n").replace("\r", "\n"), children, body):
        markup = re.sub(r"(<br\s*/?>)[ \t]*\n", r"\1", segment.markup)
        root = lxml.html.fragment_fromstring(markup, create_parent="div")
        Reader(body, base, classic=segment.classic).flow(root)
    return body


def film_address(src: str) -> str:
    """Return the page of the film that a player shows; empty if the player isn't one of those we know."""
    parts = urlsplit(src if "//" in src else f"https://{src}")
    host, path = (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/").split("/")
    if host in ("youtube.com", "youtube-nocookie.com") and "embed" in path and path[-1] != "embed":
        return f"https://www.youtube.com/watch?v={path[-1]}"
    if host == "player.vimeo.com" and path[-1].isdigit():
        secret = parse_qs(parts.query).get("h", [""])[0]
        return f"https://vimeo.com/{path[-1]}" + (f"/{secret}" if secret else "")
    return ""


def is_film(url: str) -> bool:
    """Tell whether a known provider (oEmbed) has films or the like at `url`; asks nobody."""
    return bool(OEmbedFinder().accept(url))


def at_films(markup: str) -> list[str]:
    """Return a paragraph cut at its lines that are nothing but the address of a film, where that leaves no tag open."""
    parts: list[str] = []
    for alone, lines in groupby(markup.split("<br/>"), _is_film_line):
        run = list(lines)
        parts += run if alone else [line("<br/>".join(run))]
    return list(filter(None, parts)) if balanced(parts) else [markup]


def _is_film_line(markup: str) -> bool:
    return bool(ADDRESS.fullmatch(markup)) and "<" not in markup and is_film(html.unescape(markup))


def _class(element: Any) -> str:
    return f" {element.get('class') or ''} "


class Reader:
    """Walks one segment's elements and adds pieces to `body`."""

    def __init__(self, body: Body, base: str, *, classic: bool) -> None:
        self.body, self.base, self.classic = body, base, classic

    def add(self, piece: Piece) -> None:
        """Add one piece."""
        self.body.pieces.append(piece)

    def flow(self, element: Any, skip: frozenset[str] = frozenset()) -> None:
        """Read what stands in `element`: lines become paragraphs, blocks pieces; children of the tags `skip` are passed over."""
        run = [self.text(element.text)]
        for child in element:
            if isinstance(child.tag, str) and child.tag not in DROPPED | skip:
                if self.in_line(child):
                    run.append(inline(child, self.base))
                else:
                    self.flush(run)
                    self.block(child)
            elif child.tag == "script":
                self.body.note(_("A script was removed."))
            run.append(self.text(child.tail))
        self.flush(run)

    def text(self, text: str | None) -> str:
        """Return a text node as markup; in a classic body its line breaks count."""
        markup = escaped(text or "")
        if not self.classic:
            return re.sub(r"\s+", " ", markup)
        return re.sub(r"(?<!\n)[ ]*\n(?![ ]*\n)", "<br/>", re.sub(r"\n[ ]+(?=\n)", "\n", markup))

    def in_line(self, element: Any) -> bool:
        """Tell whether an element and all in it belongs within a line."""
        return all(
            each.tag in INLINE or (each.tag == "img" and is_emoji(each)) for each in element.iter() if isinstance(each.tag, str)
        )

    def flush(self, run: list[str]) -> None:
        """Turn the collected line into paragraphs."""
        for markup in paragraphs("".join(run)):
            for part in at_films(markup):
                self.paragraph(part)
        run.clear()

    def paragraph(self, markup: str) -> None:
        """Add a paragraph: as a film or a document where it is nothing but the address of one."""
        piece = Text(f"<p>{markup}</p>")
        alone = re.fullmatch(r'<a href="([^"]*)">((?:(?!</a>).)*)</a>', markup)
        if not piece.words:
            return
        if ADDRESS.fullmatch(piece.words) and "<a " not in markup and is_film(piece.words):
            self.add(Film(piece.words))
        elif alone and self.is_own_document(html.unescape(alone[1])):
            self.add(File(html.unescape(alone[1]), piece.words))
        else:
            self.add(piece)

    def is_own_document(self, url: str) -> bool:
        """Tell whether `url` is a document of the old site."""
        parts = urlsplit(url)
        own = (parts.hostname or "") == (urlsplit(self.base).hostname or "-") or "/wp-content/uploads/" in parts.path
        return own and bool(DOCUMENT.search(parts.path))

    def block(self, element: Any) -> None:
        """Read one element that doesn't stand within a line."""
        classes = _class(element)
        for name, read in self.BY_CLASS.items():
            if name in classes:
                return read(self, element)
        if (known := self.BY_TAG.get(element.tag)) is None:
            return self.flow(element)
        return known(self, element)

    def heading(self, element: Any) -> None:
        """Add a heading; a link in it follows as a line of its own, since headings hold words alone."""
        text = " ".join(element.text_content().split())
        if element.tag in ("h4", "h5", "h6") and text:
            self.add(Text(f"<h4>{html.escape(text, quote=False)}</h4>"))
        elif text:
            self.add(Heading(text, "h3" if element.tag == "h3" else "h2"))
        for link in element.iter("a"):
            self.link(link.get("href") or "", " ".join(link.text_content().split()))
        for image in element.iter("img"):
            self.photo(image)

    def link(self, href: str, text: str) -> None:
        """Add a line with a link, if it leads anywhere."""
        if address := safe_url(href, self.base):
            self.add(Text(f'<p><a href="{html.escape(address)}">{html.escape(text or address, quote=False)}</a></p>'))

    def points(self, element: Any) -> None:
        """Add a list, and after it what can't stand in one."""
        lifted: list[Any] = []
        markup = self.list_markup(element, lifted)
        if Text(markup).words:
            self.add(Text(markup))
        for each in lifted:
            self.block(each)

    def list_markup(self, element: Any, lifted: list[Any]) -> str:
        """Return a list as rich text; what is no text goes to `lifted`."""
        entries = [self.entry(child, lifted) for child in element if isinstance(child.tag, str)]
        tag = "ol" if element.tag == "ol" else "ul"
        return f"<{tag}>{''.join(entries)}</{tag}>"

    def entry(self, element: Any, lifted: list[Any]) -> str:
        """Return one entry of a list."""
        if element.tag in ("ul", "ol"):
            return f"<li>{self.list_markup(element, lifted)}</li>"
        parts, nested = [escaped(element.text or "")], ""
        for child in element:
            if not isinstance(child.tag, str) or self.in_line(child):
                parts.append(inline(child, self.base))
            elif child.tag in ("ul", "ol"):
                nested += self.list_markup(child, lifted)
            elif child.tag in self.BY_TAG and child.tag not in ("h1", "h2", "h3", "h4", "h5", "h6"):
                lifted.append(child)
            else:
                lifted.extend(child.iter("img"))
                parts.append(f"<br/>{contents(child, self.base)}<br/>")
            parts.append(escaped(child.tail or ""))
        markup = re.sub(r"(<br/>)+", "<br/>", line("".join(parts)))
        return f"<li>{markup}{nested}</li>" if markup or nested else ""

    def quote(self, element: Any) -> None:
        """Add a quotation: its paragraphs, and whom it cites."""
        source = " ".join(" ".join(cite.text_content().split()) for cite in element.iter("cite"))
        inner = Body()
        Reader(inner, self.base, classic=self.classic).flow(_without(element, "cite", "figcaption"))
        text = "\n\n".join(filter(None, map(words, inner.pieces)))
        if text[:1] in QUOTES and text[-1:] in QUOTES:
            text = text.strip(QUOTES + " ")
        if text:
            self.add(Quote(text, source))
        for piece in inner.pieces:
            if not isinstance(piece, Text | Heading | Quote):
                self.add(piece)
        for link in element.iter("a"):
            self.link(link.get("href") or "", " ".join(link.text_content().split()))

    def figure(self, element: Any) -> None:
        """Read a figure by what stands in it."""
        caption = _caption(element)
        images = [image for image in element.iter("img") if not is_emoji(image)]
        if len(images) == 1 and element.find(".//table") is None:
            return self.photo(images[0], caption)
        if "wp-block-embed" in _class(element):
            self.embed(element)
        else:
            self.flow(element, frozenset({"figcaption"}))
        if caption:
            self.paragraph(html.escape(caption, quote=False))
        return None

    def embed(self, element: Any) -> None:
        """Add the film of an embed, by its player or by the address that stands there."""
        frame = element.find(".//iframe")
        if frame is not None:
            self.frame(frame)
        elif found := ADDRESS.search(_without(element, "figcaption").text_content()):
            self.add(Film(found[0]))

    def frame(self, element: Any) -> None:
        """Add the film of a player; any other frame becomes a link."""
        src = safe_url(element.get("src") or element.get("data-src") or "", self.base)
        if film := film_address(src) or (src if is_film(src) else ""):
            self.add(Film(film))
        elif src:
            self.body.note(_("An embedded frame was replaced by a link: %(url)s") % {"url": src})
            self.link(src, element.get("title") or urlsplit(src).hostname or src)

    def photo(self, element: Any, caption: str = "") -> None:
        """Add a picture with caption and credit, and the link that it carried if that leads somewhere else."""
        src = next((value for name in ("data-full-url", "data-src", "data-lazy-src", "src") if (value := element.get(name))), "")
        number = re.search(r" wp-image-(\d{1,18}) ", _class(element)) or re.fullmatch(r"(\d{1,18})", element.get("data-id") or "")
        if element.get("width") in ("0", "1") or is_emoji(element):
            return
        if src.startswith("data:") and not number:
            self.body.note(_("A picture that stood in the text itself (data:) was left out."))
            return
        caption, photographer = credit(caption)
        url = "" if src.startswith("data:") else safe_url(src, self.base)
        self.add(Photo(url, int(number[1]) if number else 0, " ".join((element.get("alt") or "").split()), caption, photographer))
        link = next(element.iterancestors("a"), None)
        if link is not None and "attachment" not in (link.get("rel") or ""):
            href = link.get("href") or ""
            if not PICTURE.search(urlsplit(href).path):
                self.link(href, caption or element.get("alt") or "")

    def file(self, element: Any) -> None:
        """Add the document of a file block; its second link, the button, is the same file again."""
        for link in element.iter("a"):
            if url := safe_url(link.get("href") or "", self.base):
                text = " ".join(link.text_content().split())
                return self.add(File(url, text or unquote(url.rsplit("/", 1)[-1])))
        return None

    def media(self, element: Any) -> None:
        """Add a sound or film file as a file."""
        sources = [element.get("src"), *(source.get("src") for source in element.iter("source"))]
        if url := next((url for url in (safe_url(src or "", self.base) for src in sources) if url), ""):
            self.add(File(url, unquote(url.rsplit("/", 1)[-1])))

    def button(self, element: Any) -> None:
        """Add a button; one without an address is only words."""
        links = [link for link in element.iter("a") if safe_url(link.get("href") or "", self.base)]
        for link in links:
            text = " ".join(link.text_content().split())
            self.add(Button(text or (link.get("href") or ""), safe_url(link.get("href") or "", self.base)))
        if not links:
            self.flow(element)

    def details(self, element: Any) -> None:
        """Open what was folded: its summary becomes a heading."""
        summary = element.find("summary")
        if summary is not None and summary.text_content().strip():
            self.add(Heading(" ".join(summary.text_content().split()), "h3"))
        self.flow(element, frozenset({"summary"}))

    def raw(self, element: Any) -> None:
        """Keep markup that nothing else can take, and say so."""
        unknown = element.tag == "ordet-unknown"
        what = element.get("name") if unknown else element.tag
        markup = lxml.html.tostring(element, encoding="unicode", with_tail=False)
        if unknown:
            markup = re.sub(r"^<ordet-unknown[^>]*>|</ordet-unknown>$", "", markup)
        self.body.note(_("“%(what)s” is kept as HTML; look it over.") % {"what": what})
        self.add(Raw(markup.strip()))

    def gone(self, element: Any) -> None:
        """Leave out what can't work outside of its old site, and say so."""
        self.body.note(_("“%(what)s” was left out.") % {"what": element.tag})

    def nothing(self, element: Any) -> None:
        """Pass over what is only decoration."""

    BY_CLASS: ClassVar[dict[str, Callable[["Reader", Any], None]]] = {" wp-block-file ": file, " wp-block-button ": button}
    BY_TAG: ClassVar[dict[str, Callable[["Reader", Any], None]]] = (
        dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), heading)
        | dict.fromkeys(("ul", "ol", "menu"), points)
        | dict.fromkeys(("video", "audio"), media)
        | dict.fromkeys(("table", "dl", "pre", "math", "ordet-unknown"), raw)
        | dict.fromkeys(("form", "object", "embed", "applet", "canvas", "svg", "map"), gone)
        | dict.fromkeys(("hr", "input", "button", "select", "textarea", "source", "param", "colgroup"), nothing)
        | {"blockquote": quote, "figure": figure, "iframe": frame, "img": photo, "details": details}
    )


def _caption(element: Any) -> str:
    found = [caption for caption in element.iter("figcaption") if next(caption.iterancestors("figure"), None) is element]
    return " ".join(" ".join(caption.text_content().split()) for caption in found)


def _without(element: Any, *tags: str) -> Any:
    """Return a copy of `element` without what stands in `tags`."""
    copy = lxml.html.fragment_fromstring(lxml.html.tostring(element, encoding="unicode", with_tail=False), create_parent="div")
    for each in list(copy.iter(*tags)):
        each.drop_tree()
    return copy[0] if len(copy) else copy
