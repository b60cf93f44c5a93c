"""Event: days, place, programme and the association's people on site."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.snippets.blocks import SnippetChooserBlock

from cms.blocks import LinkBlock, link_url
from cms.keydates import Moment, by_deadline, on_day
from cms.pages.post import Post
from cms.teaser import Fact, Link, PersonPart, Table


class SessionBlock(blocks.StructBlock):
    """A point in the programme."""

    day = blocks.DateBlock(label=_("Day"))
    time = blocks.CharBlock(label=_("Time"), required=False, help_text=_("Such as 09.30–10.15."))
    title = blocks.CharBlock(label=_("What"))
    who = blocks.CharBlock(label=_("Who"), required=False)

    class Meta:
        icon = "time"
        label = _("Session")


class OnSiteBlock(blocks.StructBlock):
    """One of the association's people at the event."""

    person = SnippetChooserBlock("cms.Person", label=_("Person"))
    days = blocks.CharBlock(label=_("Days"), required=False, help_text=_("Such as “14 och 15 juni”."))
    preliminary = blocks.BooleanBlock(label=_("Preliminary"), required=False)
    contact = blocks.CharBlock(label=_("Contact"), required=False)

    class Meta:
        icon = "user"
        label = _("On site")


class Event(Post):
    """Something to go to."""

    KIND = "event"
    SECTION = ("evenemang", "Evenemang")

    first_day = models.DateField(_("first day"), null=True, blank=True)
    last_day = models.DateField(_("last day"), null=True, blank=True)
    pre_day = models.DateField(_("pre-day"), null=True, blank=True)
    pre_day_name = models.CharField(_("name of the pre-day"), max_length=200, blank=True)
    days_text = models.CharField(
        _("days in words"), max_length=100, blank=True, help_text=_("Such as “mars–april”, when no day is set yet.")
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    theme = models.CharField(_("theme"), max_length=300, blank=True)
    member_discount = models.CharField(_("member discount"), max_length=300, blank=True)
    registration_url = models.URLField(_("address for registration"), blank=True, max_length=500)
    registration_closes = models.DateField(_("last day to register"), null=True, blank=True)
    programme = StreamField([("session", SessionBlock())], verbose_name=_("programme"), blank=True)
    on_site = StreamField([("person", OnSiteBlock())], verbose_name=_("our people on site"), blank=True)
    documentation = StreamField([("link", LinkBlock())], verbose_name=_("documentation"), blank=True)

    own_panels = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("first_day"), FieldPanel("last_day"), FieldPanel("days_text")]),
                FieldRowPanel([FieldPanel("pre_day"), FieldPanel("pre_day_name")]),
            ],
            heading=_("Days"),
        ),
        FieldRowPanel([FieldPanel("place"), FieldPanel("theme")]),
        FieldPanel("member_discount"),
        FieldRowPanel([FieldPanel("registration_url"), FieldPanel("registration_closes")]),
        FieldPanel("programme"),
        FieldPanel("on_site"),
        FieldPanel("documentation"),
    ]

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")

    class OnSite(Schema):
        """One of the association's people at the event."""

        name: str
        days: str
        preliminary: bool
        contact: str
        competences: str

    class Session(Schema):
        """A point in the programme; `day` is an ISO date."""

        day: str
        time: str
        title: str
        who: str

    class Document(Schema):
        """A link to documentation."""

        text: str
        url: str

    class Fields(Schema):
        """Place, theme, registration, programme and people; the days are key dates."""

        place: str
        theme: str
        member_discount: str
        registration_url: str
        programme: "list[Event.Session]"
        on_site: "list[Event.OnSite]"
        documentation: "list[Event.Document]"

    def clean(self) -> None:
        """Demand that the days follow one another."""
        super().clean()
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValidationError({"last_day": _("The last day can't come before the first.")})
        if self.pre_day and self.first_day and self.pre_day >= self.first_day:
            raise ValidationError({"pre_day": _("The pre-day comes before the first day.")})

    def fields(self) -> dict[str, Any]:
        """Return place, theme, registration, programme and people."""
        simple = ("place", "theme", "member_discount", "registration_url")
        return {name: getattr(self, name) for name in simple} | {
            "programme": [{**block.value, "day": block.value["day"].isoformat()} for block in self.programme],
            "on_site": [
                {
                    "name": value["person"].name,
                    "competences": value["person"].competences,
                    **{name: value[name] for name in ("days", "preliminary", "contact")},
                }
                for value in self.present()
            ],
            "documentation": [{"text": link.text, "url": link.url} for link in self.document_links()],
        }

    def present(self) -> list[Any]:
        """Return the people on site who still exist."""
        return [block.value for block in self.on_site if block.value["person"]]

    def document_links(self) -> tuple[Link, ...]:
        """Return the links to documentation."""
        return tuple(Link(block.value["text"], link_url(block.value)) for block in self.documentation)

    def own_moments(self, now: datetime | None = None) -> list[Moment]:
        """Return pre-day, days and last day to register."""
        in_words = [Moment("event", _("When"), "text", text=self.days_text)] if self.days_text and not self.first_day else []
        return [
            *on_day("event", _("When"), self.first_day, last=self.last_day, place=self.place),
            *in_words,
            *on_day("pre_day", self.pre_day_name or _("Pre-day"), self.pre_day),
            *by_deadline("registration", _("Last day to register"), self.registration_closes),
        ]

    def programme_tables(self) -> tuple[Table, ...]:
        """Return a table per day of the programme."""
        sessions = [block.value for block in self.programme]
        return tuple(
            Table(
                date_format(day, "j F Y"),
                (str(_("Time")), str(_("What")), str(_("Who"))),
                tuple((value["time"], value["title"], value["who"]) for value in sessions if value["day"] == day),
            )
            for day in sorted({value["day"] for value in sessions})
        )

    def people(self) -> tuple[PersonPart, ...]:
        """Return the people on site with their days and competences."""
        return tuple(self.person(value) for value in self.present())

    @staticmethod
    def person(value: Any) -> PersonPart:
        """Return one person on site."""
        person = value["person"]
        days = str(_("%(days)s (preliminary)")) % {"days": value["days"]} if value["preliminary"] else value["days"]
        roles = tuple(filter(None, (", ".join(filter(None, (person.title, person.employer))), person.competences)))
        detail = " · ".join(filter(None, (days, value["contact"])))
        return PersonPart(person.name, roles, detail, person.portrait.words if person.portrait else None)

    def own_structure(self, now: datetime) -> dict[str, Any]:
        """Say when, where and how to register; without a first day it is an article about something to come."""
        if self.first_day is None:
            return {}
        place = {"@type": "Place", "name": self.place, "address": self.place} if self.place else {}
        offer = {"@type": "Offer", "url": self.registration_url, "availability": "https://schema.org/InStock"}
        return {
            "@type": "Event",
            "startDate": self.first_day.isoformat(),
            "endDate": (self.last_day or self.first_day).isoformat(),
            "eventStatus": "https://schema.org/EventScheduled",
            "location": place,
            "offers": offer if self.registration_url and self.is_open(now) else {},
        }

    def own_parts(self, now: datetime) -> dict[str, Any]:
        """Show place, theme, discount, programme and people; registration while it is open."""
        facts = ((_("Place"), self.place), (_("Theme"), self.theme), (_("For members"), self.member_discount))
        action = Link(str(_("Register")), self.registration_url) if self.registration_url and self.is_open(now) else None
        return {
            "facts": tuple(Fact(str(label), value) for label, value in facts if value),
            "people": self.people(),
            "tables": self.programme_tables(),
            "links": self.document_links(),
            "action": action,
        }
