"""Wagtail's app of users, with our form."""

from wagtail.users.apps import WagtailUsersAppConfig


class UsersConfig(WagtailUsersAppConfig):
    """Lets the users' pages know of a user's region."""

    user_viewset = "cms.user_admin.UserViewSet"
