"""The WordPress import: a file of any size, item by item; one bad item stops nothing, a second run changes nothing.

An import tells nobody: its pages are added as they are, without being published, and marked (`Post.imported_from`).
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db.models import Count
from django.utils.translation import gettext as _
from wagtail.models import Revision, Site

from cms.importers import wxr
from cms.importers.library import Library
from cms.importers.links import Addresses, relink
from cms.importers.mapping import Mapping
from cms.importers.names import NameBook
from cms.importers.planning import DRAFTS, plan
from cms.importers.plans import Context, NotImportable, Plan, digest
from cms.importers.rehearsal import Rehearsal
from cms.importers.report import Problem, Report
from cms.importers.storing import Store
from cms.importers.wxr import Item
from cms.models import Home, Person, Post

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Here:
    """A page that an item has become: 0 in a rehearsal."""

    page_id: int
    digest: str
    live: bool


@dataclass(slots=True)
class Run:
    """One import."""

    file: Path
    context: Context
    report: Report
    store: Store | None
    rehearsal: Rehearsal
    kinds: frozenset[str]
    here: dict[int, Here] = field(default_factory=dict)
    edited: set[int] = field(default_factory=set)
    met: set[int] = field(default_factory=set)
    slugs: set[str] = field(default_factory=set)

    def take(self, item: Item) -> None:
        """Import one item, or say why not."""
        self.slugs.add(item.slug)
        if reason := self._left_out(item):
            self.report.skipped[reason] += 1
            return
        self.report.comments += item.comments
        if item.id and item.id in self.met:
            self.report.problem(item.name, _("Another item has the same id (%(id)d); left out.") % {"id": item.id})
            return
        self.met.add(item.id)
        if known := self.here.get(item.id):
            self._leave(item, known)
        else:
            self._make(item)

    def _left_out(self, item: Item) -> str:
        if item.kind not in self.kinds:
            return item.kind
        if item.slug in self.context.mapping.skip:
            return _("left out by the map")
        return "" if item.status == "publish" or item.status in DRAFTS else item.status

    def _leave(self, item: Item, known: Here) -> None:
        self.report.unchanged += 1
        self.report.edited += known.page_id in self.edited
        if known.digest != digest(item):
            self.report.problem(item.name, _("Has changed in the export since it was imported; the page is left alone."))

    def _make(self, item: Item) -> None:
        try:
            made = plan(item, self.context)
            page_id = self._write(made)
        except NotImportable as error:
            self.report.problem(item.name, str(error))
        except Exception as error:  # whatever an item holds, the others go on
            logger.exception("Item %s of the export could not be imported.", item.id)
            self.report.problem(item.name, _("Could not be imported: %(error)s") % {"error": " ".join(str(error).split())[:500]})
        else:
            self.here[item.id] = Here(page_id, digest(item), made.live)
            self._count(made)

    def _write(self, made: Plan) -> int:
        if self.store is None:
            self.rehearsal.page(made)
            return 0
        above = self.here.get(made.item.parent)
        return self.store.page(made, above.page_id if above and made.kind == "page" else None).pk

    def _count(self, made: Plan) -> None:
        if made.live:
            self.report.created[made.kind] += 1
        else:
            self.report.drafts += 1
        for what in made.problems:
            self.report.problem(made.item.name, what)
        self.report.notes += [Problem(made.item.name, what) for what in made.notes]

    def items(self) -> Iterator[Item]:
        """Yield all items but pages and media in the file's order, then the pages from the top of their tree down."""
        levels: dict[int, int] = {}
        for item in wxr.items(self.file):
            if item.kind == "page" and item.status != "trash":
                levels[item.id] = self._level(item)
            elif item.kind != "attachment":
                yield item
        for level in sorted(set(levels.values())):
            for item in wxr.items(self.file, frozenset({"page"})):
                if levels.get(item.id) == level:
                    yield item

    def _level(self, item: Item) -> int:
        """Return how many pages stand above; pages that stand above each other count as many as they are."""
        known, at, above = self.context.export.known, item.parent, set()
        while at in known and at not in above:
            above.add(at)
            at = known[at].parent
        return len(above)

    def finish(self) -> None:
        """Mend links, then report names, files and parts of the map that nothing answered to."""
        if self.store is not None:
            pages = {number: here.page_id for number, here in self.here.items() if here.live}
            relink(self.context.key(0).removesuffix("0"), self.context.addresses, pages, self.edited)
        for where, one, other in self.context.names.pairs():
            names = {"one": one, "other": other}
            self.report.problem(where, _("“%(one)s” and “%(other)s” may be the same person; nothing was merged.") % names)
        for slug in self.context.mapping.posts.keys() - self.slugs:
            self.report.problem(slug, _("Stands in the map but not in the export."))
        self.report.unused_media = self.context.library.unused()


def import_wordpress(
    file: Path, *, media: Path | None = None, mapping: Mapping | None = None, dry_run: bool = False, now: datetime
) -> Report:
    """Import a WordPress export and return what was done (with `dry_run`: what would be; nothing is written then).

    `media`: a folder with the old site's files, at any depth. Raises wxr.BadExport before anything is written.
    """
    export = wxr.survey(file)
    if media is not None and not media.is_dir():
        raise wxr.BadExport(_("The media folder doesn't exist: %(folder)s") % {"folder": media})
    mapping = mapping or Mapping()
    kinds = frozenset({"post", "page", *mapping.post_types})
    library, report = Library(media, export), Report(dry_run=dry_run)
    context = Context(export, mapping, library, Addresses(export, kinds), NameBook(), now)
    _know_people(context)
    store = None if dry_run else Store(_home(), library, report)
    run = Run(file, context, report, store, Rehearsal(export, library, report), kinds)
    _know_pages(run)
    for item in run.items():
        run.take(item)
    run.finish()
    return report


def _home() -> Home:
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    root = site.root_page.specific if site else None
    return root if isinstance(root, Home) else Home.objects.get()


def _know_people(context: Context) -> None:
    for name, portrait in Person.objects.values_list("name", "portrait__source_url"):
        context.names.person(name)
        if portrait is not None:
            context.portraits[name] = portrait


def _know_pages(run: Run) -> None:
    """Find what earlier runs have made, and which of it has been worked on since: more than one revision."""
    prefix = run.context.key(0).removesuffix("0")
    found = Post.objects.filter(imported_from__startswith=prefix).values_list("imported_from", "pk", "live")
    for mark, key, live in found.iterator():
        number, _sign, mark_digest = mark.removeprefix(prefix).partition("#")
        run.here[int(number)] = Here(key, mark_digest, live)
    counts = Revision.page_revisions.values("object_id").annotate(count=Count("pk")).filter(count__gt=1)
    run.edited = {int(key) for key in counts.values_list("object_id", flat=True)}
