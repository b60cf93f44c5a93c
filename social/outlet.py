"""Each channel's fields in the editor, and the post's trail: what social adds to cms's registries."""

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cms.outlets import Outlet
from cms.trail import Step
from social.channels import aliases, get_channel
from social.compose import clean
from social.models import FIRST, Announcement


def outlets() -> Iterable[Outlet]:
    """Yield an outlet per channel that the settings name."""
    for alias in aliases():
        yield Outlet(alias, get_channel(alias).label, partial(fields, alias))


def fits(alias: str, text: str) -> None:
    """Refuse a text that the network would refuse, when the editor saves. Raises ValidationError."""
    channel = get_channel(alias)
    length, limit = channel.length(clean(text)), channel.capabilities.limit
    if length > limit:
        message = _(
            "%(label)s: the text takes %(length)s of %(limit)s characters; reserved characters and hashtags count more than once."
        )
        raise ValidationError(message, params={"label": channel.label, "length": length, "limit": limit})


def fields(alias: str) -> dict[str, forms.Field]:
    """Return the switch and the editor's own text for one channel."""
    channel = get_channel(alias)
    label = {"label": channel.label}
    return {
        "announce": forms.BooleanField(
            label=_("Announce on %(label)s") % label,
            required=False,
            initial=True,
            help_text=_("Goes out once, a while after the post is first published; until then it can be stopped."),
        ),
        "text": forms.CharField(
            label=_("Text on %(label)s") % label,
            required=False,
            validators=[partial(fits, alias)],
            widget=forms.Textarea(attrs={"rows": 8}),
            help_text=_(
                "Leave empty to use a summary made from the post. #words become hashtags; "
                "the link and the picture come by themselves. A post for members only goes out only with a text written here."
            ),
        ),
    }


def trail(key: UUID) -> Iterable[Step]:
    """Yield a step per announcement of the post, oldest first."""
    for row in Announcement.objects.filter(translation_key=key).order_by("created_at", "pk"):
        yield Step(at=row.settled_at or row.next_attempt_at, what=occasion_words(row), state=row.state_words, url=row.remote_url)


def occasion_words(row: Announcement) -> str:
    """Return channel and occasion in an editor's words."""
    label = get_channel(row.channel).label
    if row.occasion == FIRST:
        return label
    return str(_("%(channel)s, announced again")) % {"channel": label}
