"""What a relay's answer means: the one place that knows SMTP's reply codes (RFC 5321, RFC 3463)."""

import re
from dataclasses import dataclass

from newsletter.relays import ACCEPTED, DEFERRED, REFUSED, UNSENT, Outcome

MAIL, RCPT, DATA, BODY = "MAIL FROM", "RCPT TO", "DATA", "message"
CLOSING = 421

# Most "permanent" answers don't mean a dead address; these do.
HARD = frozenset({"5.1.1", "5.1.2", "5.1.6", "5.1.10"})
_STATUS = re.compile(r"^[245]\.\d{1,3}\.\d{1,3}\b")
_UNKNOWN = re.compile(
    r"(user|recipient|mailbox|account|address)( name| address)? (is )?(unknown|not found|doesn'?t exist|does not exist)"
    r"|(unknown|no such|invalid) (user|recipient|mailbox|account)|user unknown",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer: its code, and its text on one line."""

    code: int
    text: str

    @property
    def status(self) -> str:
        """The enhanced status ("5.1.1"), or an empty string."""
        found = _STATUS.match(self.text)
        return found.group() if found else ""

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()[:480]


def is_dead(status: str, text: str) -> bool:
    """Tell whether a permanent refusal says that the address doesn't exist."""
    if status.startswith("5.7."):
        return False
    return status in HARD or bool(_UNKNOWN.search(text))


def judge(stage: str, reply: Reply) -> Outcome:
    """Return what a refusal, or the last answer (2xx, 4xx or 5xx), means for the person, the mailing and the relay."""
    if stage == BODY and 200 <= reply.code < 300:  # noqa: PLR2004
        return Outcome(ACCEPTED, str(reply))
    said = f"{stage}: {reply}"[:490]
    if 400 <= reply.code < 500:  # noqa: PLR2004
        return Outcome(DEFERRED, said)
    if stage == MAIL:
        return Outcome(UNSENT, said, everybody=True)
    if is_dead(reply.status, reply.text) and stage != DATA:
        return Outcome(REFUSED, said, hard=True)
    # 5.1.7 and 5.1.8 are about the sender.
    if stage != RCPT or reply.status.startswith(("5.7.", "5.1.7", "5.1.8")):
        return Outcome(REFUSED, said, policy=True)
    return Outcome(REFUSED, said, soft=True)
