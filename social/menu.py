"""The room's entry in the admin's menu."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import Menu, MenuItem

from social.channels import aliases, get_channel
from social.connection import may_connect
from social.following import FollowersItem


class ChannelItem(MenuItem):
    """One channel's connection, for those who may connect."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Tell whether the reader may connect."""
        return may_connect(request.user)


class SocialMenu(Menu):
    """The queue, then every channel that the settings name."""

    def __init__(self) -> None:
        """Leave the entries until they are asked for: settings name the channels."""
        super().__init__(register_hook_name=None, construct_hook_name=None)

    @property
    def registered_menu_items(self) -> list[MenuItem]:
        """Return the entries."""
        queue = FollowersItem(_("Queue"), reverse("social_queue"), name="social-queue", icon_name="list-ul", order=10)
        return [queue, *map(_item, aliases())]


def _item(alias: str) -> MenuItem:
    address = reverse("social_connection", args=[alias])
    return ChannelItem(get_channel(alias).label, address, name=f"social-{alias}", icon_name="link", order=50)


social_menu = SocialMenu()
