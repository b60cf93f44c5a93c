"""Members as rows for a file that a spreadsheet opens, and as an Excel workbook; `cms.csvfiles` writes the other kind."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from newsletter.models import Member, Subscription

CHUNK = 2_000
BLOCK = 64 << 10


def headings() -> list[str]:
    """Return the columns' names; an import knows them again."""
    return [
        _("Name"), _("E-mail address"), _("Employer"), _("Role"), _("Region"), _("Membership number"),
        _("Member since"), _("Tags"), _("Status"), _("Lists"), _("Created"),
    ]  # fmt: skip


def rows(members: QuerySet[Member]) -> Iterator[list[Any]]:
    """Yield one row per member, in the order of their keys, with what belongs to each fetched by the thousand."""
    subscribed = Subscription.objects.filter(state=Subscription.SUBSCRIBED).select_related("list").order_by("list__name")
    found = members.order_by("pk").select_related("region")
    found = found.prefetch_related("tags", Prefetch("subscriptions", subscribed, to_attr="chosen"))
    for member in found.iterator(chunk_size=CHUNK):
        yield [
            member.name, member.address, member.employer, member.role, member.region.name if member.region else "",
            member.membership_number, member.joined_on, ", ".join(tag.name for tag in member.tags.all()),
            str(member.get_status_display()), ", ".join(choice.list.name for choice in member.chosen),  # type: ignore[attr-defined]
            member.created_at.date(),
        ]  # fmt: skip


def as_xlsx(heading: Sequence[str], table: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield an Excel workbook, written row by row into a temporary file; text stays text, whatever it begins with."""
    with tempfile.TemporaryFile() as file:
        _write(file, heading, table)
        file.seek(0)
        while block := file.read(BLOCK):
            yield block


def _write(file: BinaryIO, heading: Sequence[str], table: Iterable[Sequence[Any]]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Members"))
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, cell) for cell in heading])
    for row in table:
        sheet.append([_cell(sheet, cell) for cell in row])
    book.save(file)


def _cell(sheet: WriteOnlyWorksheet, value: Any) -> Any:
    """Return a value; one that openpyxl would take for a formula as the text that it is."""
    if not isinstance(value, str):
        return value
    text = "".join(character for character in value if character.isprintable() or character in "\t\n")
    if not text.startswith("="):
        return text
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    return cell
