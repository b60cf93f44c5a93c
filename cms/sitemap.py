"""The map of the site for search engines (sitemaps.org): every page that anybody may open, in parts of a bounded size."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as Xml

from django.db.models import F, Max, QuerySet
from wagtail.models import Page

from cms import listing
from cms.addresses import own_url, public_url, trail
from cms.navigation import ARCHIVE, CALENDAR, PEOPLE, REGIONS, TOPICS

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
# A part holds the pages of so many consecutive ids: no offset to count to, and a page stays in its part.
PART = 5000
LANDING = (CALENDAR, PEOPLE, TOPICS, REGIONS, ARCHIVE)

Row = tuple[str, datetime | None]


def pages(locale_id: int) -> QuerySet[Any]:
    """Return the pages that anybody may open."""
    return listing.public(Page.objects.filter(locale_id=locale_id, depth__gte=2)).order_by()


def parts(locale_id: int) -> list[tuple[int, datetime | None]]:
    """Return the numbers of the parts and when each last changed, in one query."""
    found = pages(locale_id).annotate(part=F("pk") / PART).values("part").annotate(last=Max("last_published_at"))
    return [(row["part"], row["last"]) for row in found.order_by("part")]


def rows(locale_id: int, part: int) -> list[Row]:
    """Return path and day of change of the pages in a part; the first one's begins with the landing pages."""
    found = pages(locale_id).filter(pk__gte=part * PART, pk__lt=(part + 1) * PART).order_by("pk")
    own = [(trail(url_path), last) for url_path, last in found.values_list("url_path", "last_published_at")]
    return [*([(path, None) for path in LANDING] if part == 0 else []), *own]


def sitemap(locale_id: int, part: int | None) -> str:
    """Return the map, or where there is more than one part an index of them; with `part` that part alone."""
    if part is None and len(found := parts(locale_id)) > 1:
        places = [(own_url(f"/sitemap.xml?part={number}"), last) for number, last in found]
        return _xml("sitemapindex", "sitemap", places)
    return _xml("urlset", "url", [(public_url(path), last) for path, last in rows(locale_id, part or 0)])


def _xml(root: str, each: str, places: Iterable[Row]) -> str:
    top = Xml.Element(root, xmlns=NAMESPACE)
    for address, last in places:
        one = Xml.SubElement(top, each)
        Xml.SubElement(one, "loc").text = address
        if last:
            Xml.SubElement(one, "lastmod").text = last.isoformat(timespec="seconds")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(top, encoding="unicode")


def robots(*, aside: bool) -> str:
    """Return robots.txt; with `aside` a front end shows the pages, and only the files on them are ours to find."""
    if aside:
        lines = ["User-agent: *", "Disallow: /", "Allow: /media/", "Allow: /documents/"]
    else:
        shut = ["/admin/", "/api/", "/health/", "/mail/", "/metrics", "/n/", "/social/", "/sok/"]
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in shut), "", f"Sitemap: {own_url('/sitemap.xml')}"]
    return "\n".join([*lines, ""])
