"""Each channel's fields in the editor: what social adds to a post's ways out."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.templatetags.static import static
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cms.outlets import Outlet
from social.channels import aliases, get_channel
from social.compose import clean
from social.outlet_fields import MomentField, PictureField, RemindersField

PICTURE = (("own", _("The post's own picture")), ("other", _("Another picture")), ("none", _("No picture at all")))


def outlets() -> Iterable[Outlet]:
    """Yield an outlet per channel that the settings name."""
    for alias in aliases():
        yield Outlet(alias, get_channel(alias).label, partial(fields, alias), "social/admin/outlet.html", _media())


def _media() -> forms.Media:
    return forms.Media(js=[static("social/compose.js")])


def fits(alias: str, text: str) -> None:
    """Refuse a text that the network would refuse, when the editor saves. Raises ValidationError."""
    channel = get_channel(alias)
    length, limit = channel.length(clean(text)), channel.capabilities.limit
    if length > limit:
        message = _("%(label)s: the text takes %(length)s of %(limit)s characters, as %(label)s counts.")
        raise ValidationError(message, params={"label": channel.label, "length": length, "limit": limit})


def fields(alias: str) -> dict[str, forms.Field]:
    """Return the channel's fields: whether, what, when, with which picture, and the reminders."""
    fitting = [partial(fits, alias)]
    label = {"label": get_channel(alias).label}
    return {
        "announce": forms.BooleanField(label=_("Announce on %(label)s") % label, required=False, initial=True),
        # The page's own field shows the suggestion; this one holds what the editor wrote instead of it.
        "text": forms.CharField(
            label=_("Text on %(label)s") % label,
            required=False,
            validators=fitting,
            widget=forms.Textarea(attrs={"hidden": True, "aria-hidden": "true", "tabindex": "-1"}),
        ),
        "update": forms.BooleanField(
            label=_("Change the text there too, when I change it after publication"), required=False, initial=True
        ),
        "when": _choice(_("When"), (("window", _soon()), ("at", _("At a chosen time"))), "window"),
        "at": MomentField(label=_("Time"), required=False),
        **_picture_fields(alias),
        "reminders": RemindersField(label=_("Reminders"), required=False, validators=fitting),
    }


def _soon() -> str:
    minutes = round(settings.ANNOUNCE_DELAY_SECONDS / 60)
    if not minutes:
        return gettext("At once when it is published")
    words = ngettext(
        "When it is published; it can be stopped for %(minutes)s minute",
        "When it is published; it can be stopped for %(minutes)s minutes",
        minutes,
    )
    return words % {"minutes": minutes}


def _picture_fields(alias: str) -> dict[str, forms.Field]:
    if not get_channel(alias).capabilities.pictures:
        return {}
    return {
        "picture": _choice(_("Picture"), PICTURE, "own"),
        "picture_id": PictureField(label=_("The other picture"), required=False),
    }


def _choice(label: Any, choices: Iterable[tuple[str, Any]], initial: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, initial=initial, required=False, widget=forms.RadioSelect)
