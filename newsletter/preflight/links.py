"""Links: what can be told of an address without going there. What a worker found out is in `reachable`."""

import ipaddress
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from newsletter.addresses import accept
from newsletter.items import PictureItem
from newsletter.preflight.findings import Finding, Look
from newsletter.preflight.parts import INTRODUCTION, LinkFound

_INNER = re.compile(r"(^|\.)(localhost|local|internal|intranet|lan|home|test|localdomain)$")
_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|mkt_tok|igshid?|_hs(?:enc|mi)|yclid|twclid|vero_id|oly_\w+_id"
)
_WRAPPED = re.compile(r"(^|\.)(safelinks\.protection\.outlook\.com|urldefense\.(com|proofpoint\.com)|linkprotect\.cudasvc\.com)$")
_EDITING = re.compile(
    r"^https?://docs\.google\.com/[^?#]*/edit\b|/wp-admin/|[?&](preview|preview_id|preview_nonce)=", re.IGNORECASE
)
_EMPTY_WORDS = re.compile(
    r"(klicka|tryck|läs)?\s*(på\s+)?(den\s+)?(här|hit|detta)|länk|läs mer|mer|se mer|click here|here|link|more"
)
_LOOKS_LIKE_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|(?:[\w-]+\.)+(?:se|com|org|net|nu|eu|info|no|dk|fi|nordic)(?:/\S*)?", re.IGNORECASE
)


def place(found: LinkFound) -> dict[str, int | str]:
    """Return where a link stands, as a finding's place."""
    return {"name": "introduction"} if found.block == INTRODUCTION else {"block": found.block}


def own_hosts() -> set[str]:
    """Return the hosts (with ports) at which our own pages are."""
    return {urlsplit(address).netloc.lower() for address in (settings.SITE_URL, settings.FRONTEND_URL) if address}


def written(look: Look, links: list[LinkFound]) -> Iterator[Finding]:
    """Find addresses that lead nowhere, or not where readers may go, and words that don't say where."""
    for found in links:
        if not found.address.strip():
            words = _("The link “%(words)s” leads nowhere: what it led to is gone.") % {"words": found.words.strip()[:60]}
            yield look.stop("link-empty", words, _("Choose where it shall lead, or take the link away."), **place(found))
        elif found.address.lower().startswith("mailto:"):
            yield from _mail(look, found)
        else:
            yield from _web(look, found)
        yield from _said(look, found)


def _mail(look: Look, found: LinkFound) -> Iterator[Finding]:
    address = found.address[len("mailto:") :].partition("?")[0]
    try:
        accept(address)
    except ValidationError:
        words = _("“%(address)s” is no mail address.") % {"address": address[:80]}
        yield look.stop("link-mail", words, _("Write it as name@example.se."), **place(found))


def _web(look: Look, found: LinkFound) -> Iterator[Finding]:
    shown = {"url": found.address[:120]}
    try:
        parts = urlsplit(found.address)
        host, _port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme.lower() not in ("http", "https") or not host or parts.username:
        # Rich text loses such a link when it is cleaned, so rendering alone doesn't find it.
        words = _("The link “%(url)s” isn't a complete address that begins with https://.") % shown
        yield look.stop("link-relative", words, _("Write the whole address, as it stands in the browser."), **place(found))
        return
    ours = parts.netloc.lower() in own_hosts()
    if not ours and inner(host):
        words = _("The link “%(url)s” leads to a computer that readers can't reach.") % shown
        yield look.stop("link-private", words, _("Use the page's public address."), **place(found))
    elif (ours and re.match(r"/(admin|api|_preview)(/|$)", parts.path)) or _EDITING.search(found.address):
        words = _("The link “%(url)s” leads to a preview or an editor's page, which readers can't open.") % shown
        yield look.stop("link-preview", words, _("Open the published page and copy its address."), **place(found))
    yield from _leftovers(look, found, host)


def inner(host: str) -> bool:
    """Tell whether a host is one of a local network: a private address, a name without a dot, `.local` and the like."""
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return "." not in host or bool(_INNER.search(host))


def _leftovers(look: Look, found: LinkFound, host: str) -> Iterator[Finding]:
    shown = {"url": found.address[:120]}
    names = [name for name, _value in parse_qsl(urlsplit(found.address).query) if _TRACKING.fullmatch(name.lower())]
    if _WRAPPED.search(host):
        words = _("The link “%(url)s” has been wrapped by a mail program's protection.") % shown
        yield look.warn("link-wrapped", words, _("Open it and copy the address that it leads to."), **place(found))
    elif names:
        words = _("The link “%(url)s” carries somebody else's tracking (%(names)s).") % {**shown, "names": ", ".join(names)}
        yield look.warn("link-tracking", words, _("Take away what stands after the question mark."), **place(found))


def _said(look: Look, found: LinkFound) -> Iterator[Finding]:
    words = " ".join(found.words.split())
    if not words and not isinstance(_item(look, found), PictureItem):
        yield look.warn("link-no-words", _("A link has no words."), _("Write where it leads."), **place(found))
        return
    if found.written and _EMPTY_WORDS.fullmatch(words.casefold().strip(" .!:»>→")):
        said = _("The link “%(words)s” doesn't say where it leads.") % {"words": words}
        advice = _("Who listens hears links one by one: “The programme in Malmö” says more.")
        yield look.warn("link-words", said, advice, **place(found))
    if _LOOKS_LIKE_ADDRESS.fullmatch(words) and not _same_site(words, found.address):
        said = _("The link says “%(words)s” but leads to %(url)s.") % {"words": words[:60], "url": found.address[:100]}
        yield look.warn(
            "link-disguised", said, _("It looks like a trick to filters and readers. Let both be the same."), **place(found)
        )


def _item(look: Look, found: LinkFound) -> object:
    return look.contents.items[found.block - 1] if found.block else None


def _same_site(words: str, address: str) -> bool:
    said = urlsplit(words if "://" in words else f"https://{words}").hostname or ""
    led = urlsplit(address).hostname or ""
    said, led = said.removeprefix("www."), led.removeprefix("www.")
    return said == led or led.endswith(f".{said}") or said.endswith(f".{led}")


def twice(look: Look, links: list[LinkFound]) -> Iterator[Finding]:
    """Find two blocks whose main links lead to the same place."""
    main = {(found.block, found.address): found for found in links if found.main and not found.address.startswith("mailto:")}
    counts = Counter(address for _block, address in main)
    seen: set[str] = set()
    for (_block, address), found in main.items():
        # A post that a list of dates points at, too, is no repetition.
        if counts[address] > 1 and address in seen and found.written and not hasattr(_item(look, found), "lines"):
            words = _("An earlier block leads to the same place (%(url)s).") % {"url": address[:100]}
            yield look.warn("link-twice", words, _("One is enough; take the other away."), **place(found))
        seen.add(address)
