"""The editor's form of all registered outlets: one JSON field, one small form per outlet."""

from typing import Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.template.loader import render_to_string

from cms import outlets


def _forms(name: str, data: Any = None, stored: dict[str, Any] | None = None) -> list[tuple[outlets.Outlet, forms.Form]]:
    made = []
    for outlet in outlets.registered():
        form = type("OutletForm", (forms.Form,), outlet.fields())(
            data, prefix=f"{name}-{outlet.name}", initial=(stored or {}).get(outlet.name, {})
        )
        made.append((outlet, form))
    return made


def as_sent(data: Any, name: str = "outlets") -> dict[str, dict[str, Any]]:
    """Return `{outlet: {field: value}}` of what a form has so far, unfinished as it may be; what can't be cleaned stays raw."""
    found = {}
    for outlet, form in _forms(name, data):
        form.is_valid()
        raw = {field: form[field].data for field in form.fields}
        found[outlet.name] = raw | form.cleaned_data
    return found


class OutletsWidget(forms.Widget):
    """Shows each outlet's fields below its label."""

    @property
    def media(self) -> forms.Media:
        """What the outlets and their fields need."""
        found = forms.Media()
        for outlet, form in _forms("outlets"):
            found += form.media
            if outlet.media is not None:
                found += outlet.media
        return found

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> str:
        """Render all outlets' forms; a rejected form shows what was sent and why."""
        bound = value if isinstance(value, list) else _forms(name, stored=value or {})
        return render_to_string("admin/outlets.html", {"forms": bound})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[tuple[outlets.Outlet, forms.Form]]:
        """Bind each outlet's form to what was sent."""
        return _forms(name, data)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Unticked boxes send nothing, so nothing is ever taken as omitted."""
        return False


class OutletsField(forms.Field):
    """Cleans to `{outlet: {field: value}}`."""

    widget = OutletsWidget

    def to_python(self, value: Any) -> dict[str, Any]:
        """Validate every outlet's form; raises ValidationError with their messages."""
        if isinstance(value, dict) or value is None:
            return value or {}
        errors = [error for _, form in value if not form.is_valid() for found in form.errors.values() for error in found]
        if errors:
            raise forms.ValidationError(errors)
        return {outlet.name: form.cleaned_data for outlet, form in value}

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what would be stored."""
        try:
            return self.to_python(data) != (initial or {})
        except forms.ValidationError:
            return True


class OutletsJSONField(models.JSONField):
    """The stored values of all outlets; edited with OutletsField."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"encoder": DjangoJSONEncoder, **kwargs})

    def formfield(self, **kwargs: Any) -> forms.Field:
        """Edit with one small form per outlet instead of JSON."""
        return OutletsField(label=kwargs.get("label", self.verbose_name), required=False)
