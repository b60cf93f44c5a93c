"""The admin's pages for API keys: a list with their lives, a form whose answer shows the secret once, a revocation."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import LogActionRegistry, log

from cms import keys
from cms.api import origins
from cms.models import APIKey

SOON = timedelta(days=60)
ACTIONS = {
    "cms.make_key": (gettext_lazy("Make a key"), gettext_lazy("Made the API key")),
    "cms.revoke_key": (gettext_lazy("Revoke a key"), gettext_lazy("Revoked the API key")),
}


def register_actions(actions: LogActionRegistry) -> None:
    """Make our actions known to Wagtail's log."""
    for action, (label, message) in ACTIONS.items():
        actions.register_action(action, label, message)


def life(key: APIKey, now: datetime) -> str:
    """Return in words how long `key` works."""
    if key.revoked_at:
        return _("revoked %(day)s") % {"day": _day(key.revoked_at)}
    if key.expires_at is None:
        return _("until it is revoked")
    if key.expires_at <= now:
        return _("expired %(day)s") % {"day": _day(key.expires_at)}
    if key.expires_at - now > SOON:
        return _("expires %(day)s") % {"day": _day(key.expires_at)}
    days = (localtime(key.expires_at).date() - localtime(now).date()).days
    if days == 0:
        return _("expires today")
    return ngettext("expires in %(count)s day", "expires in %(count)s days", days) % {"count": days}


def last_use(key: APIKey) -> str:
    """Return in words when `key` was used last."""
    return date_format(localtime(key.last_used_at), "j F Y, H.i") if key.last_used_at else _("never")


def _day(moment: datetime) -> str:
    return date_format(localtime(moment), "j F Y")


class NewKeyForm(WagtailAdminModelForm):
    """What a new key is for."""

    class Meta:
        model = APIKey
        fields = ["name", "kind", "origins", "per_minute", "expires_at"]


class KeyForm(WagtailAdminModelForm):
    """What may still be changed: the kind is part of the key."""

    class Meta:
        model = APIKey
        fields = ["name", "origins", "per_minute", "expires_at"]


class KeysView(generic.IndexView):
    """All keys, the newest first."""

    @cached_property
    def columns(self) -> list[Column]:
        """Name, what can be shown of it, and its life."""
        return [
            self._get_title_column_class(TitleColumn)("name", label=_("Name"), get_url=self.get_edit_url),
            Column("prefix", label=_("Begins with"), accessor=lambda key: f"{key.prefix}…"),
            Column("kind", label=_("For"), accessor=lambda key: str(key.get_kind_display()).partition(":")[0]),
            Column("last_used_at", label=_("Last used"), accessor=last_use),
            Column("expires_at", label=_("Works"), accessor=lambda key: life(key, timezone.now())),
        ]

    def get_list_more_buttons(self, instance: APIKey) -> list[Any]:
        """Call the deletion what it is, and offer it once."""
        buttons, leave = super().get_list_more_buttons(instance), self.get_delete_url(instance)
        for button in buttons:
            if leave and button.url == leave:
                button.label = _("Revoke")
        return [button for button in buttons if not (instance.revoked_at and button.url == leave)]


class MakeView(generic.CreateView):
    """The form for a new key; its answer is the only page that ever shows the secret."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Make the key and show its secret: not by way of a redirect, which would have to keep it somewhere."""
        self.form, self.object = form, form.instance
        secret = keys.make(form.instance, self.request.user, timezone.now())
        origins.forget()
        log(self.object, "cms.make_key", user=self.request.user)
        title = _("The key for “%(name)s” is made") % {"name": self.object.name}
        context = super().get_context_data(secret=secret, key=self.object, page_title=title, header_title=title)
        answer = TemplateResponse(self.request, "admin/key_made.html", context)
        add_never_cache_headers(answer)
        return answer


class ChangeView(generic.EditView):
    """A key's name, limit, origins and end."""

    delete_item_label = gettext_lazy("Revoke")

    def save_instance(self) -> Any:
        """Save, and let browsers' origins be asked for anew."""
        saved = super().save_instance()
        origins.forget()
        return saved


class RevokeView(generic.DeleteView):
    """Asks whether to revoke; the row stays, as evidence."""

    page_title = gettext_lazy("Revoke")
    template_name = "admin/key_revoke.html"

    @property
    def confirmation_message(self) -> str:
        """Say what happens."""
        return _("The front end that uses the key is refused from now on. A revoked key can't be brought back.")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Revoke the key, and say so."""
        key = self.get_object()
        if keys.revoke(key, timezone.now()):
            origins.forget()
            log(key, "cms.revoke_key", user=request.user)
        messages.success(request, _("The key for “%(name)s” is revoked.") % {"name": key.name})
        return redirect(self.get_success_url())


class KeyViewSet(ModelViewSet):
    """The pages under Settings."""

    model = APIKey
    icon = "key"
    menu_label = gettext_lazy("API keys")
    menu_name = "api_keys"
    menu_order = 601
    add_to_settings_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    index_view_class = KeysView
    add_view_class = MakeView
    edit_view_class = ChangeView
    delete_view_class = RevokeView

    def get_form_class(self, for_update: bool = False) -> type[WagtailAdminModelForm]:
        """Return the form for a new key, or the shorter one for a change."""
        return KeyForm if for_update else NewKeyForm
