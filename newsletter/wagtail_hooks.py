"""Registers what the room adds to the admin; no logic here."""

from typing import Any

from django.contrib.auth.models import Permission
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from wagtail import hooks
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from newsletter import audit, linkcheck
from newsletter.admin import NewsletterGroup, adding, applications, deleting, tidying
from newsletter.admin.choosing import post_chooser
from newsletter.admin.frame import MadeByFile, NeverDeleted, ReadOnly
from newsletter.chooser import only_published
from newsletter.models import BounceReport, Issue, Mailing, MailingList, Member, MemberImport, ProviderEvent, RelayState
from newsletter.playsign import PlaySignOperation

register_permission_policy(Mailing, ReadOnly(Mailing))
register_permission_policy(RelayState, ReadOnly(RelayState))
register_permission_policy(BounceReport, ReadOnly(BounceReport))
register_permission_policy(ProviderEvent, ReadOnly(ProviderEvent))
register_permission_policy(Member, NeverDeleted(Member))
register_permission_policy(MailingList, NeverDeleted(MailingList))
register_permission_policy(MemberImport, MadeByFile(MemberImport))
register_snippet(NewsletterGroup)
hooks.register("construct_page_chooser_queryset", only_published)
hooks.register("register_log_actions", audit.register)
hooks.register("before_delete_snippet", deleting.refuse)
hooks.register("register_admin_urls", tidying.urls)
hooks.register("register_admin_urls", adding.urls)
hooks.register("register_admin_urls", applications.urls)


@hooks.register("register_permissions")
def to_look_only() -> Any:
    """Offer groups to look without changing; Wagtail offers that of what is edited by its own forms alone."""
    looks = ["view_member", "view_mailing", "view_membershipapplication", "change_membershipapplication"]
    return Permission.objects.filter(content_type__app_label="newsletter", codename__in=looks)


@hooks.register("register_admin_viewset")
def post_chooser_viewset() -> Any:
    """Add the window in which posts are picked for an issue."""
    return post_chooser


@hooks.register("insert_global_admin_css")
def compose_css() -> str:
    """Style what stands in Wagtail's own windows."""
    return format_html('<link rel="stylesheet" href="{}">', static("newsletter/compose.css"))


@hooks.register("register_image_operations")
def image_operations() -> list[tuple[str, Any]]:
    """Add the play sign."""
    return [("playsign", PlaySignOperation)]


@hooks.register("after_create_snippet")
@hooks.register("after_edit_snippet")
def try_links(request: HttpRequest, instance: Any) -> None:
    """Ask a worker for the links of an issue that was saved."""
    if isinstance(instance, Issue):
        linkcheck.ask_for(instance, timezone.now())
