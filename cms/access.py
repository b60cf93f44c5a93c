"""Registry: who may read members-only posts. Empty until another room fills it; then any yes counts."""

from collections.abc import Callable

from django.http import HttpRequest

Reader = Callable[[HttpRequest], bool]
_readers: list[Reader] = []


def register(reader: Reader) -> None:
    """Add a test that says whether a request comes from somebody who may read members-only posts."""
    _readers.append(reader)


def may_read_members_only(request: HttpRequest) -> bool:
    """Tell whether `request` may see members-only posts: signed-in editors, and whomever a reader knows."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and user.has_perm("wagtailadmin.access_admin"):
        return True
    return any(reader(request) for reader in _readers)
