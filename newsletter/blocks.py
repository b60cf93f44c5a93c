"""The blocks of an issue: items picked from published posts, and free ones."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

TEXT_FEATURES = ["h2", "h3", "bold", "italic", "link", "ol", "ul"]
LINK_SCHEMES = ["http", "https"]


class PostChooserBlock(blocks.PageChooserBlock):
    """Chooses a post in our own window, which begins with what is new; in migrations a plain page chooser."""

    @cached_property
    def widget(self) -> Any:
        """The window's button."""
        from newsletter.admin.choosing import PostChooser

        return PostChooser()

    def get_form_state(self, value: Any) -> Any:
        """Return what the button shows."""
        return self.widget.get_value_data(value)

    def deconstruct(self) -> Any:
        """Return a plain page chooser: a migration needs no more."""
        _path, args, kwargs = super().deconstruct()
        return "wagtail.blocks.PageChooserBlock", args, kwargs


class PostItemBlock(blocks.StructBlock):
    """A published post, with words of the issue's own where the editor wants them."""

    post = PostChooserBlock(page_type="cms.Post", label=_("Post"))
    title = blocks.CharBlock(label=_("Title here"), required=False, help_text=_("Empty: the post's own title."))
    summary = blocks.TextBlock(label=_("Summary here"), required=False, rows=3, help_text=_("Empty: the post's own summary."))

    class Meta:
        icon = "doc-full"
        label = _("Post")

    def clean(self, value: Any) -> Any:
        """Refuse a post that isn't published."""
        value = super().clean(value)
        if not value["post"].live:
            raise blocks.StructBlockValidationError({"post": ValidationError(_("The post isn't published. Publish it first."))})
        return value


class TextItemBlock(blocks.RichTextBlock):
    """Free text."""

    class Meta:
        icon = "pilcrow"
        label = _("Text")


class PictureItemBlock(blocks.StructBlock):
    """A picture; empty words fall back on the picture's own."""

    image = ImageChooserBlock(label=_("Picture"))
    alt = blocks.CharBlock(label=_("Alt text"), required=False, help_text=_("Empty: the picture's own alt text."))
    caption = blocks.CharBlock(label=_("Caption"), required=False)
    link = blocks.URLBlock(label=_("Link"), required=False)

    class Meta:
        icon = "image"
        label = _("Picture")


class ButtonItemBlock(blocks.StructBlock):
    """A button that leads somewhere."""

    text = blocks.CharBlock(label=_("Words on the button"), max_length=60)
    url = blocks.URLBlock(label=_("Link"))

    class Meta:
        icon = "link"
        label = _("Button")


class QuotationItemBlock(blocks.StructBlock):
    """Somebody's words."""

    text = blocks.TextBlock(label=_("Quotation"), help_text=_("Without quotation marks."))
    source = blocks.CharBlock(label=_("Who said it"), required=False)

    class Meta:
        icon = "openquote"
        label = _("Quotation")


class HeadingItemBlock(blocks.StructBlock):
    """A heading over what follows."""

    text = blocks.CharBlock(label=_("Heading"), max_length=120)

    class Meta:
        icon = "title"
        label = _("Heading")


class DividerItemBlock(blocks.StaticBlock):
    """A line between two parts."""

    class Meta:
        icon = "horizontalrule"
        label = _("Dividing line")
        admin_text = _("A thin line between two parts of the letter.")


class DatesItemBlock(blocks.StructBlock):
    """The key dates of the coming weeks, gathered from published posts when the issue is rendered."""

    title = blocks.CharBlock(label=_("Heading"), default=_("Key dates"))
    days = blocks.IntegerBlock(label=_("Days ahead"), default=31, min_value=1, max_value=366)

    class Meta:
        icon = "calendar"
        label = _("Key dates")


class IssueBlock(blocks.StreamBlock):
    """All that an issue may hold, in the editor's order."""

    post = PostItemBlock()
    heading = HeadingItemBlock()
    text = TextItemBlock(features=TEXT_FEATURES)
    picture = PictureItemBlock()
    button = ButtonItemBlock()
    quotation = QuotationItemBlock()
    dates = DatesItemBlock()
    divider = DividerItemBlock()
