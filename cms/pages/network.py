"""Network: members who meet about one thing; who leads it, when it meets, how one joins."""

from datetime import datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField

from cms.keydates import STOCKHOLM, Moment, by_deadline, on_day
from cms.pages import in_charge
from cms.pages.post import Post
from cms.teaser import Fact, Link


class MeetingBlock(blocks.StructBlock):
    """One meeting; without a time it lasts all day."""

    title = blocks.CharBlock(label=_("What"), required=False, max_length=150, help_text=_("Empty: “Nätverksträff”."))
    day = blocks.DateBlock(label=_("Day"))
    time = blocks.TimeBlock(label=_("Begins at"), required=False)
    until = blocks.TimeBlock(label=_("Ends at"), required=False)
    place = blocks.CharBlock(label=_("Place"), required=False, max_length=200)
    link = blocks.URLBlock(label=_("Link"), required=False, help_text=_("To the digital room or the registration."))

    class Meta:
        icon = "date"
        label = _("Meeting")

    def clean(self, value: Any) -> Any:
        """Demand that a meeting ends after it has begun."""
        value = super().clean(value)
        if value["until"] and (value["time"] is None or value["until"] <= value["time"]):
            raise blocks.StructBlockValidationError({"until": ValidationError(_("The meeting ends after it has begun."))})
        return value


class Network(Post):
    """A network; for members only unless an editor opens it. Strangers see when it meets, not where."""

    KIND = "network"
    SECTION = ("natverk", "Nätverk")

    leaders = StreamField([("person", in_charge.InChargeBlock())], verbose_name=_("who leads it"), blank=True)
    meetings = StreamField([("meeting", MeetingBlock())], verbose_name=_("meetings"), blank=True)
    how_to_join = models.TextField(_("how to join"), blank=True)
    contact = models.CharField(_("contact"), max_length=300, blank=True, help_text=_("A name with e-mail or telephone."))

    own_panels = [
        FieldPanel("leaders"),
        FieldPanel("meetings"),
        MultiFieldPanel([FieldPanel("how_to_join"), FieldPanel("contact")], heading=_("Joining")),
    ]

    class Meta:
        verbose_name = _("network")
        verbose_name_plural = _("networks")

    class Meeting(Schema):
        """A meeting; without `time` it lasts all day. Times are Stockholm's."""

        title: str
        day: str
        time: str
        until: str
        place: str
        link: str

    class Fields(Schema):
        """Who leads it, when and where it meets, how one joins."""

        leaders: list[in_charge.InCharge]
        meetings: "list[Network.Meeting]"
        how_to_join: str
        contact: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # A new page comes with named values alone; what is read from the database comes by place.
        if not args:
            kwargs.setdefault("members_only", True)
        super().__init__(*args, **kwargs)

    def fields(self) -> dict[str, Any]:
        """Return who leads it, when and where it meets, how one joins."""
        return {
            "leaders": in_charge.shapes(self.leaders),
            "meetings": [self.meeting(block.value) for block in self.meetings],
            "how_to_join": self.how_to_join,
            "contact": self.contact,
        }

    @staticmethod
    def meeting(value: Any) -> dict[str, str]:
        """Return a meeting with every value as text: "2026-03-06", "09:30"."""
        words = {name: value[name] or "" for name in ("title", "place", "link")}
        clock = {name: f"{value[name]:%H:%M}" if value[name] else "" for name in ("time", "until")}
        return {**words, **clock, "day": value["day"].isoformat()}

    def own_moments(self, now: datetime | None = None) -> list[Moment]:
        """Return the meetings; what they are called and where they are stays with the members."""
        return [moment for block in self.meetings for moment in self.moments_of(block.value)]

    def moments_of(self, value: Any) -> list[Moment]:
        """Return the Moment of one meeting: from hour to hour where both are known."""
        label = (not self.members_only and value["title"]) or _("Network meeting")
        place = "" if self.members_only else value["place"] or ""
        if value["time"] is None:
            return on_day("meeting", label, value["day"], place=place)
        return by_deadline("meeting", label, value["day"], value["time"], until=value["until"], closes=False, place=place)

    def coming(self, now: datetime) -> list[Any]:
        """Return the meetings that aren't over at `now`, the next one first."""
        today = now.astimezone(STOCKHOLM).date()
        coming = [block.value for block in self.meetings if block.value["day"] >= today]
        return sorted(coming, key=lambda value: (value["day"], value["time"] or time.min))

    def present(self) -> list[Any]:
        """Return those who lead it and still exist, as the editor wrote them."""
        return in_charge.present(self.leaders)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the coming meetings."""
        context = super().get_context(request, *args, **kwargs)
        return {**context, "meetings": self.coming(context["now"])}

    def own_parts(self, now: datetime) -> dict[str, Any]:
        """Show who leads it, where it meets next and how one joins; nothing of it where it is for members only."""
        if self.members_only:
            return {}
        following = next(iter(self.coming(now)), None)
        place = ", ".join(filter(None, (date_format(following["day"], "j F"), following["place"]))) if following else ""
        facts = ((_("Next meeting"), place), (_("How to join"), self.how_to_join), (_("Contact"), self.contact))
        link = following["link"] if following else ""
        return {
            "facts": tuple(Fact(str(label), value) for label, value in facts if value),
            "people": in_charge.parts(self.leaders),
            "people_title": str(_("Who leads it")),
            "action": Link(str(_("To the next meeting")), link) if link else None,
        }
