"""What the room's admin pages have in common: the frame, who may see what, and rows that are only looked at."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.snippets.views.snippets import IndexView

from newsletter.models import Issue, Mailing
from newsletter.places import ISSUE as ISSUE
from newsletter.places import MAILING as MAILING
from newsletter.places import MAY_FOLLOW as MAY_FOLLOW
from newsletter.places import MAY_SEE as MAY_SEE
from newsletter.places import MAY_SEND as MAY_SEND
from newsletter.places import MAY_STEER as MAY_STEER

MEMBER, MAY_EXPORT = "wagtailsnippets_newsletter_member:", "newsletter.export_member"


def may_call_back(user: Any, mailing: Mailing) -> bool:
    """Tell whether `user` may undo a start: whoever steers mailings, and whoever started this one."""
    return bool(user.has_perm(MAY_STEER) or (user.has_perm(MAY_SEND) and mailing.started_by_id == user.pk))


class OurPage(WagtailAdminTemplateMixin, View):
    """A page of ours inside Wagtail's frame; `allowed` names the permissions of which the user needs one."""

    allowed: ClassVar[tuple[str, ...]] = ()
    header_icon = "mail"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse whoever has none of `allowed`."""
        if not any(request.user.has_perm(permission) for permission in self.allowed):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        """Lead back to the list and to the thing itself."""
        own = {"url": "", "label": str(self.page_title), "sublabel": self.get_page_subtitle()}
        return [*super().get_breadcrumbs_items(), *self.trail(), own]

    def trail(self) -> list[dict[str, str]]:
        """Return the crumbs between the admin's home and this page."""
        return []


class IssuePage(OurPage):
    """A page about one issue."""

    allowed: ClassVar[tuple[str, ...]] = ("newsletter.change_issue", "newsletter.publish_issue", MAY_SEND)

    @cached_property
    def issue(self) -> Issue:
        """The issue as it was saved last, approved or not."""
        found = get_object_or_404(Issue, pk=self.kwargs["pk"])
        return found.get_latest_revision_as_object()  # type: ignore[no-any-return]

    def get_page_subtitle(self) -> str:
        """Return the subject."""
        return str(self.issue)

    def trail(self) -> list[dict[str, str]]:
        """Return issues, then this issue."""
        return [
            {"url": reverse(ISSUE + "list"), "label": _("Issues")},
            {"url": reverse(ISSUE + "edit", args=[self.issue.pk]), "label": str(self.issue)},
        ]


class ReadOnly(ModelPermissionPolicy):
    """Rows that only the engine writes: they may be looked at."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Allow to view alone."""
        return action == "view" and any(user.has_perm(permission) for permission in MAY_FOLLOW)


class LookedAtView(IndexView):
    """Rows that only the engine writes, as a list."""

    @property
    def columns(self) -> list[Column]:
        """Offer no boxes to tick: nothing is done to many at once."""
        return super().columns[1:]  # type: ignore[no-any-return]

    def get_list_more_buttons(self, instance: Any) -> list[Any]:
        """Offer nothing else."""
        return []


class NeverDeleted(ModelPermissionPolicy):
    """Rows that the ledger points at."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Allow what the user may do, except deleting."""
        return action != "delete" and bool(super().user_has_permission(user, action))


class MadeByFile(ModelPermissionPolicy):
    """Imports: whoever may make one may look at all; they are made by sending a file, never written by hand."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Allow to view alone."""
        return action == "view" and bool(user.has_perm("newsletter.add_memberimport"))
