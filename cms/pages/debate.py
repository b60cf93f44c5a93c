"""Debate article: what members of the association have signed in a paper."""

from datetime import date, datetime
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

from cms.keydates import Moment
from cms.pages.post import Post
from cms.teaser import Link, PersonPart


class SignatoryBlock(blocks.StructBlock):
    """Somebody who signed, as printed; the person, if there is one, gives the portrait and what is left empty."""

    name = blocks.CharBlock(label=_("Name as printed"), required=False, max_length=200)
    role = blocks.CharBlock(label=_("Role as printed"), required=False, max_length=200)
    organisation = blocks.CharBlock(label=_("Organisation as printed"), required=False, max_length=200)
    person = SnippetChooserBlock("cms.Person", label=_("Person"), required=False)

    class Meta:
        icon = "user"
        label = _("Signatory")

    def clean(self, value: Any) -> Any:
        """Freeze name, role and organisation as the person's are now where nothing is written. Demands a name or a person."""
        value = super().clean(value)
        person = value["person"]
        if not (value["name"] or person):
            raise blocks.StructBlockValidationError({"name": ValidationError(_("Write a name or choose a person."))})
        if person and not value["name"]:
            value["name"] = person.name
            if not (value["role"] or value["organisation"]):
                value["role"], value["organisation"] = person.title, person.employer
        return value


class DebateArticle(Post):
    """An opinion in a paper, with all who signed it."""

    KIND = "debate_article"
    SECTION = ("debatt", "Debatt")
    SCHEMA = "OpinionNewsArticle"

    paper = models.CharField(_("paper"), max_length=200, blank=True)
    printed = models.DateField(_("printed on"), null=True, blank=True)
    link = models.URLField(_("link to the paper"), blank=True, max_length=500)
    signatories = StreamField([("signatory", SignatoryBlock())], verbose_name=_("signatories"), blank=True)

    own_panels = [
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("paper"), FieldPanel("printed")]), FieldPanel("link")], heading=_("In the paper")
        ),
        FieldPanel("signatories"),
    ]

    class Meta:
        verbose_name = _("debate article")
        verbose_name_plural = _("debate articles")

    class Signatory(Schema):
        """Somebody who signed, as printed; `slug` is the person's, null for a stranger."""

        name: str
        role: str
        organisation: str
        slug: str | None

    class Fields(Schema):
        """Paper, day, where to read it, and who signed."""

        paper: str
        printed: date | None
        link: str
        signatories: "list[DebateArticle.Signatory]"

    def signed(self) -> list[dict[str, Any]]:
        """Return who signed, in the editor's order; those without a name are left out."""
        values = [block.value for block in self.signatories]
        found = [{**value, "name": value["name"] or getattr(value["person"], "name", "")} for value in values]
        return [one for one in found if one["name"]]

    def fields(self) -> dict[str, Any]:
        """Return paper, day, where to read it, and who signed."""
        signatories = [
            {"slug": one["person"].slug if one["person"] else None}
            | {name: one[name] or "" for name in ("name", "role", "organisation")}
            for one in self.signed()
        ]
        return {"paper": self.paper, "printed": self.printed, "link": self.link, "signatories": signatories}

    def own_moments(self, now: datetime | None = None) -> list[Moment]:
        """Return nothing: what has been printed waits for no day."""
        return []

    def own_kicker(self) -> str:
        """Return "Debatt i Dagens Nyheter 21 november 2022"."""
        day = date_format(self.printed, "j F Y") if self.printed else ""
        where = str(_("Debate in %(paper)s")) % {"paper": self.paper} if self.paper else super().own_kicker()
        return " ".join(filter(None, (where, day)))

    @staticmethod
    def part(one: dict[str, Any]) -> PersonPart:
        """Return one who signed as a Teaser's part."""
        role = ", ".join(filter(None, (one["role"], one["organisation"])))
        portrait = one["person"].portrait if one["person"] else None
        return PersonPart(one["name"], (role,) if role else (), image=portrait.words if portrait else None)

    def own_structure(self, now: datetime) -> dict[str, Any]:
        """Name those who signed as its authors."""
        authors = [{"@type": "Person", "name": one["name"]} for one in self.signed()]
        return {"author": authors} if authors else {}

    def own_parts(self, now: datetime) -> dict[str, Any]:
        """Show who signed, and the way to the paper."""
        return {
            "people": tuple(self.part(one) for one in self.signed()),
            "people_title": str(_("Signed by")),
            "action": Link(str(_("Read it in the paper")), self.link) if self.link else None,
        }
