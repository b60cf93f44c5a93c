"""Members from a file (CSV or XLSX): adds and updates people; never brings back who left, bounced or was erased."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from zipfile import BadZipFile

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cms.models import Region
from newsletter.addresses import accept, suppression_hash
from newsletter.members import choose, find
from newsletter.models import MailingList, Member, Subscription, Suppression

CHUNK = 200
# A column is known by any of these headings.
COLUMNS = {
    "address": {"e-post", "epost", "e-postadress", "epostadress", "mejl", "mail", "email", "e-mail", "adress", "address"},
    "name": {"namn", "name", "fullständigt namn"},
    "first": {"förnamn", "first name", "firstname"},
    "last": {"efternamn", "last name", "lastname"},
    "employer": {"arbetsgivare", "organisation", "employer", "arbetsplats"},
    "region": {"region", "län", "område"},
    "role": {"roll", "befattning", "titel", "role", "title"},
    "membership_number": {"medlemsnummer", "medlemsnr", "membership number", "membership_number", "medlems-id"},
}
COPIED = ("name", "employer", "role", "membership_number")


class Unreadable(ValueError):
    """The file is no list of members; the words are for the person who sent it."""


@dataclass(slots=True)
class Report:
    """What an import did, or would do. `problems`: line number and words, one per line that was left out."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    subscribed: int = 0
    left_alone: int = 0
    suppressed: int = 0
    twice: int = 0
    problems: list[dict[str, object]] = field(default_factory=list)
    dry_run: bool = False


class _NotReally(Exception):
    """Rolls a dry run back."""


def import_members(path: Path, mailing_list: MailingList, now: datetime, *, dry_run: bool = False) -> Report:
    """Read `path` (.csv or .xlsx) and subscribe its people to `mailing_list`.

    A bad line is reported and the rest goes on. Raises Unreadable where there is no column of addresses.
    """
    report = Report(dry_run=dry_run)
    seen: set[str] = set()
    people = _people(path)
    while chunk := list(islice(people, CHUNK)):
        try:
            with transaction.atomic():
                for number, person in chunk:
                    _take(number, person, mailing_list, path.name, now, report, seen)
                if dry_run:
                    raise _NotReally
        except _NotReally:
            pass
    return report


def _take(
    number: int, person: dict[str, str], mailing_list: MailingList, source: str, now: datetime, report: Report, seen: set[str]
) -> None:
    report.rows += 1
    try:
        address = accept(person.get("address", "")).ascii.lower()
        if address in seen:
            report.twice += 1
            return
        seen.add(address)
        with transaction.atomic():
            _store(person, address, mailing_list, source, now, report)
    except ValidationError as error:
        report.problems.append({"line": number, "problem": "; ".join(error.messages)})


def _store(person: dict[str, str], address: str, mailing_list: MailingList, source: str, now: datetime, report: Report) -> None:
    member = find(address)
    if member is None and Suppression.objects.filter(address_hash=suppression_hash(address)).exists():
        report.suppressed += 1
        return
    member = _saved(person, member, report)
    if Subscription.objects.filter(member=member, list=mailing_list).exists() or member.status != Member.ACTIVE:
        # Whatever they chose, or whatever happened to the address, is stronger than a file.
        report.left_alone += 1
        return
    choose(member.pk, mailing_list.pk, Subscription.SUBSCRIBED, now, source=f"import: {source}")
    report.subscribed += 1


def _saved(person: dict[str, str], member: Member | None, report: Report) -> Member:
    values: dict[str, object] = {name: person[name][:200] for name in COPIED if person.get(name)}
    region = Region.objects.filter(name__iexact=person["region"]).first() if person.get("region") else None
    if region is not None:
        values["region"] = region
    if member is None:
        report.created += 1
        member = Member(address=person["address"], **values)
        member.save()
        return member
    changed = {name: value for name, value in values.items() if getattr(member, name) != value}
    for name, value in changed.items():
        setattr(member, name, value)
    if changed:
        member.save()
    report.updated += bool(changed)
    report.unchanged += not changed
    return member


def _people(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    rows = _sheet(path) if path.suffix.lower() == ".xlsx" else _lines(path)
    try:
        heading = next(rows)
    except StopIteration:
        raise Unreadable(_("The file is empty.")) from None
    places = {
        name: place for place, cell in enumerate(heading) for name, words in COLUMNS.items() if cell.strip().lower() in words
    }
    if "address" not in places:
        raise Unreadable(_("The first line names no column with e-mail addresses (such as “E-post”)."))
    for number, row in enumerate(rows, 2):
        person = {name: row[place].strip(" \t\u00a0") for name, place in places.items() if place < len(row)}
        if any(person.values()):
            person.setdefault("name", " ".join(filter(None, (person.pop("first", ""), person.pop("last", "")))))
            person["name"] = " ".join(person["name"].split())
            yield number, person


def _lines(path: Path) -> Iterator[list[str]]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise Unreadable(_("The file isn't a table: %(error)s") % {"error": error}) from None


def _sheet(path: Path) -> Iterator[list[str]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, OSError, ValueError) as error:
        raise Unreadable(_("The file isn't a table: %(error)s") % {"error": error}) from None
    for row in book.worksheets[0].iter_rows(values_only=True):
        yield ["" if cell is None else str(cell) for cell in row]
