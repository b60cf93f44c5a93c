"""A network's REST interface behind a bearer token: one way to call it, and what each answer means for an announcement.

The rules are the same for every network that speaks JSON over HTTP. 401, 403: the connection doesn't work, so the
channel pauses. 429: all wait. What may have been acted upon without our knowing (no whole answer, 3xx, 408, 409, 5xx)
is an unknown outcome for a create, else something to try later; but a redirected look pauses. Any other 4xx is final.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from cms import fetch
from cms.fetch import Answer
from social.channels import ChannelError, NotSent, Paused, Refused, Throttled, Unknown

logger = logging.getLogger(__name__)

TIMEOUT = 20.0
LONGEST = timedelta(days=1)
SUCCESS, REDIRECT, CLIENT = 2, 3, 4
MAYBE, PAUSING = frozenset({408, 409}), frozenset({401, 403})


def as_json(found: Any) -> bytes:
    """Return `found` as JSON."""
    return json.dumps(found, ensure_ascii=False).encode()


def about(answer: Answer) -> dict[str, Any]:
    """Return what a ChannelError keeps of an answer for the log."""
    return {"status": answer.status, "request": answer.headers.get("x-request-id", "")[:200]}


def aware(time: datetime) -> datetime:
    """Return `time`, in UTC where it says no zone."""
    return time if time.tzinfo else time.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rest:
    """The interface of the network `label` at the address `base`; `variable` is where the token comes from."""

    label: str
    base: str
    token: str = field(repr=False)
    variable: str
    timeout: float = TIMEOUT

    @sensitive_variables()
    def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        creating: bool = False,
        timeout: float | None = None,
    ) -> Answer:
        """Make a call and return its 2xx answer. Raises ChannelError.

        A body is JSON unless `headers` say otherwise. `creating`: a repeat could make a second post. `timeout`:
        in seconds, the interface's own where none is given.
        """
        sent = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        sent |= {"Content-Type": "application/json"} if body else {}
        try:
            sent |= headers or {}
            answer = fetch.fetch(
                method, f"{self.base}{path}", headers=sent, body=body or None, timeout=timeout or self.timeout
            )
        except fetch.FetchError as error:
            # The technical words are the log's; they hold no query, header or body.
            logger.warning("%s, %s: %s", self.label, method, error)
            raise self._unreached(error, creating) from None
        if answer.status // 100 != SUCCESS:
            raise self._refusal(answer, timezone.now(), creating)
        return answer

    def ask(self, method: str, path: str, **call: Any) -> Any:
        """Make a call that creates nothing and return the answer's JSON. Raises ChannelError."""
        return self.read(self.call(method, path, **call))

    def read(self, answer: Answer) -> Any:
        """Return an answer's JSON. Raises NotSent where it is none."""
        try:
            return json.loads(answer.body)
        except ValueError:
            raise self.unreadable() from None

    def unreadable(self) -> NotSent:
        """Return the error for an answer that makes no sense."""
        return NotSent(_("The answer from %(label)s can't be read.") % {"label": self.label})

    def _unreached(self, error: fetch.FetchError, creating: bool) -> ChannelError:
        label = {"label": self.label}
        if isinstance(error, fetch.Forbidden):
            words = _("This server may not call the address of %(label)s. Whoever runs it should look at FETCH_ALLOW_NETWORKS.")
            return Paused(words % label)
        if error.unknown:
            return (Unknown if creating else NotSent)(_("The answer from %(label)s didn't come.") % label)
        return NotSent(_("%(label)s couldn't be reached.") % label)

    @sensitive_variables()
    def _refusal(self, answer: Answer, now: datetime, creating: bool) -> ChannelError:
        words, known = self._words(answer), about(answer)
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            return Throttled(words, retry_at=_reset(answer.headers.get("x-ratelimit-reset", ""), now), **known)
        if answer.status in PAUSING or (answer.status // 100 == REDIRECT and not creating):
            return Paused(words, **known)
        if answer.status in MAYBE or answer.status // 100 != CLIENT:
            return (Unknown if creating else NotSent)(words, **known)
        return Refused(words, **known)

    @sensitive_variables()
    def _words(self, answer: Answer) -> str:
        told = {"label": self.label, "number": answer.status, "variable": self.variable, "message": self._said(answer)}
        if answer.status == HTTPStatus.UNAUTHORIZED:
            return _("%(label)s no longer accepts the token. Whoever runs Ordet should put a new one into %(variable)s.") % told
        if not told["message"]:
            return _("%(label)s answered %(number)s without saying why.") % told
        return _("%(label)s answered %(number)s: %(message)s") % told

    @sensitive_variables()
    def _said(self, answer: Answer) -> str:
        try:
            found = json.loads(answer.body)
        except ValueError:
            return ""
        said = (found.get("message") or found.get("error") or "") if isinstance(found, dict) else ""
        return str(said).replace(self.token, "[…]")[:500]


def _reset(value: str, now: datetime) -> datetime | None:
    """Read `X-RateLimit-Reset`, an ISO time; at most a day ahead, None where it makes no sense."""
    try:
        return min(max(aware(datetime.fromisoformat(value)), now), now + LONGEST)
    except ValueError:
        return None
