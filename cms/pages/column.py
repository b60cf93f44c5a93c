"""Column: the chair's or vice chair's own words."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from cms.keydates import STOCKHOLM
from cms.pages.post import Post
from cms.teaser import Image


class Column(Post):
    """A column: kicker with date, the writer's portrait, set like a letter."""

    KIND = "column"
    SECTION = ("ordforanden-har-ordet", "Ordföranden har ordet")
    SCHEMA = "OpinionNewsArticle"

    CHAIR, VICE = "chair", "vice_chair"
    series = models.CharField(
        _("series"),
        max_length=20,
        choices=[(CHAIR, _("Ordföranden har ordet")), (VICE, _("Vice ordföranden har ordet"))],
        default=CHAIR,
    )
    sign_off = models.CharField(
        _("sign-off"), max_length=200, blank=True, help_text=_("Such as “Varma hälsningar”; the name follows from the byline.")
    )

    own_panels = [FieldRowPanel([FieldPanel("series"), FieldPanel("sign_off")])]

    class Meta:
        verbose_name = _("column")
        verbose_name_plural = _("columns")

    class Fields(Schema):
        """Series and sign-off."""

        series: str
        sign_off: str

    def fields(self) -> dict[str, Any]:
        """Return series and sign-off."""
        return {"series": self.series, "sign_off": self.sign_off}

    def own_kicker(self) -> str:
        """Return "Ordföranden har ordet 6 mars 2023"."""
        return f"{self.get_series_display()} {date_format(self.date.astimezone(STOCKHOLM), 'j F Y')}"

    def writer_portrait(self) -> Image | None:
        """Return the first writer's portrait."""
        first = next(iter(self.bylines.all()), None)
        return first.part().image if first else None

    def own_parts(self, now: datetime) -> dict[str, Any]:
        """Show the writer's portrait where there is one."""
        portrait = self.writer_portrait()
        image = {"image": portrait, "portrait": True} if portrait else {}
        return {"sign_off": self.sign_off, **image}
