"""Focus area: a question that the association pursues for years, who answers for it and what has come of it."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField

from cms import listing
from cms.keydates import STOCKHOLM, Moment, on_day
from cms.pages import in_charge
from cms.pages.post import Post
from cms.teaser import Fact


class FocusArea(Post):
    """A question pursued, ongoing until its last day; its posts are those an editor chose and those with its topics."""

    KIND = "focus_area"
    SECTION = ("fokusomraden", "Fokusområden")
    POSTS: ClassVar[int] = 12

    since = models.DateField(_("since"), null=True, blank=True)
    concluded = models.DateField(_("concluded on"), null=True, blank=True, help_text=_("Empty while the work goes on."))
    responsible = StreamField([("person", in_charge.InChargeBlock())], verbose_name=_("people in charge"), blank=True)

    own_panels = [
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("since"), FieldPanel("concluded")])],
            heading=_("Ongoing or concluded"),
            help_text=_("The page shows the related posts that you choose under Connections, then the newest with its topics."),
        ),
        FieldPanel("responsible"),
    ]

    class Meta:
        verbose_name = _("focus area")
        verbose_name_plural = _("focus areas")

    class Linked(Schema):
        """A post of the focus area; `id` leads to it in this API, `path` begins with a slash."""

        id: UUID
        type: str
        title: str
        path: str

    class Fields(Schema):
        """Since when, until when (null: it goes on), who is in charge, and its posts: the chosen ones, then the newest."""

        since: date | None
        concluded: date | None
        responsible: list[in_charge.InCharge]
        posts: "list[FocusArea.Linked]"

    def clean(self) -> None:
        """Demand that the work doesn't end before it begins."""
        super().clean()
        if self.since and self.concluded and self.concluded < self.since:
            raise ValidationError({"concluded": _("The work can't end before it begins.")})

    def fields(self) -> dict[str, Any]:
        """Return since and until when, who is in charge, and the posts."""
        posts = [
            {"id": one.translation_key, "type": one.kind, "title": one.title, "path": one.path_on_site} for one in self.posts()
        ]
        people = in_charge.shapes(self.responsible)
        return {"since": self.since, "concluded": self.concluded, "responsible": people, "posts": posts}

    def own_moments(self, now: datetime | None = None) -> list[Moment]:
        """Return the day on which the work is concluded; its passing closes the post."""
        return on_day("concluded", _("Concluded"), self.concluded, closes=True)

    def present(self) -> list[Any]:
        """Return the people in charge who still exist, as the editor wrote them."""
        return in_charge.present(self.responsible)

    def posts(self) -> list[Post]:
        """Return what has come of it: the chosen posts in the editor's order, then the newest with its topics."""
        wanted = [row.other_id for row in self.related.all()]
        public = listing.listed(self.locale_id).exclude(pk=self.pk)
        found = {post.pk: post for post in public.filter(pk__in=wanted)} if wanted else {}
        chosen = [found[key] for key in wanted if key in found]
        return [*chosen, *self.by_topic(public.exclude(pk__in=wanted))][: max(self.POSTS, len(chosen))]

    def by_topic(self, public: "models.QuerySet[Post]") -> list[Post]:
        """Return the newest of `public` that share a topic with it."""
        topics = [topic.pk for topic in self.topics.all()]
        links = Post.topics.through.objects.filter(post=models.OuterRef("pk"), topic__in=topics)
        return list(public.filter(models.Exists(links))[: self.POSTS]) if topics else []

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Show the focus area's posts where other posts show related ones."""
        return {**super().get_context(request, *args, **kwargs), "related": self.posts()}

    def own_parts(self, now: datetime) -> dict[str, Any]:
        """Show whether it goes on, since when, and who is in charge."""
        state = _("Ongoing") if self.concluded is None or now.astimezone(STOCKHOLM).date() <= self.concluded else _("Concluded")
        since = str(self.since.year) if self.since else ""
        facts = ((_("Work"), str(state)), (_("Since"), since))
        return {
            "facts": tuple(Fact(str(label), value) for label, value in facts if value),
            "people": in_charge.parts(self.responsible),
            "people_title": str(_("In charge")),
        }
