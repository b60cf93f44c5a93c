"""Imports of members in the admin: send a file, look over its columns, see what would happen, start, follow, undo."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets.button import HeaderButton
from wagtail.snippets.views.snippets import SnippetViewSet

from cms.csvfiles import as_csv
from newsletter.admin.frame import LookedAtView, OurPage
from newsletter.importing import Unreadable, WrongState, desk, layout
from newsletter.importing.columns import FIELDS
from newsletter.importing.layout import MOST_BYTES
from newsletter.importing.story import as_cells, differences, story
from newsletter.importing.tables import XLSX
from newsletter.models import ImportedRow, MailingList, MemberImport

IMPORT = "wagtailsnippets_newsletter_memberimport:"
MAY_IMPORT = "newsletter.add_memberimport"
ROWS = 50
# As people know them.
ENCODINGS = {"cp1252": "Windows-1252", "mac_roman": "Mac", "cp850": "DOS", "utf-8-sig": "UTF-8"}


class FileForm(forms.Form):
    """The file, the list, and why we may write to these people."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or Excel (.xlsx), at most 20 MB. The first row may name the columns."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )
    list = forms.ModelChoiceField(MailingList.objects.all(), label=gettext_lazy("List"), empty_label=None)
    wording = forms.CharField(
        label=gettext_lazy("Why we may write to them"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Kept as evidence with each new subscription, such as “Members get the newsletter, § 4 of the statutes”."
        ),
    )

    def clean_file(self) -> Any:
        """Refuse what is too large before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(
                _("The file is larger than %(n)d MB. Part it in two, or save it as CSV.") % {"n": MOST_BYTES >> 20}
            )
        return file


class ImportPage(OurPage):
    """A page about imports."""

    allowed: ClassVar[tuple[str, ...]] = (MAY_IMPORT,)
    header_icon = "upload"

    @cached_property
    def source(self) -> MemberImport:
        """The import, without its file."""
        found = MemberImport.objects.defer("content").select_related("list", "created_by")
        return get_object_or_404(found, pk=self.kwargs["pk"])

    def trail(self) -> list[dict[str, str]]:
        """Return the imports."""
        return [{"url": reverse(IMPORT + "list"), "label": _("Imports")}]

    def get_page_subtitle(self) -> str:
        """Return the file's name."""
        return self.source.filename if "pk" in self.kwargs else ""


class UploadView(ImportPage):
    """Takes a file in; nothing is done with it yet."""

    page_title = gettext_lazy("Import members")
    template_name = "newsletter/admin/import_upload.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for the file."""
        return self.render_to_response(self.get_context_data(form=FileForm()))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Guess its columns and go on to them, or say what is wrong with it."""
        form = FileForm(request.POST, request.FILES)
        if form.is_valid():
            file, given = form.cleaned_data["file"], form.cleaned_data
            try:
                source = desk.receive(
                    file.name, file.read(), given["list"], timezone.now(), wording=given["wording"], user=request.user
                )
            except Unreadable as error:
                form.add_error("file", str(error))
            else:
                return redirect(IMPORT + "columns", source.pk)
        return self.render_to_response(self.get_context_data(form=form))


class ColumnsView(ImportPage):
    """What each column holds: guessed, and corrected here."""

    page_title = gettext_lazy("Columns")
    template_name = "newsletter/admin/import_columns.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the columns with their first cells."""
        if not story(self.source).can_map or not self.source.content:
            messages.error(request, _("The columns of this import can't be changed any more."))
            return redirect(IMPORT + "look", pk)
        return self.answer(self.source.mapping["layout"]["columns"])

    def answer(self, chosen: list[str], problem: str = "") -> HttpResponse:
        """Show the page with these fields chosen."""
        found = layout.look(bytes(self.source.content))
        columns = [
            {"place": place, "name": name, "field": field, "samples": [row[place] for row in found.samples]}
            for place, (name, field) in enumerate(zip(found.names, chosen, strict=False))
        ]
        context = self.get_context_data(
            source=self.source, columns=columns, fields=FIELDS.items(), problem=problem, heading=found.heading,
            encoding=ENCODINGS.get(found.kind.encoding, found.kind.encoding.upper()),
            is_sheet=found.kind.name == XLSX,
        )  # fmt: skip
        return self.render_to_response(context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have the rows checked."""
        width = len(self.source.mapping["layout"]["columns"])
        chosen = [request.POST.get(f"column-{place}", "") for place in range(width)]
        try:
            desk.remap(self.source, chosen)
        except Unreadable as error:
            return self.answer(chosen, str(error))
        except WrongState as error:
            messages.error(request, str(error))
        return redirect(IMPORT + "look", pk)


class LookView(ImportPage):
    """How an import stands, and what each row does."""

    template_name = "newsletter/admin/import_look.html"
    page_title = gettext_lazy("Import")

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add how it stands, and one page of rows."""
        act = self.request.GET.get("act", "")
        lines = self.source.lines.order_by("number")
        if act in dict(ImportedRow.ACTS):
            lines = lines.filter(act=act)
        page = Paginator(lines, ROWS).get_page(self.request.GET.get("p"))
        shown = [{"line": line, "differences": differences(line.changes)} for line in page]
        context: dict[str, Any] = super().get_context_data(**kwargs)
        found = {"source": self.source, "story": story(self.source), "act": act, "rows": page, "shown": shown}
        return {**context, **found, "columns_known": self._columns()}

    def _columns(self) -> str:
        kept = self.source.mapping.get("layout", {})
        pairs = zip(kept.get("names", []), kept.get("columns", []), strict=False)
        return ", ".join(f"{name} → {FIELDS[field]}" for name, field in pairs if field)


class ProgressView(ImportPage):
    """The part of an import's page that changes by itself."""

    template_name = "newsletter/admin/import_fragment.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        return self.render_to_response(self.get_context_data(source=self.source, story=story(self.source)))


class DownloadView(ImportPage):
    """All rows of an import with what they do, as CSV."""

    def get(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """Stream it."""
        heading = [_("Row"), _("What happens"), _("E-mail address"), _("Reason"), _("Changes")]
        answer = StreamingHttpResponse(as_csv(heading, self._rows()), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="import-{self.source.pk}.csv"'
        return answer

    def _rows(self) -> Iterator[list[Any]]:
        yield from map(as_cells, self.source.lines.order_by("number").iterator(chunk_size=2000))


class UndoView(ImportPage):
    """Tells what an undo will take back and what it can't, before it is done."""

    page_title = gettext_lazy("Undo the import")
    template_name = "newsletter/admin/import_undo.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask."""
        if not desk.can_undo(self.source):
            return redirect(IMPORT + "look", pk)
        return self.render_to_response(self.get_context_data(source=self.source, meets=desk.cannot_be_undone(self.source)))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let it be undone."""
        return acted(request, self.source, desk.undo, _("The import is being undone."))


class ActView(ImportPage):
    """Start or cancel an import; POST only."""

    http_method_names: ClassVar[list[str]] = ["post"]
    ACTS: ClassVar[dict[str, tuple[Callable[..., None], Any]]] = {
        "start": (desk.start, gettext_lazy("The import has begun.")),
        "cancel": (desk.cancel, gettext_lazy("The import is cancelled.")),
    }

    def post(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Do it."""
        do, said = self.ACTS[act]
        return acted(request, self.source, do, said)


def acted(request: HttpRequest, source: MemberImport, do: Callable[..., None], said: Any) -> HttpResponse:
    """Do something with an import, tell how it went, and go back to its page."""
    try:
        do(source, timezone.now(), request.user)
    except WrongState as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect(IMPORT + "look", source.pk)


class ImportIndexView(LookedAtView):
    """Imports; each leads to its page."""

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Offer to import a file."""
        return [HeaderButton(_("Import members"), url=reverse(IMPORT + "upload"), icon_name="upload", priority=10)]

    def get_edit_url(self, instance: MemberImport) -> str:
        """Lead to the import's page: there is nothing to edit."""
        return look_url(instance)


def look_url(source: MemberImport) -> str:
    """Return where an import can be followed."""
    return reverse(IMPORT + "look", args=[source.pk])


class DoneColumn(Column):
    """What an import did, or would do, in one line."""

    def get_value(self, instance: MemberImport) -> str:
        """Return the counts that aren't nought."""
        return " · ".join(f"{line.word}: {line.count}" for line in story(instance).lines if line.count)


class ImportViewSet(SnippetViewSet):
    """Imports, to be looked at; made by sending a file."""

    model = MemberImport
    icon = "upload"
    menu_label = gettext_lazy("Imports")
    list_display = [
        TitleColumn("filename", label=gettext_lazy("File"), get_url=look_url),
        "list",
        "state",
        DoneColumn("done", label=gettext_lazy("Rows")),
        "created_at",
        "created_by",
    ]
    list_filter = ["state", "list"]
    ordering = ["-created_at"]
    copy_view_enabled = False
    index_view_class = ImportIndexView

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave the files where they are."""
        return MemberImport.objects.defer("content").select_related("list", "created_by")

    def get_urlpatterns(self) -> list[Any]:
        """Replace what Wagtail would write with."""
        kept = [found for found in super().get_urlpatterns() if found.name in ("list", "list_results")]
        own = [
            path("upload/", UploadView.as_view(), name="upload"),
            path("columns/<int:pk>/", ColumnsView.as_view(), name="columns"),
            path("look/<int:pk>/", LookView.as_view(), name="look"),
            path("look/<int:pk>/fragment/", ProgressView.as_view(), name="fragment"),
            path("look/<int:pk>/rows.csv", DownloadView.as_view(), name="download"),
            path("look/<int:pk>/undo/", UndoView.as_view(), name="undo"),
        ]
        acts = [path(f"look/<int:pk>/{act}/", ActView.as_view(), {"act": act}, name=act) for act in ActView.ACTS]
        return [*kept, *own, *acts]
