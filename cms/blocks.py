"""The blocks of a post's body, and what each looks like in the API."""

from datetime import date, time
from typing import Any

import nh3
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from cms import block_values, parts
from cms.addresses import absolute_html, own_url
from cms.keydates import box_moments

TEXT_FEATURES = ["bold", "italic", "link", "document-link", "ol", "ul", "h4"]


class PrintedRoleBlock(blocks.StructBlock):
    """A role and an employer as they were printed."""

    title = blocks.CharBlock(label=_("Role"), required=False)
    employer = blocks.CharBlock(label=_("Employer or organisation"), required=False)

    class Meta:
        icon = "user"
        label = _("Role")
        value_class = type(
            "PrintedRole",
            (blocks.StructValue,),
            {"__str__": lambda self: ", ".join(filter(None, (self["title"], self["employer"])))},
        )


class HeadingBlock(blocks.StructBlock):
    """A heading within the text."""

    api_value = block_values.HeadingValue
    text = blocks.CharBlock(label=_("Heading"))
    level = blocks.ChoiceBlock(choices=[("h2", _("Large")), ("h3", _("Small"))], default="h2", label=_("Size"))

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "site/blocks/heading.html"


class TextBlock(blocks.RichTextBlock):
    """Running text."""

    api_value = parts.RichText

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"features": TEXT_FEATURES, "label": _("Text"), "icon": "pilcrow", **kwargs})

    class Meta:
        template = "site/blocks/text.html"

    def get_api_representation(self, value: Any, context: Any = None) -> dict[str, str]:
        """Return the text as HTML with links resolved, and as Markdown."""
        return parts.rich_text(absolute_html(value.source))


class PictureBlock(blocks.StructBlock):
    """A picture in the text; empty words fall back on the picture's own."""

    api_value = parts.Image
    image = ImageChooserBlock(label=_("Picture"))
    alt = blocks.CharBlock(
        label=_("Alt text"), required=False, help_text=_("What the picture shows. Empty: the picture's own alt text.")
    )
    caption = blocks.CharBlock(label=_("Caption"), required=False)
    photographer = blocks.CharBlock(label=_("Photographer"), required=False)

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "site/blocks/picture.html"

    def words(self, value: Any) -> dict[str, str]:
        """Return alt, caption and photographer with the picture's own as a fallback."""
        image = value["image"]
        if image is None:
            return {"alt": "", "caption": "", "photographer": ""}
        return {
            "alt": value["alt"] or image.description,
            "caption": value["caption"] or image.caption,
            "photographer": value["photographer"] or image.photographer,
        }

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        """Add the resolved words."""
        return {**super().get_context(value, parent_context), "words": self.words(value)}

    def get_api_representation(self, value: Any, context: Any = None) -> dict[str, Any] | None:
        """Return the picture with its words; nothing when it can't be shown."""
        return parts.image(value["image"], "body", self.words(value))


class QuotationBlock(blocks.StructBlock):
    """Somebody's words."""

    api_value = block_values.QuotationValue
    text = blocks.TextBlock(label=_("Quotation"), help_text=_("Without quotation marks."))
    source = blocks.CharBlock(label=_("Who said it"), required=False)

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = "site/blocks/quotation.html"


class FactBoxBlock(blocks.StructBlock):
    """A box beside the text."""

    api_value = block_values.FactBoxValue
    title = blocks.CharBlock(label=_("Heading"))
    text = TextBlock()

    class Meta:
        icon = "info-circle"
        label = _("Fact box")
        template = "site/blocks/fact_box.html"


class LinkBlock(blocks.StructBlock):
    """A link to a page or an address."""

    api_value = parts.Link
    text = blocks.CharBlock(label=_("Link text"))
    page = blocks.PageChooserBlock(label=_("Page"), required=False)
    address = blocks.URLBlock(
        label=_("Address"), required=False, help_text=_("Begins with https://. Choose a page or write an address.")
    )

    class Meta:
        icon = "link"
        label = _("Link")

    def clean(self, value: Any) -> Any:
        """Demand exactly one goal."""
        value = super().clean(value)
        if bool(value["page"]) == bool(value["address"]):
            raise blocks.StructBlockValidationError({"address": ValidationError(_("Choose either a page or an address."))})
        return value

    def get_api_representation(self, value: Any, context: Any = None) -> dict[str, str]:
        """Return the words and the address; a page's as a path."""
        return {"text": value["text"], "url": link_url(value)}


def link_url(value: Any) -> str:
    """Return where a LinkBlock's value leads; empty when its page is gone."""
    page = value["page"]
    return (page.url or "") if page else value["address"]


class LinksBlock(blocks.StructBlock):
    """A list of links."""

    api_value = block_values.LinksValue
    title = blocks.CharBlock(label=_("Heading"), required=False)
    links = blocks.ListBlock(LinkBlock(), label=_("Links"), min_num=1)

    class Meta:
        icon = "list-ul"
        label = _("List of links")
        template = "site/blocks/links.html"


class ButtonBlock(LinkBlock):
    """A link that wants to be pressed."""

    class Meta:
        icon = "link"
        label = _("Button")
        template = "site/blocks/button.html"


class PersonBlock(blocks.StructBlock):
    """A person with a few words."""

    api_value = block_values.PersonValue
    person = SnippetChooserBlock("cms.Person", label=_("Person"))
    text = blocks.TextBlock(label=_("Text"), required=False)

    class Meta:
        icon = "user"
        label = _("Person")
        template = "site/blocks/person.html"

    def get_api_representation(self, value: Any, context: Any = None) -> dict[str, Any]:
        """Return name, occupation and portrait with the text."""
        person = value["person"]
        own = {name: getattr(person, name, "") for name in ("name", "title", "employer")}
        portrait = parts.image(person.portrait, "portrait") if person else None
        return {**own, "slug": getattr(person, "slug", None), "text": value["text"], "portrait": portrait}


class FilmBlock(blocks.StructBlock):
    """A film or another embed by its address; looked up by a job, shown as a link until then."""

    api_value = block_values.FilmValue
    url = blocks.URLBlock(label=_("Address"), help_text=_("The film's own page, such as https://vimeo.com/76979871."))
    title = blocks.CharBlock(label=_("Title"), required=False)
    length = blocks.CharBlock(label=_("Length"), required=False, help_text=_("Such as 3:42."))

    class Meta:
        icon = "media"
        label = _("Film or embed")
        template = "site/blocks/film.html"


class DocumentBlock(blocks.StructBlock):
    """A document to download."""

    api_value = block_values.DocumentValue
    document = DocumentChooserBlock(label=_("Document"))
    text = blocks.CharBlock(label=_("Link text"), required=False)

    class Meta:
        icon = "doc-full"
        label = _("Document")
        template = "site/blocks/document.html"

    def get_api_representation(self, value: Any, context: Any = None) -> dict[str, str] | None:
        """Return the words, the document's address and kind; nothing when it is gone."""
        document = value["document"]
        if document is None:
            return None
        words = value["text"] or document.title
        return {"text": words, "url": own_url(document.url), "extension": document.file_extension.lower()}


class KeyDateBlock(blocks.StructBlock):
    """One date of its own."""

    label = blocks.CharBlock(label=_("What"), max_length=200, help_text=_("Such as “Årsmöte”."))
    precision = blocks.ChoiceBlock(
        choices=[("day", _("a day")), ("minute", _("a point in time")), ("month", _("a month")), ("text", _("in words"))],
        default="day",
        label=_("How exact"),
    )
    day = blocks.DateBlock(label=_("Date"), required=False)
    last_day = blocks.DateBlock(label=_("Last day"), required=False)
    at = blocks.TimeBlock(label=_("Time"), required=False)
    text = blocks.CharBlock(label=_("In words"), max_length=200, required=False, help_text=_("Such as “mars–april”."))

    class Meta:
        icon = "date"
        label = _("Date")

    def clean(self, value: Any) -> Any:
        """Demand what the chosen precision needs."""
        value = super().clean(value)
        errors = dict(_missing(value["precision"], value["day"], value["last_day"], value["at"], value["text"]))
        if errors:
            raise blocks.StructBlockValidationError(errors)
        return value


def _missing(
    precision: str, day: date | None, last: date | None, at: time | None, text: str
) -> list[tuple[str, ValidationError]]:
    """Return what a key date lacks for its precision, by field."""
    problems = []
    if precision == "text" and not text:
        problems.append(("text", ValidationError(_("Write when, in words."))))
    if precision != "text" and day is None:
        problems.append(("day", ValidationError(_("Choose a date."))))
    if precision == "minute" and at is None:
        problems.append(("at", ValidationError(_("Write a time."))))
    if day and last and last < day:
        problems.append(("last_day", ValidationError(_("The last day can't come before the first."))))
    return problems


class KeyDatesBlock(blocks.StructBlock):
    """A box of dates."""

    api_value = block_values.KeyDatesValue
    title = blocks.CharBlock(label=_("Heading"), default=_("Key dates"))
    dates = blocks.ListBlock(KeyDateBlock(), label=_("Dates"), min_num=1)

    class Meta:
        icon = "date"
        label = _("Key dates")
        template = "site/blocks/key_dates.html"

    def get_api_representation(self, value: Any, context: Any = None) -> dict[str, Any]:
        """Return the dates in the shape of all key dates; such a date shuts nothing."""
        return {"title": value["title"], "dates": [parts.key_date(moment, closed=False) for moment in box_moments(value)]}


# Only tags that can neither act nor change the page around them.
IMPORTED_TAGS = nh3.ALLOWED_TAGS - {"style", "script", "form", "input", "img", "map", "area"}


class ImportedHTMLBlock(blocks.RawHTMLBlock):
    """Markup from an import that no other block could take; always sanitised."""

    api_value = parts.RichText

    class Meta:
        icon = "code"
        label = _("Imported HTML")
        template = "site/blocks/imported_html.html"

    def normalize(self, value: Any) -> Any:
        """Sanitise whatever comes in, from a form, an import or the database."""
        return super().normalize(sanitised(value))

    def to_python(self, value: Any) -> Any:
        """Sanitise what the database holds."""
        return super().to_python(sanitised(value))

    def value_from_form(self, value: Any) -> Any:
        """Sanitise what the editor wrote."""
        return super().value_from_form(sanitised(value))

    def get_api_representation(self, value: Any, context: Any = None) -> dict[str, str]:
        """Return the markup, and as Markdown what it says."""
        return parts.rich_text(sanitised(value))


def sanitised(html: str | None) -> str:
    """Return `html` with safe tags and http, https and mailto links only."""
    return nh3.clean(str(html or ""), tags=IMPORTED_TAGS, url_schemes={"http", "https", "mailto"})


class BodyBlock(blocks.StreamBlock):
    """A post's body."""

    heading = HeadingBlock()
    text = TextBlock()
    picture = PictureBlock()
    quotation = QuotationBlock()
    fact_box = FactBoxBlock()
    links = LinksBlock()
    button = ButtonBlock()
    person = PersonBlock()
    film = FilmBlock()
    document = DocumentBlock()
    key_dates = KeyDatesBlock()
    html = ImportedHTMLBlock()
