"""Reading the stand-in's log of calls."""

from collections.abc import Iterable
from typing import Any

# Answers that say for certain that nothing was made; 422 may mean that it was made before.
NO = frozenset({401, 403, 426, 429})
LOOKS = 3


def blind_repeats(calls: Iterable[dict[str, Any]]) -> int:
    """Count creates whose like had been sent before, with an outcome that wasn't looked for often enough in between."""
    blind = 0
    # Per body of an unclear create: the looks since then that brought a whole list.
    looks: dict[str, int] = {}
    for call in calls:
        if call["route"] == "create":
            blind += looks.get(call["body"], LOOKS) < LOOKS
            looks[call["body"]] = LOOKS if _refused(call) else 0
        elif call["route"] == "finder" and call["status"] == 200 and not call["played"]:
            looks = {body: count + 1 for body, count in looks.items()}
    return blind


def _refused(call: dict[str, Any]) -> bool:
    return call["status"] in NO and call["acted"] // 100 != 2
