"""One at a time: of many requests for an answer that nobody keeps yet, one makes it and the others of its process wait.

Each publication makes every kept answer stale at once, so this is the usual case on a busy site. Locks of
the process are enough: there are few processes, and nothing is left locked by one that dies.
"""

import threading
from collections.abc import Callable
from http import HTTPStatus

from django.core.cache import cache
from django.http import HttpResponse

KEEP_SECONDS = 3600
# Answers share locks, so that they need no book-keeping; now and then one waits for another's.
LOCKS = [threading.Lock() for _ in range(64)]


def once(key: str, make: Callable[[], HttpResponse]) -> HttpResponse:
    """Return what `make` makes, and keep its body under `key` if it is a success; or what another has made meanwhile."""
    with LOCKS[hash(key) % len(LOCKS)]:
        body = cache.get(key)
        if body is not None:
            return HttpResponse(body)
        response = make()
        if response.status_code == HTTPStatus.OK:
            cache.set(key, response.content, KEEP_SECONDS)
        return response
