"""The window in which an editor picks a post for an issue: first what is new since the list's last mailing."""

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.choosers import BaseFilterForm, SearchFilterMixin
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.widgets.chooser import BaseChooser
from wagtail.models import Locale

from cms import listing
from cms.media import NoPicture, rendition
from cms.models import Post, content_types
from newsletter import filling
from newsletter.models import MailingList

THUMB = "fill-144x96|format-jpeg|jpegquality-70"


class PostFilter(SearchFilterMixin, BaseFilterForm):
    """What the window shows: the new ones, or all; and a search."""

    NEW, ALL = "new", "all"

    show = forms.ChoiceField(
        choices=[(NEW, gettext_lazy("New since the last issue")), (ALL, gettext_lazy("All posts"))],
        required=False,
        label=gettext_lazy("Show"),
        widget=forms.RadioSelect(attrs={"data-chooser-modal-search-filter": True}),
    )

    def __init__(self, data: Any, mailing_list: MailingList | None) -> None:
        data = data.copy()
        data.setdefault("show", self.NEW)
        super().__init__(data)
        self.mailing_list = mailing_list

    def filter(self, objects: Any) -> Any:
        """Return what was asked for; a search looks through all posts' titles and summaries."""
        if query := (self.cleaned_data.get("q") or "").strip():
            self.is_searching, self.search_query = True, query
            objects = objects.filter(title__icontains=query) | objects.filter(summary__icontains=query)
        elif self.cleaned_data["show"] != self.ALL:
            new = filling.published_since(filling.since(self.mailing_list, timezone.now()))
            objects = objects.filter(pk__in=new.order_by().values("pk"))
        return objects


class PictureColumn(Column):
    """A small picture of the post, or the icon of one."""

    cell_template_name = "newsletter/admin/picture_cell.html"

    def get_value(self, instance: Post) -> str:
        """Return the picture's address, or nothing."""
        if not instance.lead_image_id:
            return ""
        try:
            return str(rendition(instance.lead_image_id, THUMB).url)
        except NoPicture:
            return ""


class EarlierColumn(Column):
    """The earlier issues that the post went in."""

    def get_value(self, instance: Any) -> str:
        """Return "Already in no. 3", or nothing."""
        found = instance.went_in
        return _("Already in no. %(issues)s") % {"issues": ", ".join(found)} if found else ""


class Choosing:
    """What the window and its list have in common."""

    request: HttpRequest

    @cached_property
    def mailing_list(self) -> MailingList | None:
        """The list that the issue is for, as chosen in the form behind the window."""
        key = self.request.GET.get("mailing_list", "")
        return MailingList.objects.filter(pk=int(key)).first() if key.isdecimal() else None

    def get_filter_form(self) -> PostFilter:
        """Return the filter for the issue's list."""
        return PostFilter(self.request.GET, self.mailing_list)

    def get_object_list(self) -> Any:
        """Return the published posts, newest first."""
        return listing.public(Post.objects.filter(listed_locale_id=Locale.get_default().pk))

    def apply_object_list_ordering(self, objects: Any) -> Any:
        """Return them newest first."""
        return objects.order_by("-first_published_at", "-pk")

    def get_results_page(self, request: HttpRequest) -> Any:
        """Return one page, each post with the issues that it went in."""
        page = super().get_results_page(request)  # type: ignore[misc]
        posts = list(page.object_list)
        earlier = filling.went_in(self.mailing_list, [post.translation_key for post in posts])
        for post in posts:
            post.went_in = earlier.get(str(post.translation_key), [])
        page.object_list = posts
        return page

    @property
    def columns(self) -> list[Column]:
        """Return picture, title, kind, date and earlier issues."""
        return [
            PictureColumn("picture", label=_("Picture")),
            self.title_column,  # type: ignore[attr-defined]
            Column("kind", label=_("Kind"), accessor=kind),
            Column("date", label=_("Date"), accessor=day),
            EarlierColumn("earlier", label=_("Earlier")),
        ]


def day(post: Post) -> str:
    """Return the day on which the post was published."""
    return date_format(timezone.localtime(post.first_published_at), "j F Y") if post.first_published_at else ""


def kind(post: Post) -> str:
    """Return the post's kind in words."""
    known = content_types().get(post.kind)
    return str(known._meta.verbose_name).capitalize() if known else ""


class ChoosePostView(Choosing, ChooseView):
    """The window."""


class ChoosePostResultsView(Choosing, ChooseResultsView):
    """Its list."""


class PostChooserViewSet(ChooserViewSet):
    """The window's addresses."""

    model = Post
    icon = "doc-full"
    choose_one_text = gettext_lazy("Choose a post")
    choose_another_text = gettext_lazy("Choose another post")
    edit_item_text = gettext_lazy("Edit this post")
    choose_view_class = ChoosePostView
    choose_results_view_class = ChoosePostResultsView
    preserve_url_parameters: ClassVar[list[str]] = ["multiple", "mailing_list"]
    register_widget = False
    per_page = 20


post_chooser = PostChooserViewSet("newsletter_post_chooser", url_prefix="newsletter/choose-post")


class PostChooser(BaseChooser):
    """The button that opens the window, and what was chosen."""

    model = Post
    icon = "doc-full"
    choose_one_text = gettext_lazy("Choose a post")
    choose_another_text = gettext_lazy("Choose another post")
    link_to_chosen_text = gettext_lazy("Edit this post")
    chooser_modal_url_name = "newsletter_post_chooser:choose"
    linked_fields: ClassVar[dict[str, str]] = {"mailing_list": "[name=mailing_list]"}
