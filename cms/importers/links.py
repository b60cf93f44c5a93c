"""Links from one imported post to another: once all stand here, they become page links, which survive a move."""

import html
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from wagtail.models import Revision

from cms.importers.wxr import Export
from cms.models import Post

ANCHOR = re.compile(r'<a href="([^"]*)">')
NO_PAGE = re.compile(r"/(wp-content|wp-admin|wp-includes|wp-json)/|/wp-login\.php|/feed/?$")


class Addresses:
    """Which item stood at which address of the old site."""

    def __init__(self, export: Export, kinds: Iterable[str]) -> None:
        wanted = set(kinds)
        self.host = _host(export.base)
        self.ids = {known.id for known in export.known.values() if known.kind in wanted}
        self.by_path = {
            _path(known.link): known.id
            for known in export.known.values()
            if known.kind in wanted and _path(known.link) and _host(known.link) == self.host
        }

    def item(self, url: str) -> int | None:
        """Return the id of the item at `url`, 0 if none stood there, None if `url` is no page of the old site."""
        parts = urlsplit(url)
        if _host(url) != self.host or NO_PAGE.search(parts.path) or not (_path(url) or parts.query):
            return None
        query = parse_qs(parts.query)
        number = next((query[name][0] for name in ("p", "page_id") if name in query), "")
        if not _path(url):
            return int(number) if number.isdigit() and int(number) in self.ids else 0
        return self.by_path.get(_path(url), 0)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _path(url: str) -> str:
    return unquote(urlsplit(url).path).strip("/").casefold()


def relink(prefix: str, addresses: Addresses, pages: Mapping[int, int], edited: set[int]) -> int:
    """Turn links between imported pages into page links, and return how many pages that changed.

    `prefix` marks the pages of this site, `pages` tells the live page of an item. Pages that an editor has worked on are
    left alone. May be repeated: what is done already holds no old address any more.
    """
    rows = Post.objects.filter(imported_from__startswith=prefix).values_list("pk", "body", "afterword", "postscript")
    changed = 0
    for key, body, afterword, postscript in rows.iterator(chunk_size=100):
        texts = json.dumps([list(body.raw_data), list(afterword.raw_data), postscript])
        if key not in edited and addresses.host and addresses.host in texts:
            changed += _relink_page(Post.objects.get(pk=key).specific, addresses, pages)
    return changed


def _relink_page(page: Any, addresses: Addresses, pages: Mapping[int, int]) -> bool:
    """Rewrite one page and its only revision; tell whether anything changed."""

    def goal(url: str) -> int:
        return pages.get(addresses.item(html.unescape(url)) or 0, 0)

    def anchor(found: re.Match[str]) -> str:
        return f'<a linktype="page" id="{number}">' if (number := goal(found[1])) else found[0]

    def block(raw: Mapping[str, Any]) -> dict[str, Any]:
        value = raw["value"]
        if raw["type"] == "text":
            value = ANCHOR.sub(anchor, value)
        elif raw["type"] == "button" and (number := goal(value.get("address") or "")):
            value = {**value, "address": "", "page": number}
        return {**raw, "value": value}

    names = ("body", "afterword", "postscript")
    before = {name: _stored(getattr(page, name)) for name in names}
    after = {
        name: ANCHOR.sub(anchor, old) if isinstance(old, str) else [block(raw) for raw in old] for name, old in before.items()
    }
    if after == before:
        return False
    for name, value in after.items():
        setattr(page, name, value if isinstance(value, str) else json.dumps(value))
    page.save(update_fields=list(names))
    Revision.objects.filter(pk=page.latest_revision_id).update(content=page.serializable_data())
    return True


def _stored(value: Any) -> Any:
    return value if isinstance(value, str) else [dict(raw) for raw in value.raw_data]
