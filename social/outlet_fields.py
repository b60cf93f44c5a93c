"""The form fields that a channel's outlet is made of; each cleans to what JSON can hold."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateTimeInput
from wagtail.images.widgets import AdminImageChooser

from cms.models import Picture
from social.reminders import KEY


class MomentField(forms.DateTimeField):
    """A time in Stockholm, stored as ISO 8601 in UTC; "" for none. Refuses an hour that the clocks skip or double."""

    widget = AdminDateTimeInput

    def prepare_value(self, value: Any) -> Any:
        """Show a stored time as Stockholm's clock has it."""
        stored = parse_datetime(value) if isinstance(value, str) else value
        return timezone.localtime(stored) if isinstance(stored, datetime) and stored.tzinfo else value

    def clean(self, value: Any) -> str:
        """Return the ISO text; raises ValidationError."""
        found = super().clean(value)
        return found.astimezone(timezone.get_fixed_timezone(0)).isoformat() if found else ""


class LaterForm(forms.Form):
    """When a row shall go out."""

    at = MomentField(label=_("Goes out at (Swedish time)"))


class PictureField(forms.IntegerField):
    """A picture by its id, chosen as everywhere in the admin."""

    widget = AdminImageChooser

    def clean(self, value: Any) -> int | None:
        """Return the id of a picture that exists; raises ValidationError."""
        found = super().clean(value)
        if found and not Picture.objects.filter(pk=found).exists():
            raise ValidationError(_("The picture doesn't exist."))
        return found


class RemindersWidget(forms.Widget):
    """Keeps what was chosen; the page's script puts the choices there, made from the dates as they stand in the form."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> str:
        """Render the stored choice as hidden fields, so that a form saved unseen keeps it."""
        return render_to_string("social/admin/reminders_kept.html", {"name": name, "chosen": value or {}})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        """Return key → text of what is ticked."""
        keys = data.getlist(name) if hasattr(data, "getlist") else []
        return {key: str(data.get(f"{name}-text:{key}", "")).replace("\r\n", "\n").strip() for key in keys}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Unticked boxes send nothing, so nothing is ever taken as omitted."""
        return False


class RemindersField(forms.Field):
    """Cleans to `{key: text}`; `validators` check each text."""

    widget = RemindersWidget

    def clean(self, value: Any) -> dict[str, str]:
        """Return the choice; raises ValidationError for a text that can't go out."""
        chosen = {key: text for key, text in (value or {}).items() if KEY.fullmatch(key)}
        for text in chosen.values():
            self.run_validators(text)
        return chosen
