"""Tries the links of issues: a worker visits each address, never a request; what it found is good for a day.

A page that isn't there (404, 410) and a name that nobody has are broken; everything else that goes wrong
may be a machine's mood (a bot refused, a server down for a minute) and is only told. Nothing here stops
anything: `newsletter.preflight.reachable` reads the rows.
"""

import re
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db.models import Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms import fetch
from cms.outbox import LeaseLost, new_owner
from newsletter import audit
from newsletter.models import Issue, LinkCheck
from newsletter.models.links import FRESH

# A worker's other duties wait for a pass, so it is short; who is slower than this is told as such.
PASS_SECONDS = 5.0
AT_ONCE = 8
ATTEMPTS = 2
AGAIN_AFTER = timedelta(seconds=15)
KEEP = timedelta(days=90)
GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
# What is told of a failed call; the first kind that fits.
FAILURES: list[tuple[type[fetch.FetchError], tuple[str, Any]]] = [
    (fetch.NoSuchName, (LinkCheck.BROKEN, gettext_lazy("there is no server of that name"))),
    (fetch.Forbidden, (LinkCheck.UNKNOWN, gettext_lazy("it lies in a network that may not be called from here"))),
    (fetch.Lost, (LinkCheck.UNKNOWN, gettext_lazy("it redirects in circles"))),
    (fetch.FetchError, (LinkCheck.UNKNOWN, gettext_lazy("no connection came about"))),
]
_ADDRESSES = re.compile(r'href="(https?://[^"]+)"|^(https?://\S+)$', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a visit showed. `passing`: another visit may end better."""

    state: str
    answer: str = ""
    address: str = ""
    https_works: bool = False
    passing: bool = False


def ask(addresses: Iterable[str], now: datetime, *, anew: bool = False) -> int:
    """Ask a worker to try `addresses`; return how many it is asked for.

    What is known from the last day is left as it is; `anew` tries what didn't work once more.
    """
    wanted = [address for address in dict.fromkeys(addresses) if len(address) <= LinkCheck.LONGEST]
    known = set(LinkCheck.objects.filter(address__in=wanted).values_list("address", flat=True))
    new = [LinkCheck(address=address, host=_host(address), next_attempt_at=now) for address in wanted if address not in known]
    LinkCheck.objects.bulk_create(new, ignore_conflicts=True)
    stale = Q(checked_at=None) | Q(checked_at__lte=now - FRESH)
    if anew:
        stale |= Q(state__in=(LinkCheck.BROKEN, LinkCheck.UNKNOWN))
    old = LinkCheck.objects.filter(stale, address__in=known).exclude(state__in=LinkCheck.OPEN)
    return len(new) + old.update(state=LinkCheck.WAITING, attempts=0, next_attempt_at=now)


def ask_for(issue: Issue, now: datetime) -> int:
    """Ask for what the issue's editor has written; nothing is rendered, so it may stand in the way of a save."""
    return ask(_within([issue.introduction, list(issue.content.raw_data)]), now)


def _within(value: Any) -> list[str]:
    if isinstance(value, str):
        return [one or other for one, other in _ADDRESSES.findall(value)]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [address for part in parts for address in _within(part)]


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "")[:255]
    except ValueError:
        return ""


def vouch(issue: Issue, address: str, user: Any, now: datetime) -> bool:
    """Note that `user` has opened `address` and found it in order; counts for a day. Tell whether there was such a row."""
    doubted = LinkCheck.objects.filter(address=address, state__in=(LinkCheck.BROKEN, LinkCheck.UNKNOWN))
    if not doubted.update(vouched_at=now):
        return False
    audit.record(issue, "vouch", user, address=address)
    return True


def links_due(now: datetime) -> int:
    """Try what waits: one address per host and pass, hosts at the same time; return how many were tried.

    A row whose worker died is tried again when its lease runs out: a visit changes nothing anywhere.
    """
    rows = LinkCheck.claim(now, new_owner(), AT_ONCE, states=LinkCheck.OPEN, only=Q(pk__in=_one_per_host(now)))
    found = _visit([row.address for row in rows])
    for row in rows:
        try:
            _note(row, found.get(row.address) or _too_slow(), now)
        except LeaseLost:
            continue
    return len(rows)


def _one_per_host(now: datetime) -> list[int]:
    busy = LinkCheck.objects.filter(lease_until__gt=now).values("host")
    due = LinkCheck.objects.filter(state__in=LinkCheck.OPEN, next_attempt_at__lte=now).exclude(host__in=busy)
    firsts = due.order_by().values("host").annotate(first=Min("pk")).order_by("first")
    return list(firsts.values_list("first", flat=True)[:AT_ONCE])


def _visit(addresses: list[str]) -> dict[str, Outcome]:
    """Return what visits showed; who isn't back in time is missing (a look-up of a name can't be hurried)."""
    found: dict[str, Outcome] = {}

    def go(address: str) -> None:
        found[address] = try_link(address, PASS_SECONDS)

    threads = [threading.Thread(target=go, args=(address,), daemon=True) for address in addresses]
    until = time.monotonic() + PASS_SECONDS
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return dict(found)


def _note(row: LinkCheck, outcome: Outcome, now: datetime) -> None:
    if outcome.passing and row.attempts < ATTEMPTS:
        row.postpone(now + AGAIN_AFTER, outcome.answer)
        return
    row.settle(
        outcome.state,
        now,
        answer=outcome.answer[:300],
        final_address=outcome.address[: LinkCheck.LONGEST],
        https_works=outcome.https_works,
        checked_at=now,
        last_error="",
    )


def try_link(address: str, seconds: float) -> Outcome:
    """Visit one address and judge what came back; takes about `seconds` at most."""
    until = time.monotonic() + seconds
    try:
        visit = fetch.visit(address, headers=_headers(), timeout=seconds)
    except fetch.NoAnswer:
        return _too_slow()
    except fetch.FetchError as error:
        state, words = next(told for kind, told in FAILURES if isinstance(error, kind))
        return Outcome(state, str(words), passing=state == LinkCheck.UNKNOWN)
    if visit.status >= fetch.REFUSED_FROM:
        return _refused(visit)
    return Outcome(LinkCheck.OK, "", visit.address, https_works=_works_secured(address, visit, until))


def _headers() -> dict[str, str]:
    agent = f"{fetch.USER_AGENT} (link check; {settings.SITE_URL})"
    return {"User-Agent": agent, "Accept": "text/html,*/*;q=0.8", "Accept-Language": settings.LANGUAGE_CODE}


def _too_slow() -> Outcome:
    return Outcome(LinkCheck.UNKNOWN, _("no answer within %(n)d seconds") % {"n": PASS_SECONDS}, passing=True)


def _refused(visit: fetch.Visit) -> Outcome:
    code = {"code": visit.status}
    if visit.status in GONE:
        return Outcome(LinkCheck.BROKEN, _("the page doesn't exist (%(code)d)") % code, visit.address)
    if visit.status >= HTTPStatus.INTERNAL_SERVER_ERROR or visit.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Outcome(LinkCheck.UNKNOWN, _("the server has trouble (%(code)d)") % code, visit.address, passing=True)
    return Outcome(LinkCheck.UNKNOWN, _("the server lets no machines in (%(code)d)") % code, visit.address)


def _works_secured(address: str, visit: fetch.Visit, until: float) -> bool:
    """Tell whether an http: address would work with https: too."""
    parts = urlsplit(address)
    if parts.scheme.lower() != "http":
        return False
    if visit.address.startswith("https://") and _host(visit.address) == _host(address):
        return True
    left = until - time.monotonic()
    if parts.port or left <= 1:
        return False
    try:
        return (
            fetch.visit(urlunsplit(parts._replace(scheme="https")), headers=_headers(), timeout=left).status < fetch.REFUSED_FROM
        )
    except fetch.FetchError:
        return False


def forget(now: datetime) -> int:
    """Remove what hasn't been asked for in a long time; return how many addresses that were."""
    return LinkCheck.objects.filter(created_at__lt=now - KEEP, checked_at__lt=now - KEEP).delete()[0]


@dataclass(frozen=True, slots=True)
class Row:
    """A link as the preflight page shows it. `doubtful`: an editor may vouch for it."""

    address: str
    words: str
    icon: str
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the worker has come with some links. `open`: how many it is still asked for."""

    rows: list[Row]
    tried: int = 0
    open: int = 0


def standing(addresses: Iterable[str], now: datetime) -> Standing:
    """Return what is known of `addresses`, in their order; one query."""
    wanted = list(dict.fromkeys(addresses))
    known = {row.address: row for row in LinkCheck.objects.filter(address__in=wanted)}
    tried = [row for row in known.values() if row.checked_at and row.state not in LinkCheck.OPEN]
    trying = [row for row in known.values() if row.state in LinkCheck.OPEN]
    return Standing([_row(address, known.get(address), now) for address in wanted], len(tried), len(trying))


def _row(address: str, row: LinkCheck | None, now: datetime) -> Row:
    if row is None:
        return Row(address, _("not tried yet"), "help")
    if row.state in LinkCheck.OPEN:
        return Row(address, _("is being tried"), "rotate")
    if row.state == LinkCheck.OK:
        return Row(address, _("works"), "check")
    if row.vouched(now):
        return Row(address, _("somebody has opened it, and it works"), "check")
    words = f"{dict(LinkCheck.STATES)[row.state]}: {row.answer}"
    return Row(address, words, "cross" if row.state == LinkCheck.BROKEN else "warning", doubtful=True)
