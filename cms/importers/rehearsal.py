"""A dry run: counts what `storing.Store` would write, and writes nothing."""

from dataclasses import dataclass, field

from wagtail.contrib.redirects.models import Redirect

from cms.importers.library import Library, Media
from cms.importers.plans import Plan
from cms.importers.redirects import LONGEST, old_paths, report_taken
from cms.importers.report import Report
from cms.importers.wxr import Export
from cms.models import Attachment, Person, Picture, PlainPage


@dataclass(slots=True)
class Rehearsal:
    """Stands in for the store."""

    export: Export
    library: Library
    report: Report
    seen: set[str] = field(default_factory=set)

    def page(self, plan: Plan) -> None:
        """Count what a plan would make."""
        pictures = [*plan.pictures.values(), *filter(None, (plan.lead, plan.portrait))]
        self.report.pictures += sum(self._is_new(Picture, media) for media in pictures)
        for media in (*plan.documents.values(), *([plan.document] if plan.document else [])):
            if self._is_new(Attachment, media):
                self.report.documents += 1
            self.report.other_redirects += self._leads(Redirect.normalise_path(_path(media.url)))
        for signer in plan.signers:
            self.report.people += self._once(f"person {signer.name}") and not Person.objects.filter(name=signer.name).exists()
        if plan.live:
            self._redirects(plan)

    def _redirects(self, plan: Plan) -> None:
        new = Redirect.normalise_path(self._new_path(plan))
        for path in old_paths(plan.item):
            if path == new or len(path) > LONGEST:
                continue
            if not self._leads(path):
                report_taken(self.report, plan.item.name, path)
            elif path.startswith("/?"):
                self.report.other_redirects += 1
            else:
                self.report.redirects += 1

    def _new_path(self, plan: Plan) -> str:
        """Return where the page would stand."""
        if not issubclass(plan.model, PlainPage):
            return f"/{plan.model.SECTION[0]}/{plan.item.slug}/"
        slugs, at, met = [plan.item.slug], plan.item.parent, set()
        while (above := self.export.known.get(at)) and at not in met:
            met.add(at)
            slugs.insert(0, above.slug)
            at = above.parent
        return f"/{'/'.join(slugs)}/"

    def _leads(self, path: str) -> bool:
        return self._once(f"path {path}") and not Redirect.objects.filter(old_path=path, site=None).exists()

    def _is_new(self, model: type[Picture] | type[Attachment], media: Media) -> bool:
        return self._once(f"{model.__name__} {media.path}") and self.library.existing(model, media) is None

    def _once(self, what: str) -> bool:
        new = what not in self.seen
        self.seen.add(what)
        return new


def _path(url: str) -> str:
    return url.split("://", 1)[-1].partition("/")[1] + url.split("://", 1)[-1].partition("/")[2]
