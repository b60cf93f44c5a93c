"""Segments in the admin: the builder of conditions, with whom they find while they are edited."""

import json
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import DateColumn
from wagtail.snippets.views.snippets import DeleteView, SnippetViewSet

from newsletter import segments
from newsletter.models import Segment

SEGMENT = "wagtailsnippets_newsletter_segment:"
MAY_CHOOSE = ("newsletter.add_segment", "newsletter.change_segment")
MAY_SEE_MEMBERS = ("newsletter.view_member", "newsletter.change_member")
LONGEST = 100_000
WORDS: dict[str, str | Promise] = {
    "all": gettext_lazy("All of these hold"),
    "any": gettext_lazy("At least one of these holds"),
    "none": gettext_lazy("None of these holds"),
    "group": gettext_lazy("Group of conditions"),
    "condition": gettext_lazy("Condition"),
    "kind": gettext_lazy("How the conditions go together"),
    "what": gettext_lazy("About what"),
    "how": gettext_lazy("In what way"),
    "value": gettext_lazy("What it is compared with"),
    "list": gettext_lazy("Which list"),
    "choose": gettext_lazy("Choose …"),
    "nothing": gettext_lazy("There is nothing to choose yet"),
    "gone": gettext_lazy("gone"),
    "add": gettext_lazy("Add a condition"),
    "add_group": gettext_lazy("Add a group"),
    "remove": gettext_lazy("Remove the condition"),
    "remove_group": gettext_lazy("Remove the group"),
    "everybody": gettext_lazy("No conditions yet: all members."),
    "counting": gettext_lazy("Counting …"),
    "failed": gettext_lazy("The members can't be counted just now."),
}


class ConditionsInput(forms.Textarea):
    """A tree of conditions as JSON, which a script turns into rows of drop-downs; `segment` is what they belong to."""

    segment: int | None = None

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Return the text area, the words and choices for the builder, and the place for the count."""
        area = super().render(name, value, attrs, renderer)
        language = {"words": {word: str(said) for word, said in WORDS.items()}, **segments.vocabulary(self.segment)}
        context = {"area": area, "language": language, "count": reverse(SEGMENT + "count"), "segment": self.segment or ""}
        return render_to_string("newsletter/admin/conditions.html", context)

    @property
    def media(self) -> forms.Media:
        """Bring the builder."""
        return forms.Media(js=["newsletter/segments.js"], css={"all": ["newsletter/segments.css"]})


class SegmentForm(WagtailAdminModelForm):
    """Refuses conditions that mean nothing, or that lead back to the segment itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["conditions"].widget.segment = self.instance.pk

    def clean_conditions(self) -> Any:
        """Return the tree; raises ValidationError."""
        tree = self.cleaned_data["conditions"]
        try:
            segments.compile(segments.freeze(tree, (self.instance.pk,)))
        except segments.BadConditions as error:
            raise ValidationError(str(error)) from None
        return tree


class CountView(View):
    """Whom the conditions on the page find; POST because they are long, but nothing is changed."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse whoever may not make segments."""
        if not any(map(request.user.has_perm, MAY_CHOOSE)):  # type: ignore[union-attr]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer with a piece of the page; 422 with what is missing."""
        try:
            found = segments.found(asked_for(request), _number(request.POST.get("segment", "")))
        except (segments.BadConditions, segments.TooSlow) as error:
            return HttpResponse(render_to_string("newsletter/admin/segment_count.html", {"error": error}), status=422)
        seen = any(map(request.user.has_perm, MAY_SEE_MEMBERS))  # type: ignore[union-attr]
        context = {"found": found, "first": found.first if seen else []}
        return HttpResponse(render_to_string("newsletter/admin/segment_count.html", context))


def asked_for(request: HttpRequest) -> Any:
    """Return the tree that the page sent; raises BadConditions for what is no JSON."""
    text = request.POST.get("conditions", "")
    try:
        return json.loads(text) if len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None  # noqa: PLR2004 - shorter than the longest key


class SegmentDeleteView(DeleteView):
    """Deletes a segment unless another one rests on it."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse in words where other segments contain it."""
        if others := segments.containing(self.object):
            names = ", ".join(one.name for one in others)
            messages.error(request, _("The segment is part of %(names)s. Remove it there first.") % {"names": names})
            return redirect(SEGMENT + "edit", self.object.pk)
        return super().post(request, *args, **kwargs)


class SegmentViewSet(SnippetViewSet):
    """Segments."""

    model = Segment
    icon = "group"
    menu_label = gettext_lazy("Segments")
    list_display = ["name", DateColumn("created_at", label=gettext_lazy("Created"))]
    search_fields = ["name"]
    copy_view_enabled = True
    delete_view_class = SegmentDeleteView
    edit_handler = ObjectList([FieldPanel("name"), FieldPanel("conditions", widget=ConditionsInput)], base_form_class=SegmentForm)

    def get_urlpatterns(self) -> list[Any]:
        """Add the live count."""
        return [*super().get_urlpatterns(), path("count/", CountView.as_view(), name="count")]
