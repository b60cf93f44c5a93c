"""What LinkedIn counted of a page's posts: `organizationalEntityShareStatistics`, shares and ugcPosts asked apart."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import batched
from typing import Any

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from social.channels import Figures, NotSent
from social.channels.linkedin.client import Application, encoded
from social.channels.linkedin.errors import LinkedInForbidden, LinkedInRefused

PATH = "/rest/organizationalEntityShareStatistics"
# The only role that LinkedIn gives figures to.
ROLE = "ADMINISTRATOR"
# LinkedIn's own page size: whether a longer list would be answered whole is written nowhere.
AT_ONCE = 10
# Figures can wait, and the worker that asks for them has posts to send.
PATIENCE = 8.0
READ = {
    "impressions": "impressionCount",
    "clicks": "clickCount",
    "reactions": "likeCount",
    "comments": "commentCount",
    "shares": "shareCount",
}
# Of a URN the kind says by which list it is asked; of an activity nothing is told.
LISTS = {"share": "shares", "ugcPost": "ugcPosts"}
_URN = re.compile(r"urn:li:(share|ugcPost):\d+")
LARGEST = 2**62


def countable(remote_id: str) -> bool:
    """Tell whether LinkedIn tells figures of what this URN names."""
    return bool(_URN.fullmatch(remote_id))


@sensitive_variables()
def ask(application: Application, organization: str, remote_ids: Iterable[str]) -> dict[str, Figures]:
    """Return the figures of those posts that LinkedIn tells something of. Raises ChannelError.

    A missing role or right is a Refused, not a Paused: posts go out without it.
    """
    found: dict[str, Figures] = {}
    wanted = set(remote_ids)
    for kind, urns in _asked(wanted):
        entities = f"List({','.join(map(encoded, urns))})"
        params = {"q": "organizationalEntity", "organizationalEntity": encoded(organization), LISTS[kind]: entities}
        try:
            answer = application.json("GET", PATH, params=params, timeout=min(PATIENCE, application.timeout))
        except LinkedInForbidden as error:
            words = _("LinkedIn gives the connected account no figures: %(why)s") % {"why": error}
            raise LinkedInRefused(words, status=error.status, request=error.request) from None
        found |= {urn: figures for urn, figures in _read(answer, kind) if urn in wanted}
    return found


def _asked(remote_ids: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    kinds = {urn: match[1] for urn in sorted(remote_ids) if (match := _URN.fullmatch(urn))}
    for kind in LISTS:
        for urns in batched([urn for urn, its in kinds.items() if its == kind], AT_ONCE):
            yield kind, urns


def _read(answer: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Figures]]:
    elements = answer.get("elements")
    if not isinstance(elements, list):
        raise NotSent(_("LinkedIn's answer can't be read."))
    for one in elements:
        counted = one.get("totalShareStatistics") if isinstance(one, dict) else None
        if isinstance(counted, dict):
            yield str(one.get(kind, "")), Figures(**{name: _number(counted.get(theirs)) for name, theirs in READ.items()})


def _number(value: Any) -> int | None:
    """Return a count; LinkedIn's sink below zero when likes that it didn't count are taken back."""
    if not isinstance(value, int) or isinstance(value, bool) or value > LARGEST:
        return None
    return max(value, 0)
