"""Registers the room's snippets and pages in the admin; no logic here."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from cms import (
    again_admin,
    keys_admin,
    page_checks,
    planned_admin,
    remarks_admin,
    review_admin,
    spread_admin,
    thumbs,
    wagtail_mended,
)
from cms.dashboard import NewPostPanel
from cms.models import Abbreviation, Person, Region, Topic
from cms.planned_admin import ComingPanel
from cms.review_admin import ReviewPanel
from cms.webhooks import admin as webhooks_admin


class PersonViewSet(SnippetViewSet):
    """People."""

    model = Person
    icon = "user"
    list_display = ["name", "title", "employer"]
    search_fields = ["name", "employer"]


class TopicViewSet(SnippetViewSet):
    """Topics."""

    model = Topic
    icon = "tag"


class RegionViewSet(SnippetViewSet):
    """Regions."""

    model = Region
    icon = "site"


class AbbreviationViewSet(SnippetViewSet):
    """Abbreviations."""

    model = Abbreviation
    icon = "openquote"
    list_display = ["short", "meaning"]


class VocabularyViewSetGroup(SnippetViewSetGroup):
    """All of them under one menu entry."""

    items = (PersonViewSet, TopicViewSet, RegionViewSet, AbbreviationViewSet)
    menu_icon = "list-ul"
    menu_label = _("People and words")
    menu_name = "vocabulary"
    menu_order = 300


register_snippet(VocabularyViewSetGroup)
wagtail_mended.mend()
thumbs.mend()
hooks.register("insert_global_admin_css", thumbs.style)
hooks.register("construct_wagtail_userbar", page_checks.exchange)
hooks.register("register_admin_urls", remarks_admin.urls)
hooks.register("register_page_header_buttons", remarks_admin.button)
hooks.register("after_publish_page", remarks_admin.after_publish)
hooks.register("register_reports_menu_item", remarks_admin.menu_item)
hooks.register("register_admin_urls", again_admin.urls)
hooks.register("register_page_header_buttons", again_admin.button)
hooks.register("register_page_listing_more_buttons", again_admin.button)
hooks.register("register_log_actions", keys_admin.register_actions)
hooks.register("register_admin_urls", spread_admin.urls)
hooks.register("register_admin_urls", webhooks_admin.urls)
hooks.register("register_settings_menu_item", webhooks_admin.menu_item)
hooks.register("register_permissions", webhooks_admin.permissions)
hooks.register("register_page_header_buttons", spread_admin.button)
hooks.register("register_page_listing_more_buttons", spread_admin.button)
hooks.register("after_publish_page", spread_admin.after_publish)
hooks.register("register_admin_urls", planned_admin.urls)
hooks.register("register_reports_menu_item", planned_admin.menu_item)
hooks.register("register_admin_urls", review_admin.urls)
hooks.register("register_reports_menu_item", review_admin.menu_item)


@hooks.register("construct_homepage_panels")
def add_new_post_panel(request: HttpRequest, panels: list[Any]) -> None:
    """Put the shortcuts to new posts, and what goes out next, on the admin's first page."""
    panels += [NewPostPanel(), ComingPanel(timezone.now()), ReviewPanel(timezone.now())]


@hooks.register("register_admin_viewset")
def key_viewset() -> Any:
    """Add the pages for API keys under Settings."""
    return keys_admin.KeyViewSet()
