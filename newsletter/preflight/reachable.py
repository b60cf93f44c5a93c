"""What is known of where links lead: our own pages by the page tree, the rest by what a worker found."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from cms.addresses import TAKEN
from cms.models import Home
from newsletter.models import LinkCheck
from newsletter.preflight.findings import Finding, Look
from newsletter.preflight.links import inner, own_hosts, place
from newsletter.preflight.parts import LinkFound

LIVE, UNPUBLISHED, ABSENT, ELSEWHERE = "live", "unpublished", "absent", "elsewhere"


def pages(addresses: Iterable[str]) -> dict[str, str]:
    """Return for each address whether it is a page of ours: LIVE, UNPUBLISHED, ABSENT, or ELSEWHERE; three queries for all."""
    paths = {address: _path(address) for address in addresses}
    root = Home.objects.order_by("pk").first()
    base = root.url_path if root else "/"
    wanted = {f"{base}{path}/" if path else base for path in paths.values() if path is not None}
    known = dict(Page.objects.filter(url_path__in=wanted).values_list("url_path", "live"))
    moved = set(
        Redirect.objects.filter(old_path__in=[f"/{path}" for path in paths.values() if path]).values_list("old_path", flat=True)
    )
    return {address: _standing(path, base, known, moved) for address, path in paths.items()}


def _path(address: str) -> str | None:
    """Return the path of a page of ours without slashes around it; None for other addresses and what Ordet itself serves."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    path = unquote(parts.path).strip("/")
    if parts.netloc.lower() not in own_hosts() or path.split("/")[0] in TAKEN or parts.query.startswith(("p=", "page_id=")):
        return None
    return path


def _standing(path: str | None, base: str, known: dict[str, bool], moved: set[str]) -> str:
    if path is None:
        return ELSEWHERE
    live = known.get(f"{base}{path}/" if path else base)
    if live is not None:
        return LIVE if live else UNPUBLISHED
    if f"/{path}" in moved:
        return LIVE
    # A front end of one's own may have pages that we know nothing of.
    return ELSEWHERE if settings.FRONTEND_URL else ABSENT


def to_try(links: list[LinkFound]) -> list[str]:
    """Return the addresses that only a visit can tell of, each once, in the letter's order."""
    web = [found.address for found in links if found.address.lower().startswith(("http://", "https://"))]
    standing = pages(dict.fromkeys(web))
    return [address for address, how in standing.items() if how == ELSEWHERE and _worth(address)]


def _worth(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    ours = parts.netloc.lower() in own_hosts()
    # Of what Ordet itself serves only files can be gone.
    served = ours and not parts.path.startswith(("/documents/", "/media/")) and parts.path.strip("/").split("/")[0] in TAKEN
    return not served and (ours or not inner((parts.hostname or "").lower())) and len(address) <= LinkCheck.LONGEST


def reachable(look: Look, links: list[LinkFound]) -> Iterator[Finding]:
    """Find links to pages that aren't public, links that are broken, and those of which nothing is known yet."""
    web = [found for found in links if found.address.lower().startswith(("http://", "https://"))]
    standing = pages({found.address for found in web})
    known = {row.address: row for row in LinkCheck.objects.filter(address__in={found.address for found in web})}
    for found in {(one.block, one.address): one for one in web}.values():
        if standing[found.address] in (UNPUBLISHED, ABSENT):
            yield _own(look, found, standing[found.address])
        elif found.address in known:
            yield from _told(look, found, known[found.address], look.now)
        if len(found.address) > LinkCheck.LONGEST:
            words = _("The link “%(url)s…” is too long to be tried.") % {"url": found.address[:80]}
            yield look.warn("link-long", words, _("Open it yourself, and use a shorter address if there is one."), **place(found))
    yield from _untried(look, to_try(links), known)


def _own(look: Look, found: LinkFound, how: str) -> Finding:
    words = _("The link “%(url)s” leads to a page that isn't published.")
    if how == ABSENT:
        words = _("The link “%(url)s” leads to a page of ours that doesn't exist.")
    advice = _("Publish the page, or choose another.")
    return look.stop("link-unpublished", words % {"url": found.address[:120]}, advice, **place(found))


def _told(look: Look, found: LinkFound, row: LinkCheck, now: datetime) -> Iterator[Finding]:
    shown = {"url": found.address[:120], "answer": row.answer}
    if row.state == LinkCheck.BROKEN and not row.vouched(now):
        words = _("The link “%(url)s” is broken: %(answer)s") % shown
        advice = _("Mend it, or take it away. If it works when you open it, say so below.")
        yield look.stop("link-broken", words, advice, **place(found))
    elif row.state == LinkCheck.UNKNOWN and not row.vouched(now):
        words = _("The link “%(url)s” couldn't be checked: %(answer)s") % shown
        yield look.warn("link-unknown", words, _("Open it yourself and see that it works."), **place(found))
    elif row.state == LinkCheck.OK and row.https_works:
        words = _("The link “%(url)s” begins with http:, though https: works.") % shown
        yield look.warn(
            "link-http", words, _("Write https: instead, so that nobody is warned or listened in on."), **place(found)
        )


def _untried(look: Look, wanted: list[str], known: dict[str, LinkCheck]) -> Iterator[Finding]:
    open_still = [address for address in wanted if address not in known or not known[address].checked_at]
    if open_still:
        n = len(open_still)
        words = ngettext("%(n)d link hasn't been tried yet.", "%(n)d links haven't been tried yet.", n) % {"n": n}
        yield look.warn("link-untried", words, _("Press “Check the links” on the preflight page."))
