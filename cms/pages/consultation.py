"""Consultation response: what the association answers when a ministry asks (a “remissyttrande”)."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel

from cms.addresses import own_url
from cms.keydates import Moment, by_deadline
from cms.pages.post import Post
from cms.teaser import Fact, Link


class ConsultationResponse(Post):
    """An answer to a proposal; until it is written, what is asked and by when."""

    KIND = "consultation_response"
    SECTION = ("remissyttranden", "Remissyttranden")
    SCHEMA = "Report"

    ministry = models.CharField(_("ministry or authority"), max_length=200, blank=True)
    reference_number = models.CharField(_("reference number"), max_length=60, blank=True, help_text=_("Such as S2026/01234."))
    memorandum = models.CharField(
        _("title of the proposal"), max_length=300, blank=True, help_text=_("When it differs from the post's own title.")
    )
    link = models.URLField(_("link to the proposal"), blank=True, max_length=500)
    due = models.DateField(_("last day to answer"), null=True, blank=True, help_text=_("Holds until midnight."))
    answered = models.DateField(_("day of our answer"), null=True, blank=True)
    answered_by = models.CharField(_("answered by"), max_length=200, blank=True, help_text=_("Such as “styrelsen” or a name."))
    document = models.ForeignKey(
        "cms.Attachment", verbose_name=_("our answer as PDF"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    own_panels = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("ministry"), FieldPanel("reference_number")]),
                FieldPanel("memorandum"),
                FieldRowPanel([FieldPanel("link"), FieldPanel("due")]),
            ],
            heading=_("The question"),
        ),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("answered"), FieldPanel("answered_by")]), FieldPanel("document")], heading=_("Our answer")
        ),
    ]

    class Meta:
        verbose_name = _("consultation response")
        verbose_name_plural = _("consultation responses")

    class Fields(Schema):
        """Who asked for what, and the answer; the last day to answer is a key date. Addresses are empty where there is none."""

        ministry: str
        reference_number: str
        memorandum: str
        link: str
        due: date | None
        answered: date | None
        answered_by: str
        document_url: str

    def clean(self) -> None:
        """Demand a file that readers can open as what it is called."""
        super().clean()
        if self.document and not self.document.filename.lower().endswith(".pdf"):
            raise ValidationError({"document": _("“%(name)s” is no PDF.") % {"name": self.document.filename}})

    def document_url(self) -> str:
        """Return where the answer can be read; empty without one."""
        return own_url(self.document.url) if self.document else ""

    def fields(self) -> dict[str, Any]:
        """Return who asked for what, and the answer."""
        simple = ("ministry", "reference_number", "memorandum", "link", "due", "answered", "answered_by")
        return {name: getattr(self, name) for name in simple} | {"document_url": self.document_url()}

    def own_moments(self, now: datetime | None = None) -> list[Moment]:
        """Return the last day to answer; it shuts what hasn't been answered."""
        return by_deadline("due", _("Last day to answer"), self.due, closes=self.answered is None)

    def own_kicker(self) -> str:
        """Return "Remissyttrande · S2026/01234"."""
        return " · ".join(filter(None, (super().own_kicker(), self.reference_number)))

    def own_structure(self, now: datetime) -> dict[str, Any]:
        """Name the answer by its number, and say where its text is."""
        return {"reportNumber": self.reference_number, "encoding": self.media()}

    def media(self) -> dict[str, str]:
        """Return the PDF, or nothing."""
        url = self.document_url()
        return {"@type": "MediaObject", "contentUrl": url, "encodingFormat": "application/pdf"} if url else {}

    def own_parts(self, now: datetime) -> dict[str, Any]:
        """Show who asked for what, who answered when, and the ways to both texts."""
        facts = (
            (_("Ministry or authority"), self.ministry),
            (_("Reference number"), self.reference_number),
            (_("Proposal"), self.memorandum),
            (_("Answered"), date_format(self.answered, "j F Y") if self.answered else ""),
            (_("Answered by"), self.answered_by),
        )
        return {
            "facts": tuple(Fact(str(label), value) for label, value in facts if value),
            "links": (Link(str(_("Read the proposal")), self.link),) if self.link else (),
            "action": Link(str(_("Read our answer (PDF)")), self.document_url()) if self.document else None,
        }
