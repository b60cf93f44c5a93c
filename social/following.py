"""Who may follow the announcements: whoever has to do with the site's pages, or with announcements themselves."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.menu import MenuItem

View = Callable[..., HttpResponseBase]


def may_follow(user: Any) -> bool:
    """Tell whether `user` may look at the queue and at the report."""
    return bool(user_has_any_page_permission(user) or user.has_perm("social.change_announcement"))


def followers(view: View) -> View:
    """Let nobody else into `view`; raises PermissionDenied."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_follow(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapped


class FollowersItem(MenuItem):
    """A way in the menu for them alone."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Tell whether the reader may follow."""
        return may_follow(request.user)
