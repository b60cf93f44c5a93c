"""The association's words: topics, regions and abbreviations."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.search import index


class Term(index.Indexed, models.Model):
    """A named thing that posts point to."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    slug = models.SlugField(_("slug"), max_length=100, unique=True, allow_unicode=False)

    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Topic(Term):
    """What a post is about; becomes a hashtag on LinkedIn."""

    class Meta(Term.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")


class Region(Term):
    """A part of the country."""

    class Meta(Term.Meta):
        verbose_name = _("region")
        verbose_name_plural = _("regions")


class Abbreviation(index.Indexed, models.Model):
    """A short form and what it stands for: `<abbr>` on the web, a list in the mail."""

    short = models.CharField(_("abbreviation"), max_length=30, unique=True)
    meaning = models.CharField(_("meaning"), max_length=300)

    search_fields = [index.SearchField("short"), index.AutocompleteField("short"), index.SearchField("meaning")]

    class Meta:
        ordering = ["short"]
        verbose_name = _("abbreviation")
        verbose_name_plural = _("abbreviations")

    def __str__(self) -> str:
        return f"{self.short} ({self.meaning})"
