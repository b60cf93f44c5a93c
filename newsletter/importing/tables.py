"""Files of rows: what kind they are, how they are encoded and parted, and their rows one at a time."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from newsletter.importing import sheets
from newsletter.importing.refusals import Unreadable

CSV, XLSX = "csv", "xlsx"
DELIMITERS = ";,\t|"
# Other bytes than ASCII tell of the encoding; these letters are what a Swedish list of names has.
_OURS = frozenset("åäöÅÄÖéÉüÜøØæÆèáóíñç–’")
_EIGHT_BIT = ("cp1252", "mac_roman", "cp850")
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_LOOKED_AT = 1 << 20
_SEP = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"GIF8")
SAMPLE = 60


@dataclass(frozen=True, slots=True)
class Kind:
    """How a file is to be read; an XLSX has neither encoding nor delimiter."""

    name: str
    encoding: str = ""
    delimiter: str = ""


def kind_of(content: bytes) -> Kind:
    """Tell what kind of file it is. Raises Unreadable for what is no table."""
    if not content.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise Unreadable(_("The file is empty."))
    if content.startswith(b"PK\x03\x04"):
        sheets.demand_harmless(content)
        return Kind(XLSX)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(_("This is a workbook in Excel's old format (or one with a password). Save it as .xlsx and try again."))
    if content.startswith(_BINARY):
        raise Unreadable(_("This is no table. Send a CSV file or an Excel workbook (.xlsx)."))
    encoding = encoding_of(content)
    return Kind(CSV, encoding, delimiter_of(_beginning(content, encoding)))


def encoding_of(content: bytes) -> str:
    """Return the encoding of a text: by its byte order mark, by being valid UTF-8, or by which letters come out."""
    for mark, name in _MARKS.items():
        if content.startswith(mark):
            return name
    head = content[:_LOOKED_AT]
    if b"\x00" in head:
        return "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"
    return "utf-8" if _is_utf8(content) else max(_EIGHT_BIT, key=lambda name: _likelihood(head, name))


def _is_utf8(content: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), _LOOKED_AT):
            decoder.decode(content[start : start + _LOOKED_AT])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _likelihood(head: bytes, encoding: str) -> int:
    letters = Counter(byte for byte in head if not chr(byte).isascii())
    text = {byte: bytes([byte]).decode(encoding, "replace") for byte in letters}
    return sum(count if text[byte] in _OURS else -count for byte, count in letters.items())


def _beginning(content: bytes, encoding: str) -> str:
    return content[:_LOOKED_AT].decode(encoding, "replace")


def delimiter_of(text: str) -> str:
    """Return what parts the cells: what gives most rows the same number of cells, and more than one."""
    told = _SEP.match(text)
    return told[1] if told else max(DELIMITERS, key=lambda delimiter: _evenness(text, delimiter))


def _evenness(text: str, delimiter: str) -> tuple[float, int]:
    try:
        widths = [len(row) for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), SAMPLE) if row]
    except csv.Error:
        return 0.0, 0
    width, count = Counter(widths).most_common(1)[0] if widths else (1, 0)
    return (count / len(widths), width) if width > 1 else (0.0, 1)


def rows(content: bytes, kind: Kind) -> Iterator[list[str]]:
    """Yield the rows of a file, one at a time, as text; row 1 first. Raises Unreadable where it breaks off."""
    if kind.name == XLSX:
        yield from sheets.rows(content)
        return
    stream = io.TextIOWrapper(io.BytesIO(content), encoding=kind.encoding, errors="replace", newline="")
    if not _SEP.match(stream.readline()):
        stream.seek(0)
    try:
        for row in csv.reader(stream, delimiter=kind.delimiter or ";"):
            yield [_plain(cell) for cell in row]
    except (csv.Error, UnicodeError) as error:
        raise Unreadable(_("The file isn't a table: %(error)s") % {"error": error}) from None


def _plain(cell: str) -> str:
    """Return what is meant by ="0017", with which spreadsheets keep a leading nought in a CSV."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') and len(cell) > 2 else cell  # noqa: PLR2004 - the quotes


def count(content: bytes, kind: Kind) -> int:
    """Return about how many rows there are, for a bar that shows how far it has come."""
    if kind.name == XLSX:
        return sheets.count(content)
    line_break = "\n".encode(kind.encoding.removesuffix("-sig") if kind.encoding != "utf-16" else "utf-16-le")
    return content.count(line_break) or content.count(b"\r") or 1
