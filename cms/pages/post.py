"""Post: what every content type is, and all that a card, a teaser or an outlet needs of it.

A content type is one file beside this one with a subclass of Post, imported once in `cms.models`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django.apps import apps
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from ninja import Schema
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    PageChooserPanel,
    TabbedInterface,
)
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable, Page
from wagtail.search import index

from cms import reading
from cms.addresses import public_url, site_path
from cms.blocks import BodyBlock
from cms.keydates import STOCKHOLM, Moment, box_moments, check_years
from cms.outlet_form import OutletsJSONField
from cms.pages.slugs import PageForm, check_slug
from cms.previewing import OnFrontEnd
from cms.regional import Regional
from cms.spread import SpreadPanel
from cms.teaser import Image, Teaser


class Post(OnFrontEnd, Regional, Page):
    """A post of any kind. Concrete so that lists read one table, never created by itself."""

    KIND: ClassVar[str] = ""
    SECTION: ClassVar[tuple[str, Any]] = ("innehall", _("Content"))
    LISTED: ClassVar[bool] = True
    # What search engines call it (schema.org).
    SCHEMA: ClassVar[str] = "Article"
    own_panels: ClassVar[list[Any]] = []

    kind = models.CharField(_("kind"), max_length=30, editable=False, db_index=True)
    kicker = models.CharField(_("kicker"), max_length=200, blank=True, editable=False)
    date = models.DateTimeField(
        _("date of publication"), default=timezone.now, help_text=_("Shown on the post and used for ordering.")
    )
    summary = models.TextField(_("summary"), blank=True, help_text=_("One or two sentences for lists, newsletters and LinkedIn."))
    lead_image = models.ForeignKey(
        "cms.Picture", verbose_name=_("lead picture"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    body = StreamField(BodyBlock(), verbose_name=_("text"), blank=True)
    postscript = RichTextField(_("PS"), blank=True, features=["bold", "italic", "link"])
    afterword = StreamField(BodyBlock(), verbose_name=_("afterword"), blank=True, help_text=_("What follows the signature."))
    topics = ParentalManyToManyField("cms.Topic", verbose_name=_("topics"), blank=True)
    regions = ParentalManyToManyField("cms.Region", verbose_name=_("regions"), blank=True)
    abbreviations = ParentalManyToManyField("cms.Abbreviation", verbose_name=_("abbreviations"), blank=True)
    members_only = models.BooleanField(
        _("members only"), default=False, help_text=_("Only members may read the text; the title is shown to all.")
    )
    review_by = models.DateField(
        _("look over again"),
        null=True,
        blank=True,
        help_text=_(
            "From this day on the post stands on the list “Look over again”. "
            "Pages that are no news come there after a year anyway."
        ),
    )
    outlets = OutletsJSONField(_("how it goes out"), default=dict, blank=True)
    imported_from = models.CharField(max_length=500, blank=True, default="", editable=False, db_index=True)
    # Kept true by save(): together with kind and date they make a list one walk along one index.
    listed = models.BooleanField(default=False, editable=False)
    listed_locale = models.ForeignKey(
        "wagtailcore.Locale", null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    base_form_class = PageForm
    is_creatable = False
    parent_page_types: ClassVar[list[str]] = ["cms.SectionIndex", "cms.Home"]
    subpage_types: ClassVar[list[str]] = []
    # A copy is a new post of the editor's own: it may go out like any other.
    exclude_fields_in_copy: ClassVar[list[str]] = ["imported_from", "review_by"]

    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("public_text"),
        index.FilterField("kind"),
        index.FilterField("listed"),
        index.FilterField("listed_locale"),
        index.FilterField("date"),
        index.FilterField("members_only"),
    ]

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        indexes = [
            models.Index(fields=["listed_locale", "listed", "-date", "-page_ptr"], name="post_flat_list"),
            models.Index(fields=["listed_locale", "listed", "kind", "-date", "-page_ptr"], name="post_kind_list"),
        ]

    class Fields(Schema):
        """What the type adds to the API's answer; overridden by each type."""

    def fields(self) -> dict[str, Any]:
        """Return the values of `Fields`."""
        return {}

    def own_moments(self, now: datetime | None = None) -> list[Moment]:
        """Return the type's own key dates."""
        return []

    def own_parts(self, now: datetime) -> dict[str, Any]:
        """Return what the type adds to its Teaser, by the Teaser's names."""
        return {}

    def own_structure(self, now: datetime) -> dict[str, Any]:
        """Return what the type adds to the data for search engines, by schema.org's names; never for members-only posts."""
        return {}

    def own_kicker(self) -> str:
        """Return the line above the title."""
        return capfirst(str(self._meta.verbose_name))

    def moments(self) -> list[Moment]:
        """Return the key dates that anybody may see: the type's own, then those in a text that is open to all."""
        return [*self.own_moments(), *([] if self.members_only else body_moments(self.body))]

    def public_text(self) -> list[str]:
        """Return what a search may find in the text: nothing of a text for members only."""
        return [] if self.members_only else self.body.stream_block.get_searchable_content(self.body)

    def is_open(self, now: datetime) -> bool:
        """Tell whether no closing date has passed."""
        return not any(moment.closes and moment.passed(now) for moment in self.moments())

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """Fill in what the editor may leave to us before Wagtail validates."""
        self.kind = self.KIND
        super().full_clean(*args, **kwargs)

    def clean(self) -> None:
        """Refuse a slug at which Ordet itself answers, and days of another age."""
        super().clean()
        check_years(self)
        check_slug(self.slug, self.depth, self.pk)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep kicker, the frozen bylines and the columns of the flat list true."""
        self.kind = self.KIND or self.kind
        if self.KIND:
            self.kicker = self.own_kicker()[:200]
        day = self.date.astimezone(STOCKHOLM).date()
        for byline in self.bylines.all():
            byline.fill_in(day)
        self.listed = self.live and self.LISTED
        self.listed_locale_id = self.locale_id
        super().save(*args, **kwargs)

    @property
    def teaser_image(self) -> Image | None:
        """The picture that stands for the post."""
        return self.lead_image.words if self.lead_image else None

    def teaser(self, now: datetime) -> Teaser:
        """Return the post as other rooms may see it at `now`."""
        base: dict[str, Any] = {
            "key": self.translation_key,
            "kind": self.KIND,
            "kind_label": capfirst(str(self._meta.verbose_name)),
            "kicker": self.own_kicker(),
            "title": self.title,
            "summary": self.summary,
            "path": self.path_on_site,
            "url": public_url(self.path_on_site),
            "date": self.date,
            "members_only": self.members_only,
            "image": self.teaser_image,
            "byline": tuple(byline.part() for byline in self.bylines.all()),
            "dates": tuple(moment.part(now) for moment in self.moments()),
            "topics": tuple(topic.name for topic in self.topics.all()),
            "regions": tuple(region.name for region in self.regions.all()),
            "abbreviations": tuple((word.short, word.meaning) for word in self.abbreviations.all()),
        }
        return Teaser(**base | self.own_parts(now))

    @property
    def path_on_site(self) -> str:
        """The path that a reader sees, beginning with a slash; without the root page's own slug."""
        return site_path(self)

    def get_template(self, request: HttpRequest, *args: Any, **kwargs: Any) -> list[str]:
        """Take the type's own page where there is one, else the page of all posts."""
        return [f"site/posts/{self.KIND}.html", "site/post.html"]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the teaser, so that templates read typed parts, and what else the page shows."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return {**context, **reading.context(self, request, timezone.now())}

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Serve the page; one for members is nobody else's to keep."""
        response = super().serve(request, *args, **kwargs)
        if self.members_only:
            patch_cache_control(response, private=True, no_store=True)
        return response

    @classmethod
    def get_edit_handler(cls) -> Any:
        """Return the editor: text, connections, ways out, promotion, settings."""
        content = [
            *Page.content_panels,
            FieldRowPanel([FieldPanel("date"), FieldPanel("members_only")]),
            FieldPanel("summary"),
            FieldPanel("lead_image"),
            *cls.own_panels,
            FieldPanel("body"),
            InlinePanel("bylines", heading=_("Byline"), label=_("person")),
            MultiFieldPanel(
                [FieldPanel("postscript"), FieldPanel("afterword")], heading=_("After the text"), classname="collapsed"
            ),
        ]
        connections = [
            FieldPanel("topics"),
            FieldPanel("regions"),
            FieldPanel("abbreviations"),
            InlinePanel("related", heading=_("Related posts"), label=_("post")),
        ]
        return TabbedInterface(
            [
                ObjectList(content, heading=_("Text")),
                ObjectList(connections, heading=_("Connections")),
                ObjectList([FieldPanel("outlets", heading=_("Social media and letters"))], heading=_("Social media and letters")),
                ObjectList([SpreadPanel()], heading=_("Spread")),
                ObjectList(Page.promote_panels, heading=_("Promote")),
                ObjectList([*Page.settings_panels, FieldPanel("review_by")], heading=_("Settings")),
            ]
        ).bind_to_model(cls)


class RelatedPost(Orderable):
    """A post that belongs with another."""

    post = ParentalKey(Post, on_delete=models.CASCADE, related_name="related")
    other = models.ForeignKey(Post, verbose_name=_("post"), on_delete=models.CASCADE, related_name="+")

    panels = [PageChooserPanel("other", "cms.Post")]


def body_moments(body: Iterable[Any]) -> list[Moment]:
    """Return the key dates that stand in a body's date boxes."""
    return [moment for block in body or () if block.block_type == "key_dates" for moment in box_moments(block.value)]


def content_types() -> dict[str, type[Post]]:
    """Return every content type by its KIND, in the order of `cms.models`."""
    found = [model for model in apps.get_models() if issubclass(model, Post) and model is not Post]
    return {model.KIND: model for model in found}
