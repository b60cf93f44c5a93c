"""Readers who come to our own site from a letter: links that say which mailing it was, and a count per page and day.

Nothing is known of whom: no cookie, no address, no identifier beyond the mailing's number, which all its
receivers share.
"""

import re
from datetime import datetime
from html import escape, unescape
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.core.cache import cache
from django.db.models import F
from django.utils.timezone import localtime

from newsletter.letter import Letter
from newsletter.models import Mailing, Visits

SOURCE, MEDIUM = "nyhetsbrev", "email"
_HREF = re.compile(r'(\shref=")([^"]+)(")')
_IN_TEXT = re.compile(r"https?://[^\s<>\"]+")
# What ends a sentence, not an address.
_TRAILING = ".,;:!?)]”"
# Files and short links are no pages of ours.
_NO_PAGES = ("/documents/", "/media/", "/static/", "/n/", "/nyhetsbrev/", "/admin/")
LONGEST_PATH = 300
# Stands in for the number of a mailing that isn't there yet.
LONGEST = 10**9
REMEMBER_SECONDS = 600


class NotCounted(ValueError):
    """It is no visit from a mailing of ours to a page that the mailing links to."""


def tagged(letter: Letter, mailing: int) -> Letter:
    """Return the letter with `utm_…` on the links to our own pages; a pure function of both, so it may be repeated."""
    html = _HREF.sub(lambda found: f"{found[1]}{escape(_tagged_url(unescape(found[2]), mailing))}{found[3]}", letter.html)
    return Letter(letter.subject, html, _IN_TEXT.sub(lambda found: _tagged_in_text(found[0], mailing), letter.text))


def _tagged_in_text(address: str, mailing: int) -> str:
    bare = address.rstrip(_TRAILING)
    return _tagged_url(bare, mailing) + address[len(bare) :]


def _tagged_url(url: str, mailing: int) -> str:
    """Return `url` with the mailing's campaign; an own campaign, a query and a fragment are kept as they are."""
    if not _is_page(url) or "utm_campaign=" in url:
        return url
    parts = urlsplit(url)
    ours = urlencode({"utm_source": SOURCE, "utm_medium": MEDIUM, "utm_campaign": mailing})
    return urlunsplit(parts._replace(query=f"{parts.query}&{ours}" if parts.query else ours))


def _is_page(url: str) -> bool:
    """Tell whether `url` is a page where readers read: on FRONTEND_URL or SITE_URL, and no file."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    ours = {urlsplit(address)[:2] for address in (settings.SITE_URL, settings.FRONTEND_URL) if address}
    return parts[:2] in ours and not parts.path.startswith(_NO_PAGES)


def pages(mailing: Mailing) -> frozenset[str]:
    """Return the paths of our own pages that the mailing's letter links to."""
    found = (unescape(match[2]) for match in _HREF.finditer(mailing.html))
    return frozenset(urlsplit(url).path or "/" for url in found if _is_page(url))


def _pages_of(key: int) -> frozenset[str]:
    """Return the paths of mailing `key` that has begun, remembered for a while; empty for any other number."""
    name = f"newsletter.pages.{key}"
    known: frozenset[str] | None = cache.get(name)
    if known is None:
        mailing = Mailing.objects.filter(pk=key, frozen_at__isnull=False).only("html").first()
        if mailing is None:
            return frozenset()
        known = pages(mailing)
        cache.set(name, known, REMEMBER_SECONDS)
    return known


def note(campaign: str, path: str, now: datetime) -> None:
    """Count one visit to `path` by way of mailing `campaign`. Raises NotCounted."""
    if not re.fullmatch(r"[0-9]{1,18}", campaign) or len(path) > LONGEST_PATH:
        raise NotCounted("not a campaign of ours")
    if path not in _pages_of(int(campaign)):
        raise NotCounted("not a page that the letter links to")
    row, _made = Visits.objects.get_or_create(mailing_id=int(campaign), path=path, day=localtime(now).date())
    Visits.objects.filter(pk=row.pk).update(count=F("count") + 1)
