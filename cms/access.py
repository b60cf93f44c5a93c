"""Registry: who may read members-only posts. Empty until another room fills it; then any yes counts.

Two questions: may whoever sends this request to the built-in site, and is somebody a member of whom a front end says that
they have logged in there.
"""

from collections.abc import Callable

from django.http import HttpRequest

Reader = Callable[[HttpRequest], bool]
Known = Callable[[str], bool]
Way = Callable[[str], str]
_readers: list[Reader] = []
_known: list[Known] = []
_ways: list[Way] = []


def register(reader: Reader) -> None:
    """Add a test that says whether a request comes from somebody who may read members-only posts."""
    _readers.append(reader)


def register_members(known: Known) -> None:
    """Add a test that says whether a name that a front end gives (a mail address) is that of a living member."""
    _known.append(known)


def register_way_in(way: Way) -> None:
    """Say where a reader of a path logs in."""
    _ways.append(way)


def way_in(path: str) -> str:
    """Return where a reader of `path` logs in as a member, or nothing where nobody can."""
    return next((way(path) for way in _ways), "")


def is_member(name: str) -> bool:
    """Tell whether `name` is that of a living member."""
    return any(known(name) for known in _known)


def may_read_members_only(request: HttpRequest) -> bool:
    """Tell whether `request` may see members-only posts: signed-in editors, and whomever a reader knows."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and user.has_perm("wagtailadmin.access_admin"):
        return True
    return any(reader(request) for reader in _readers)
