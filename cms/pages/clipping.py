"""Press clipping: what a paper wrote."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from cms.addresses import own_url
from cms.pages.post import Post
from cms.teaser import Link, Quotation


class Clipping(Post):
    """A mention in the press, with the page as PDF or a link."""

    KIND = "clipping"
    SECTION = ("i-media", "I media")

    paper = models.CharField(_("paper"), max_length=200, blank=True)
    printed = models.DateField(_("printed on"), null=True, blank=True)
    quotation = models.TextField(_("quotation"), blank=True, help_text=_("Without quotation marks."))
    quotation_source = models.CharField(_("who said it"), max_length=200, blank=True)
    document = models.ForeignKey(
        "cms.Attachment", verbose_name=_("the page as PDF"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    link = models.URLField(_("link to the paper"), blank=True, max_length=500)

    own_panels = [
        FieldRowPanel([FieldPanel("paper"), FieldPanel("printed")]),
        FieldPanel("quotation"),
        FieldPanel("quotation_source"),
        FieldPanel("document"),
        FieldPanel("link"),
    ]

    class Meta:
        verbose_name = _("press clipping")
        verbose_name_plural = _("press clippings")

    class Fields(Schema):
        """Paper, quotation and where to read it; `printed` is an ISO date."""

        paper: str
        printed: str | None
        quotation: str
        quotation_source: str
        document_url: str
        link: str

    def fields(self) -> dict[str, Any]:
        """Return paper, quotation and where to read it."""
        return {name: getattr(self, name) for name in ("paper", "quotation", "quotation_source", "link")} | {
            "printed": self.printed.isoformat() if self.printed else None,
            "document_url": own_url(self.document.url) if self.document else "",
        }

    def own_kicker(self) -> str:
        """Return "Dagens Nyheter 21 november 2022"."""
        day = date_format(self.printed, "j F Y") if self.printed else ""
        return " ".join(filter(None, (self.paper, day))) or super().own_kicker()

    def own_parts(self, now: datetime) -> dict[str, Any]:
        """Show the quotation large, and the ways to the text."""
        links = []
        if self.document:
            links.append(Link(str(_("Read the page as PDF")), own_url(self.document.url)))
        if self.link:
            links.append(Link(str(_("Read it in the paper")), self.link))
        quotation = Quotation(self.quotation, self.quotation_source) if self.quotation else None
        return {"quotation": quotation, "links": tuple(links)}
