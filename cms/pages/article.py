"""Article: news and guest blogs."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from wagtail.admin.panels import FieldPanel

from cms.pages.post import Post


class Article(Post):
    """A piece of news, or somebody's guest blog."""

    KIND = "article"
    SECTION = ("nyheter", "Nyheter")
    SCHEMA = "NewsArticle"

    genre = models.CharField(_("genre"), max_length=20, choices=[("news", _("News")), ("blog", _("Guest blog"))], default="news")

    own_panels = [FieldPanel("genre")]

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    class Fields(Schema):
        """The genre."""

        genre: str

    def fields(self) -> dict[str, Any]:
        """Return the genre."""
        return {"genre": self.genre}

    def own_kicker(self) -> str:
        """Return the genre in words."""
        return str(self.get_genre_display())
