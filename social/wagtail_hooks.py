"""Registers what the room adds to the admin; no logic here."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem, SubmenuMenuItem
from wagtail.admin.widgets import Button

from social import (
    admin,
    announcing_admin,
    change_admin,
    compose_admin,
    connection_admin,
    menu,
    panel,
    report_admin,
    views,
    warning,
)
from social.following import FollowersItem, followers


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    """Add the queue, its rows, announcing and the connection."""
    return [
        path("social/", followers(admin.queue), name="social_queue"),
        path("social/compose/", compose_admin.compose, name="social_compose"),
        path("social/connection/linkedin/choose/", views.choose, name="social_choose"),
        path("social/connection/<slug:alias>/", connection_admin.connection_page, name="social_connection"),
        path("social/connection/<slug:alias>/disconnect/", connection_admin.disconnect, name="social_disconnect"),
        path("social/connection/<slug:alias>/<slug:name>/", connection_admin.connection_act, name="social_connection_act"),
        path("social/announce/<int:page_id>/", announcing_admin.announce_post, name="social_announce"),
        path("reports/social/", followers(report_admin.SocialReport.as_view()), name="social_report"),
        path("reports/social/csv/", followers(report_admin.report_file), name="social_report_file"),
        path("social/<int:pk>/", followers(admin.detail), name="social_announcement"),
        path("social/<int:pk>/<slug:name>/", admin.act, name="social_act"),
        path("social/<int:pk>/change/<slug:name>/", change_admin.act, name="social_change"),
    ]


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    """Lead to the queue and the channels."""
    return SubmenuMenuItem(_("Social media"), menu.social_menu, name="social", icon_name="share", order=420)


@hooks.register("register_reports_menu_item")
def report_item() -> MenuItem:
    """Lead to the report of all that was announced."""
    return FollowersItem(_("Social media"), reverse("social_report"), name="social-report", icon_name="share", order=110)


@hooks.register("register_page_header_buttons")
@hooks.register("register_page_listing_more_buttons")
def announce_button(page: Any, user: Any, *args: Any, **kwargs: Any) -> Iterator[Button]:
    """Offer "Announce" on every live post."""
    if page.live and getattr(page.specific_class, "LISTED", False) and page.permissions_for_user(user).can_publish():
        yield Button(_("Announce"), reverse("social_announce", args=[page.pk]), icon_name="share", priority=62)


hooks.register("before_unpublish_page", change_admin.before_unpublish)
hooks.register("before_delete_page", change_admin.before_delete)
hooks.register("before_bulk_action", change_admin.before_bulk)
hooks.register("after_unpublish_page", change_admin.after_page)
hooks.register("after_delete_page", change_admin.after_page)
hooks.register("after_bulk_action", change_admin.after_page)
hooks.register("before_edit_page", change_admin.before_edit)
hooks.register("after_edit_page", change_admin.after_edit)


@hooks.register("construct_homepage_panels")
def trouble_panel(request: HttpRequest, panels: list[Any]) -> None:
    """Tell on the first page of connections that need somebody."""
    if troubles := warning.warnings(timezone.now()):
        panels.append(panel.TroublePanel(troubles))


@hooks.register("register_icons")
def icons(names: list[str]) -> list[str]:
    """Add the sign for what is passed on."""
    return [*names, "social/icons/share.svg"]


@hooks.register("insert_global_admin_css")
def style() -> str:
    """Add the room's few rules."""
    return format_html('<link rel="stylesheet" href="{}">', static("social/admin.css"))


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    """Offer the room's rights in the groups' form."""
    names = ["change_announcement", "change_channelstate"]
    return Permission.objects.filter(content_type__app_label="social", codename__in=names)
