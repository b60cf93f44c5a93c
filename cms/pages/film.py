"""Film: one or several films with people, credits and transcript."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField

from cms.blocks import FilmBlock
from cms.pages.post import Post
from cms.teaser import Fact, Link


class OneFilmBlock(FilmBlock):
    """A film with what belongs to it."""

    people = blocks.ListBlock(blocks.CharBlock(label=_("Name")), label=_("People in the film"), default=[])
    credits = blocks.TextBlock(label=_("Credits"), required=False)
    transcript = blocks.TextBlock(
        label=_("Transcript"), required=False, help_text=_("All that is said; required for accessibility.")
    )

    class Meta:
        icon = "media"
        label = _("Film")
        template = "site/blocks/one_film.html"


class Film(Post):
    """A post whose point is to be watched."""

    KIND = "film"
    SECTION = ("film", "Film")

    films = StreamField([("film", OneFilmBlock())], verbose_name=_("films"), blank=True)
    production = models.CharField(_("production"), max_length=200, blank=True)

    own_panels = [FieldPanel("films"), FieldPanel("production")]

    class Meta:
        verbose_name = _("film")
        verbose_name_plural = _("films")

    class OneFilm(Schema):
        """A film with what belongs to it."""

        url: str
        title: str
        length: str
        people: list[str]
        credits: str
        transcript: str

    class Fields(Schema):
        """The films."""

        production: str
        films: "list[Film.OneFilm]"

    def fields(self) -> dict[str, Any]:
        """Return the films."""
        films = [{**block.value, "people": list(block.value["people"])} for block in self.films]
        return {"production": self.production, "films": films}

    def own_parts(self, now: datetime) -> dict[str, Any]:
        """Show length and people, and lead to the first film's place on the page."""
        films = [block.value for block in self.films]
        people = ", ".join(dict.fromkeys(name for film in films for name in film["people"]))
        lengths = ", ".join(film["length"] for film in films if film["length"])
        facts = ((_("Length"), lengths), (_("In the film"), people), (_("Production"), self.production))
        links = tuple(Link(str(_("Watch: %(title)s")) % {"title": film["title"] or self.title}, film["url"]) for film in films)
        return {"facts": tuple(Fact(str(label), value) for label, value in facts if value), "links": links}
