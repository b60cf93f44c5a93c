"""Tables as CSV files that a Swedish spreadsheet opens, safe against cells that would be run as formulas."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

CHUNK = 2_000
# What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")


def safe(cell: Any) -> str:
    """Return a cell's text; what a spreadsheet would run as a formula gets an apostrophe in front."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


class _Echo:
    """What csv writes to: gives the line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def as_csv(heading: Sequence[str], table: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield a CSV file as a Swedish spreadsheet expects it: UTF-8 with a byte order mark, semicolons, CRLF."""
    writer = csv.writer(_Echo(), delimiter=";")
    yield b"\xef\xbb\xbf"
    gathered: list[str] = [writer.writerow(list(heading))]
    for row in table:
        gathered.append(writer.writerow([safe(cell) for cell in row]))
        if len(gathered) >= CHUNK:
            yield "".join(gathered).encode()
            gathered.clear()
    yield "".join(gathered).encode()
