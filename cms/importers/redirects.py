"""Old addresses that lead to where things stand now."""

from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from wagtail.contrib.redirects.models import Redirect

from cms.importers.report import Report
from cms.importers.wxr import Item
from cms.models import Post

LONGEST = 255


def old_paths(item: Item) -> list[str]:
    """Return an item's old paths: the readable one if it has one, then the short one by id."""
    parts = urlsplit(item.link)
    readable = [Redirect.normalise_path(parts.path)] if parts.path.strip("/") else []
    return [*readable, f"/?{'page_id' if item.kind == 'page' else 'p'}={item.id}"]


def redirect_page(item: Item, page: Post, report: Report) -> None:
    """Lead an item's old addresses to its page; one that is the new one as well needs nothing."""
    for path in old_paths(item):
        if path == Redirect.normalise_path(page.path_on_site):
            continue
        if len(path) > LONGEST:
            report.problem(item.name, _("The old address is too long for a redirect: %(path)s") % {"path": path})
        elif _make(path, page.pk, "", item.name, report):
            if path.startswith("/?"):
                report.other_redirects += 1
            else:
                report.redirects += 1


def redirect_file(old: str, new: str, report: Report) -> None:
    """Lead a document's old address to `new`, a path of ours."""
    path = Redirect.normalise_path(urlsplit(old).path)
    if len(path) <= LONGEST and len(new) <= LONGEST and _make(path, None, new, path, report):
        report.other_redirects += 1


def _make(path: str, page_id: int | None, link: str, name: str, report: Report) -> bool:
    """Make a redirect; one that stands already is left alone, and told of if it leads elsewhere."""
    found = Redirect.objects.filter(old_path=path, site=None).first()
    if found is None:
        Redirect.objects.create(old_path=path, redirect_page_id=page_id, redirect_link=link)
        return True
    if page_id and found.redirect_page_id != page_id:
        report_taken(report, name, path)
    return False


def report_taken(report: Report, name: str, path: str) -> None:
    """Tell that an old address leads somewhere else already."""
    report.problem(name, _("The old address %(path)s leads somewhere else already; left as it is.") % {"path": path})
