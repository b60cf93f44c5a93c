"""Excel workbooks (.xlsx): guarded against what only looks small, read row by row."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml import DEFUSEDXML

from newsletter.importing.refusals import Unreadable

# A workbook of 250,000 members unfolds to about 150 MB.
MOST_UNFOLDED = 300 << 20
MOST_PARTS = 2_000
_BROKEN = (
    InvalidFileException,
    zipfile.BadZipFile,
    KeyError,
    OSError,
    ValueError,
    TypeError,
    EOFError,
    AttributeError,
    SyntaxError,
)


def demand_harmless(content: bytes) -> None:
    """Raise Unreadable unless the archive is a workbook that stays within bounds when it is unfolded."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Unreadable(_("The file isn't a table: %(error)s") % {"error": error}) from None
    if not any(part.filename.startswith("xl/") for part in parts):
        raise Unreadable(_("This is an archive, but no Excel workbook. Send a CSV file or an Excel workbook (.xlsx)."))
    # zipfile unfolds no more than each part's stated size.
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNFOLDED:
        raise Unreadable(_("The workbook is too large when it is unfolded. Save the sheet of members alone, or as CSV."))


@contextmanager
def _first_sheet(content: bytes) -> Iterator[Any]:
    if not DEFUSEDXML:
        raise RuntimeError("defusedxml is missing: workbooks from outside can't be read safely.")
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        with closing(book):
            if not book.worksheets:
                raise Unreadable(_("The file is empty."))
            yield book.worksheets[0]
    except Unreadable:
        raise
    except _BROKEN as error:
        raise Unreadable(_("The file isn't a table: %(error)s") % {"error": _short(error)}) from None


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__


def rows(content: bytes) -> Iterator[list[str]]:
    """Yield the first sheet's rows as text; dates as 2026-03-06, whole numbers without decimals, formulas as their values."""
    with _first_sheet(content) as sheet:
        # Other programs than Excel write a wrong extent, beyond which nothing would be read.
        sheet.reset_dimensions()
        for row in sheet.iter_rows(values_only=True):
            yield [_text(cell) for cell in row]


def count(content: bytes) -> int:
    """Return the first sheet's number of rows as the file states it, or 0."""
    with _first_sheet(content) as sheet:
        return int(sheet.max_row or 0)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell)
    return "" if text in {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"} else text
