"""The form of an endpoint, and whether an address may be called at all."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.fetch import Forbidden, NoSuchName, NotSent, resolve
from cms.models import HookEndpoint
from cms.webhooks import events

PORTS = {"https": 443, "http": 80}


def check_address(address: str) -> None:
    """Look the address up. Raises ValidationError, in words, for what can't or may not be called.

    Looked at again at every attempt: names can be given other addresses later.
    """
    host, port, scheme = _parts(address)
    try:
        found = resolve(host, port)
    except NoSuchName:
        raise ValidationError(_("There is no computer named %(host)s. Is it spelled right?") % {"host": host}) from None
    except NotSent:
        raise ValidationError(_("%(host)s couldn't be looked up right now. Try again in a moment.") % {"host": host}) from None
    except Forbidden:
        words = _("%(host)s lies in a network that Ordet may not call. Use a public address, or ask whoever runs Ordet.")
        raise ValidationError(words % {"host": host}) from None
    if scheme == "http" and ipaddress.ip_address(found).is_global:
        raise ValidationError(_("The address must begin with https://, else others can read and change what is sent."))


def _parts(address: str) -> tuple[str, int, str]:
    try:
        parts = urlsplit(address)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        parts, port = urlsplit(""), 0
    if not port or not parts.hostname or parts.username or parts.password or not address.isprintable() or " " in address:
        raise ValidationError(_("This isn't a web address. It begins with https:// and has no user name in it."))
    return parts.hostname, port, parts.scheme


class EndpointForm(forms.Form):
    """Name, address and events."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("What editors see, such as “the website”.")
    )
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=1000,
        help_text=gettext_lazy("Where the messages are sent, as the front end's developer gives it to you."),
        widget=forms.URLInput,
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("What it is told of"), choices=events.CHOICES, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, endpoint: HookEndpoint | None = None, **kwargs: Any) -> None:
        """Begin with what stands in `endpoint`, or, for a new one, with all events chosen."""
        self.endpoint = endpoint
        start: dict[str, Any] = {"events": [name for name, _label in events.CHOICES]}
        if endpoint is not None:
            start = {"name": endpoint.name, "address": endpoint.address, "events": endpoint.events}
        super().__init__(*args, initial=start, **kwargs)

    def clean_name(self) -> str:
        """Refuse a name that another one has."""
        name: str = self.cleaned_data["name"]
        others = HookEndpoint.objects.filter(name=name)
        if self.endpoint is not None:
            others = others.exclude(pk=self.endpoint.pk)
        if others.exists():
            raise ValidationError(_("There is a webhook of that name already."))
        return name

    def clean_address(self) -> str:
        """Refuse what may not be called; an address that stays is not looked up again."""
        address: str = self.cleaned_data["address"]
        if self.endpoint is None or address != self.endpoint.address:
            check_address(address)
        return address
