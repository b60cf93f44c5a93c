"""How a file's columns are to be read: guessed when it comes, corrected by whoever sends it, kept with the import."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from newsletter.importing import tables
from newsletter.importing.columns import ADDRESS, FIELDS, field_of, guess, looks_like_address
from newsletter.importing.refusals import Unreadable
from newsletter.importing.tables import Kind

SHOWN = 5
MOST_COLUMNS = 100
MOST_BYTES = 20 << 20


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read a file. `columns`: per column a field's name, or nothing for what is ignored.

    `heading`: the number of the row that names the columns, 0 where there is none.
    """

    kind: Kind
    heading: int
    names: list[str]
    columns: list[str]
    samples: list[list[str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return what is kept; the samples are persons and stay in the file."""
        kept = asdict(self)
        del kept["samples"]
        return kept


def from_json(kept: dict[str, Any]) -> Layout:
    """Return the layout that `as_json` wrote."""
    return Layout(Kind(**kept["kind"]), kept["heading"], kept["names"], kept["columns"])


def look(content: bytes) -> Layout:
    """Guess how a file is to be read. Raises Unreadable for what is too large or no table."""
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is larger than %(n)d MB. Part it in two, or save it as CSV.") % {"n": MOST_BYTES >> 20})
    kind = tables.kind_of(content)
    first = [(number, row) for number, row in islice(enumerate(tables.rows(content, kind), 1), tables.SAMPLE) if any(row)]
    if not first:
        raise Unreadable(_("The file is empty."))
    if max(len(row) for _number, row in first) > MOST_COLUMNS:
        raise Unreadable(_("The file has more than %(n)d columns. Save those of the members alone.") % {"n": MOST_COLUMNS})
    return _layout(kind, first)


def _layout(kind: Kind, first: list[tuple[int, list[str]]]) -> Layout:
    number, top = first[0]
    has_heading = is_heading(top)
    samples = [row for _number, row in first[has_heading:]]
    heading = top if has_heading else []
    width = max(len(row) for _number, row in first)
    columns = guess(heading, samples)
    names = [cell.strip()[:60] or _("Column %(n)d") % {"n": place} for place, cell in enumerate(_wide(heading, width), 1)]
    return Layout(
        kind, number if has_heading else 0, names, _wide(columns, width), [_wide(row, width) for row in samples[:SHOWN]]
    )


def is_heading(row: Sequence[str]) -> bool:
    """Tell whether a row names columns: some are known, and none is an address."""
    return not any(looks_like_address(cell) for cell in row) and (any(field_of(cell) for cell in row) or len(row) > 1)


def _wide(row: Sequence[str], width: int) -> list[str]:
    return [*row, *[""] * (width - len(row))]


def demand_sound(columns: Sequence[str]) -> None:
    """Raise Unreadable unless exactly one column holds the addresses and all fields are known."""
    if any(name and name not in FIELDS for name in columns):
        raise Unreadable(_("A column was given a field that doesn't exist."))
    if ADDRESS not in columns:
        raise Unreadable(_("No column holds e-mail addresses (such as “E-post”). Choose which one does."))
    if list(columns).count(ADDRESS) > 1:
        raise Unreadable(_("Two columns were chosen as e-mail addresses. Choose one."))


def cells(content: bytes, layout: Layout) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row's number in the file and its cells by field; blank rows are passed over. Raises Unreadable."""
    for number, row in enumerate(tables.rows(content, layout.kind), 1):
        if number <= layout.heading or not any(row):
            continue
        found: dict[str, str] = {}
        for name, cell in zip(layout.columns, row, strict=False):
            # Two columns may hold the same field (employer and municipality): the first that says something counts.
            if name and cell and not found.get(name):
                found[name] = cell
        yield number, found
