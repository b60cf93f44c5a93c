"""What the stand-in counts of each post, and `organizationalEntityShareStatistics`, as strict as LinkedIn's."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, unquote

from deploy.demo.linkedin_rules import Network, Refusal

ROLE = "ADMINISTRATOR"
MOST, PAGE = 20, 10
TWELVE_MONTHS = 365 * 86_400_000
THEIRS = {
    "impressions": "impressionCount",
    "clicks": "clickCount",
    "reactions": "likeCount",
    "comments": "commentCount",
    "shares": "shareCount",
}
# The list's parentheses and commas stand as they are, its URNs wholly encoded, all of the kind that its name says.
_LISTS = {
    "shares": re.compile(r"List\((urn%3Ali%3Ashare%3A\d+(?:,urn%3Ali%3Ashare%3A\d+)*)\)", re.IGNORECASE),
    "ugcPosts": re.compile(r"List\((urn%3Ali%3AugcPost%3A\d+(?:,urn%3Ali%3AugcPost%3A\d+)*)\)", re.IGNORECASE),
}
_KNOWN = {"q", "organizationalEntity", "start", "count", *_LISTS}


def add(network: Network, order: dict[str, int | str]) -> None:
    """Add to a post's counts: its `id`, and how many `impressions`, `clicks` … more (fewer, where negative)."""
    _add(network, str(order["id"]), {name: int(order.get(name, 0)) for name in THEIRS})
    network.save()


def seen(network: Network, posts: Iterable[dict[str, Any]]) -> None:
    """Count that somebody saw these posts."""
    for post in posts:
        _add(network, post["id"], {"impressions": 1})
    network.save()


def _add(network: Network, urn: str, more: dict[str, int]) -> None:
    mine = network.state.counts.setdefault(urn, dict.fromkeys(THEIRS, 0))
    for name, count in more.items():
        mine[name] += count


def statistics(network: Network, query: str) -> dict[str, Any]:
    """Answer a call with its raw `query`; posts without activity are missing. Raises Refusal."""
    raw = dict(part.partition("=")[::2] for part in query.split("&"))
    asked = [name for name in _LISTS if name in raw]
    if raw.get("q") != "organizationalEntity" or set(raw) - _KNOWN or len(asked) != 1:
        raise Refusal(400, "ILLEGAL_ARGUMENT", "q=organizationalEntity, organizationalEntity and one of shares, ugcPosts are needed")
    match = _LISTS[asked[0]].fullmatch(raw[asked[0]])
    if match is None:
        raise Refusal(400, "ILLEGAL_ARGUMENT", f"{asked[0]} is no List(…) of encoded URNs of its kind")
    urns = [unquote(urn) for urn in match[1].split(",")]
    if len(urns) > MOST:
        raise Refusal(400, "ILLEGAL_ARGUMENT", f"{asked[0]} holds more than {MOST} URNs")
    _demand(network, unquote(raw.get("organizationalEntity", "")))
    start, count = (int(parse_qs(query).get(name, [default])[-1]) for name, default in (("start", "0"), ("count", str(PAGE))))
    found = [one for urn in urns if (one := _element(network, urn, asked[0].removesuffix("s")))]
    return {"elements": found[start : start + count], "paging": {"start": start, "count": count, "links": []}}


def _demand(network: Network, organization: str) -> None:
    if organization != network.settings.organization or network.settings.role != ROLE:
        raise Refusal(403, "ACCESS_DENIED", f"Viewer is not an administrator of {organization}", 100)


def _element(network: Network, urn: str, kind: str) -> dict[str, Any]:
    """Return a post's counts; nothing of one that is gone, older than twelve months, or without activity."""
    counts = network.state.counts.get(urn, {})
    post = next((post for post in network.state.posts if post["id"] == urn), None)
    gone = post is not None and (post["deleted"] or post["createdAt"] < network.now() - TWELVE_MONTHS)
    if gone or not any(counts.values()):
        return {}
    counted: dict[str, Any] = {theirs: counts[name] for name, theirs in THEIRS.items()}
    actions = sum(counts[name] for name in THEIRS if name != "impressions")
    counted |= {"uniqueImpressionsCount": counts["impressions"], "engagement": actions / (counts["impressions"] or 1)}
    return {"totalShareStatistics": counted, "organizationalEntity": network.settings.organization, kind: urn}
