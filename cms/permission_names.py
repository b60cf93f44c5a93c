"""Rights by Swedish names: Django writes them in English into its table, where no catalogue reaches them."""

from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

ACTS = {
    "add": gettext_noop("Can add: %(thing)s"),
    "change": gettext_noop("Can change: %(thing)s"),
    "delete": gettext_noop("Can delete: %(thing)s"),
    "view": gettext_noop("Can look at: %(thing)s"),
}


def after_migrate(app_config: AppConfig, using: str, **kwargs: Any) -> None:
    """Receive Django's `post_migrate`: name the rights anew when the last app has got its own."""
    # Apps without tables are not told of.
    if app_config is [one for one in apps.get_app_configs() if one.models_module is not None][-1]:
        name_rights(using)


def name_rights(using: str = "default") -> int:
    """Give every right its Swedish name; returns how many had another. May be repeated."""
    other = []
    with translation.override(settings.LANGUAGE_CODE):
        for right in Permission.objects.using(using).select_related("content_type"):
            name = name_of(right)[:255]
            if name != right.name:
                right.name = name
                other.append(right)
    Permission.objects.using(using).bulk_update(other, ["name"], batch_size=200)
    return len(other)


def name_of(right: Permission) -> str:
    """Return the name in the language that is spoken now: Django's four from its act, others from the catalogues."""
    model = right.content_type.model_class()
    act, _dash, rest = right.codename.partition("_")
    if model is None or act not in ACTS or rest != model._meta.model_name:
        return _(right.name)
    return _(ACTS[act]) % {"thing": model._meta.verbose_name}
