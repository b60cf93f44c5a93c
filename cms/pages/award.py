"""Award nominations: who is nominated for what, and until when one may vote."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from ninja import Schema
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField

from cms.keydates import Moment, on_day
from cms.pages.post import Post
from cms.teaser import Fact, Link, Table


class NomineeBlock(blocks.StructBlock):
    """A project with the organisations behind it; it may stand, and win, in several categories."""

    project = blocks.CharBlock(label=_("Project"))
    organisations = blocks.ListBlock(blocks.CharBlock(label=_("Organisation")), label=_("Organisations"), min_num=1)
    categories = blocks.ListBlock(blocks.CharBlock(label=_("Category")), label=_("Categories"), min_num=1)
    wins = blocks.ListBlock(blocks.CharBlock(label=_("Category")), label=_("Won in"), default=[])

    class Meta:
        icon = "pick"
        label = _("Nominee")

    def clean(self, value: Any) -> Any:
        """Refuse a win in a category that the nominee doesn't stand in."""
        value = super().clean(value)
        if strange := set(value["wins"]) - set(value["categories"]):
            message = _("The nominee doesn't stand in: %(categories)s.") % {"categories": ", ".join(sorted(strange))}
            raise blocks.StructBlockValidationError({"wins": ValidationError(message)})
        return value


class Award(Post):
    """The nominations of one edition of an award; voting closes by itself."""

    KIND = "award"
    SECTION = ("priser", "Priser")

    award_name = models.CharField(_("award"), max_length=200, blank=True)
    edition = models.CharField(_("edition"), max_length=50, blank=True, help_text=_("Such as the year."))
    submitted = models.PositiveIntegerField(_("submitted"), null=True, blank=True)
    nominated = models.PositiveIntegerField(_("nominated"), null=True, blank=True)
    category_count = models.PositiveIntegerField(_("number of categories"), null=True, blank=True)
    voting_opens = models.DateField(_("voting opens"), null=True, blank=True)
    voting_closes = models.DateField(_("last day to vote"), null=True, blank=True, help_text=_("Holds until midnight."))
    vote_url = models.URLField(_("address for voting"), blank=True, max_length=500)
    nominees = StreamField([("nominee", NomineeBlock())], verbose_name=_("nominees"), blank=True)

    own_panels = [
        FieldRowPanel([FieldPanel("award_name"), FieldPanel("edition")]),
        FieldRowPanel([FieldPanel("submitted"), FieldPanel("nominated"), FieldPanel("category_count")]),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("voting_opens"), FieldPanel("voting_closes")]), FieldPanel("vote_url")],
            heading=_("Voting"),
        ),
        FieldPanel("nominees"),
    ]

    class Meta:
        verbose_name = _("award nominations")
        verbose_name_plural = _("award nominations")

    class Nominee(Schema):
        """One nominee."""

        project: str
        organisations: list[str]
        categories: list[str]
        wins: list[str]

    class Fields(Schema):
        """Award, figures and nominees."""

        award_name: str
        edition: str
        submitted: int | None
        nominated: int | None
        category_count: int | None
        vote_url: str
        nominees: "list[Award.Nominee]"

    def clean(self) -> None:
        """Demand that voting doesn't close before it opens."""
        super().clean()
        if self.voting_opens and self.voting_closes and self.voting_closes < self.voting_opens:
            raise ValidationError({"voting_closes": _("Voting can't close before it opens.")})

    def listed_nominees(self) -> list[dict[str, Any]]:
        """Return the nominees with plain lists, in the editor's order."""
        return [
            {"project": value["project"]} | {name: list(value[name]) for name in ("organisations", "categories", "wins")}
            for value in (block.value for block in self.nominees)
        ]

    def fields(self) -> dict[str, Any]:
        """Return award, figures and nominees."""
        simple = ("award_name", "edition", "submitted", "nominated", "category_count", "vote_url")
        return {name: getattr(self, name) for name in simple} | {"nominees": self.listed_nominees()}

    def own_moments(self, now: datetime | None = None) -> list[Moment]:
        """Return when voting opens and closes."""
        return [
            *on_day("voting_opens", _("Voting opens"), self.voting_opens),
            *on_day("voting_closes", _("Last day to vote"), self.voting_closes, closes=True),
        ]

    def categories(self) -> list[dict[str, Any]]:
        """Return each category with its nominees, winners first, in the order in which the categories first appear."""
        nominees = self.listed_nominees()
        names = dict.fromkeys(name for nominee in nominees for name in nominee["categories"])
        return [{"name": name, "nominees": self.standing(nominees, name)} for name in names]

    @staticmethod
    def standing(nominees: list[dict[str, Any]], category: str) -> list[dict[str, Any]]:
        """Return who stands in `category`, winners first."""
        found = [
            {"project": one["project"], "organisations": ", ".join(one["organisations"]), "wins": category in one["wins"]}
            for one in nominees
            if category in one["categories"]
        ]
        return sorted(found, key=lambda one: not one["wins"])

    def tables(self) -> tuple[Table, ...]:
        """Return a table per category, in the order in which the categories first appear."""
        nominees = self.listed_nominees()
        categories = dict.fromkeys(name for nominee in nominees for name in nominee["categories"])
        return tuple(Table(name, (str(_("Project")), str(_("Organisations"))), self.rows(nominees, name)) for name in categories)

    @staticmethod
    def rows(nominees: list[dict[str, Any]], category: str) -> tuple[tuple[str, ...], ...]:
        """Return project and organisations of each nominee in `category`; a winner is marked in words."""
        won = _("%(project)s (winner)")
        return tuple(
            (
                str(won) % {"project": nominee["project"]} if category in nominee["wins"] else nominee["project"],
                ", ".join(nominee["organisations"]),
            )
            for nominee in nominees
            if category in nominee["categories"]
        )

    def own_parts(self, now: datetime) -> dict[str, Any]:
        """Show figures, nominees by category and, while voting is open, the button."""
        figures = (
            (pgettext_lazy("award", "Submitted"), self.submitted),
            (_("Nominated"), self.nominated),
            (_("Categories"), self.category_count),
        )
        opened = not (self.voting_opens and self.own_moments()[0].starts > now)  # type: ignore[operator]
        action = Link(str(_("Vote")), self.vote_url) if self.vote_url and opened and self.is_open(now) else None
        return {
            "facts": tuple(Fact(str(label), str(figure), figure=True) for label, figure in figures if figure is not None),
            "tables": self.tables(),
            "action": action,
        }
