"""Call for submissions: what is wanted, by when, and what follows."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel

from cms.keydates import Moment, by_deadline, on_day
from cms.pages.post import Post
from cms.teaser import Fact, Link


class Call(Post):
    """A call; closed after its deadline without anybody's hand."""

    KIND = "call"
    SECTION = ("utlysningar", "Utlysningar")

    wanted = models.CharField(
        _("what is wanted"), max_length=200, blank=True, help_text=_("Such as “abstract” or “nomineringar”.")
    )
    organiser = models.CharField(_("organiser"), max_length=200, blank=True)
    deadline = models.DateField(_("deadline"), null=True, blank=True, help_text=_("Holds until midnight."))
    deadline_time = models.TimeField(_("time of day"), null=True, blank=True)
    deadline_text = models.CharField(
        _("deadline in words"), max_length=100, blank=True, help_text=_("Such as “mars–april”, when no day is set yet.")
    )
    decision = models.DateField(_("decision day"), null=True, blank=True)
    event_first = models.DateField(_("event's first day"), null=True, blank=True)
    event_last = models.DateField(_("event's last day"), null=True, blank=True)
    event_place = models.CharField(_("place"), max_length=200, blank=True)
    link = models.URLField(_("link to the call"), blank=True, max_length=500)

    own_panels = [
        FieldRowPanel([FieldPanel("wanted"), FieldPanel("organiser")]),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("deadline"), FieldPanel("deadline_time"), FieldPanel("deadline_text")]),
                FieldPanel("decision"),
                FieldRowPanel([FieldPanel("event_first"), FieldPanel("event_last"), FieldPanel("event_place")]),
            ],
            heading=_("Key dates"),
        ),
        FieldPanel("link"),
    ]

    class Meta:
        verbose_name = _("call for submissions")
        verbose_name_plural = _("calls for submissions")

    class Fields(Schema):
        """The call's own facts; its dates are the key dates."""

        wanted: str
        organiser: str
        event_place: str
        link: str

    def clean(self) -> None:
        """Demand that the days follow one another."""
        super().clean()
        if self.event_first and self.event_last and self.event_last < self.event_first:
            raise ValidationError({"event_last": _("The last day can't come before the first.")})
        if self.deadline and self.decision and self.decision < self.deadline:
            raise ValidationError({"decision": _("The decision can't come before the deadline.")})

    def fields(self) -> dict[str, Any]:
        """Return the call's own facts."""
        return {name: getattr(self, name) for name in self.Fields.model_fields}

    def own_moments(self, now: datetime | None = None) -> list[Moment]:
        """Return deadline, decision and event days."""
        return [
            *by_deadline("deadline", _("Last day"), self.deadline, self.deadline_time, self.deadline_text),
            *on_day("decision", _("Decision"), self.decision),
            *on_day("event", _("Event"), self.event_first, last=self.event_last, place=self.event_place),
        ]

    def own_parts(self, now: datetime) -> dict[str, Any]:
        """Show who calls for what, and the way there while it is open."""
        facts = ((_("Wanted"), self.wanted), (_("Organiser"), self.organiser), (_("Place"), self.event_place))
        action = Link(str(_("Read more and submit") if self.is_open(now) else _("Read more")), self.link) if self.link else None
        return {"facts": tuple(Fact(str(label), value) for label, value in facts if value), "action": action}
