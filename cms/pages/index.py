"""Home and section indexes: the pages that list posts."""

from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from cms import listing
from cms.navigation import way_to
from cms.old_addresses import moved
from cms.pages.post import Post
from cms.pages.slugs import PageForm, check_slug
from cms.previewing import OnFrontEnd
from cms.regional import Regional


class Index(OnFrontEnd, Regional, Page):
    """What Home and SectionIndex share."""

    introduction = models.TextField(_("introduction"), blank=True)

    base_form_class = PageForm
    content_panels = [*Page.content_panels, FieldPanel("introduction")]

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Refuse a slug at which Ordet itself answers."""
        super().clean()
        check_slug(self.slug, self.depth, self.pk)

    def posts(self) -> QuerySet[Post]:
        """Return the posts to list, newest first."""
        raise NotImplementedError

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add one page of posts, the address of the next and the way back. Raises Http404 for a key that no list gave."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        try:
            found = listing.page(self.posts(), after=request.GET.get("efter", ""))
        except listing.BadCursor as error:
            raise Http404(str(error)) from None
        return {**context, "listing": found, "way": way_to(self), "first": "efter" not in request.GET}


class Home(Index):
    """The site's root: the newest posts of all kinds."""

    template = "site/home.html"
    parent_page_types = ["wagtailcore.Page"]
    max_count = 1

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the home page, or lead a short address of an imported site to its post."""
        goal = moved(request.GET.dict())
        return HttpResponsePermanentRedirect(goal) if goal else super().serve(request, *args, **kwargs)

    def posts(self) -> QuerySet[Post]:
        """Return all listed posts."""
        return listing.listed(self.locale_id)


class SectionIndex(Index):
    """A section: the posts below it."""

    template = "site/section.html"
    show_in_menus_default = True
    parent_page_types = ["cms.Home", "cms.SectionIndex"]

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")

    def posts(self) -> QuerySet[Post]:
        """Return the listed posts below this page."""
        return listing.listed(self.locale_id).filter(path__startswith=self.path)


def section_for(model: type[Post], home: Home) -> SectionIndex:
    """Return the section in which posts of a type stand, made now if it is missing."""
    slug, title = model.SECTION
    found = SectionIndex.objects.child_of(home).filter(slug=slug).first()
    return found or home.add_child(instance=SectionIndex(title=str(title), slug=slug, locale=home.locale))
