"""What a row's cells mean: an address, dates in Swedish forms, a region by name or county code, tags."""

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from newsletter.addresses import Address, accept
from newsletter.importing.columns import ADDRESS, EMPLOYER, FIRST, JOINED, LAST, MEMBER, NAME, NUMBER, REGION, ROLE, TAGS

LONGEST = {NAME: 200, EMPLOYER: 200, ROLE: 200, NUMBER: 50}
LONGEST_TAG = 60
_MONTHS = [
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
]  # fmt: skip
_MONTH = {name: place for place, full in enumerate(_MONTHS, 1) for name in (full, full[:3], full[:3] + ".", full[:4])}
_DATES = (
    re.compile(r"(?P<y>\d{4})[-/.]?(?P<m>\d\d)[-/.]?(?P<d>\d\d)(?:[T ]\d\d[:.]\d\d.*)?"),
    re.compile(r"(?P<d>\d{1,2})[./](?P<m>\d{1,2})[./ -](?P<y>\d{4})"),
    re.compile(r"(?:den )?(?P<d>\d{1,2}):?[ae]?\s+(?P<word>[a-zå.]+)\s+(?P<y>\d{4})"),
    re.compile(r"(?P<word>[a-zå.]+)\s+(?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})"),
    re.compile(r"(?P<y>\d{4})"),
)
FIRST_YEAR, LAST_YEAR = 1900, 2100
# SCB's codes and the letters of the counties.
_COUNTIES = {
    "stockholm": "01 ab", "uppsala": "03 c", "södermanland": "04 d", "östergötland": "05 e", "jönköping": "06 f",
    "kronoberg": "07 g", "kalmar": "08 h", "gotland": "09 i", "blekinge": "10 k", "skåne": "12 m", "halland": "13 n",
    "västragötaland": "14 o", "värmland": "17 s", "örebro": "18 t", "västmanland": "19 u", "dalarna": "20 w",
    "gävleborg": "21 x", "västernorrland": "22 y", "jämtland": "23 z", "västerbotten": "24 ac", "norrbotten": "25 bd",
}  # fmt: skip
_CODES = {code.lstrip("0"): county for county, codes in _COUNTIES.items() for code in codes.split()}


@dataclass(slots=True)
class Person:
    """One row as it was understood. `problem`: why it can't be used at all; `warnings`: what was passed over.

    `values` holds texts, `joined_on` as an ISO date, and a region by its name as it stands among ours.
    """

    number: int
    shown: str
    address: Address | None = None
    values: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    problem: str = ""
    warnings: list[str] = field(default_factory=list)


class Regions:
    """Our regions by every way in which a file may name them."""

    def __init__(self, regions: dict[str, int]) -> None:
        """Take `regions`: name → key."""
        self.keys = regions
        self._names = {county_of(name): name for name in regions} | {name.lower(): name for name in regions}

    def name(self, cell: str) -> str:
        """Return our name of the region, or nothing if we have none such."""
        return self._names.get(cell.lower()) or self._names.get(county_of(cell), "")


@lru_cache(maxsize=1024)
def county_of(cell: str) -> str:
    """Return what "Region Skåne", "Skåne län", "Stockholms län", "12" and "M" have in common."""
    plain = re.sub(r"\bregion(en)?\b|\blän(et)?\b|[\W_]+", "", cell.lower())
    plain = _CODES.get(plain.lstrip("0"), plain)
    return plain.removesuffix("s") if plain.removesuffix("s") in _COUNTIES else plain


def day(cell: str) -> str:
    """Return a date in ISO form, from 2020-05-01, 20200501, 1/5 2020, 1 maj 2020, maj 2020 or 2020. Raises ValueError."""
    text = " ".join(cell.lower().split())
    for form in _DATES:
        if found := form.fullmatch(text):
            parts = found.groupdict()
            month = _MONTH.get(parts["word"], 0) if "word" in parts else int(parts.get("m") or 1)
            made = date(int(parts["y"]), month, int(parts.get("d") or 1))
            if FIRST_YEAR <= made.year <= LAST_YEAR:
                return made.isoformat()
    raise ValueError(cell)


def person(number: int, cells: dict[str, str], regions: Regions) -> Person:
    """Return what a row says about somebody; a row without a usable address has a `problem`."""
    clean = {name: " ".join(_visible(cell).split()) for name, cell in cells.items() if name != ADDRESS}
    written = cells.get(ADDRESS, "").strip(" \t\u00a0")
    found = Person(number, _visible(written)[:254])
    try:
        found.address = accept(_bare(written))
    except ValidationError as error:
        found.problem = "; ".join(error.messages) if written else _("The row has no e-mail address.")
        return found
    found.shown = found.address.shown
    _texts(found, clean)
    _region(found, clean.get(REGION, ""), regions)
    _joined(found, clean.get(JOINED, ""))
    found.tags = _tags(found, clean.get(TAGS, ""))
    return found


def _visible(text: str) -> str:
    """Return the text without control characters, which PostgreSQL refuses or nobody sees."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() or character in "\t\n\r\u00a0" else " " for character in text)


def _bare(address: str) -> str:
    """Return mia@example.se from "mailto:mia@example.se" and from "Mia Medlem <mia@example.se>"."""
    if address.endswith(">") and "<" in address and "\n" not in address:
        address = address[address.rindex("<") + 1 : -1]
    return address[7:] if address.lower().startswith("mailto:") else address


def _texts(found: Person, clean: dict[str, str]) -> None:
    name = clean.get(NAME) or f"{clean.get(FIRST, '')} {clean.get(LAST, '')}".strip()
    for field_name, text in {**clean, NAME: name}.items():
        longest = LONGEST.get(field_name)
        if longest is None or not text:
            continue
        if len(text) > longest:
            found.warnings.append(_("“%(text)s …” is too long and was cut.") % {"text": text[:30]})
        found.values[field_name] = text[:longest].rstrip()


def _region(found: Person, cell: str, regions: Regions) -> None:
    if not cell:
        return
    if name := regions.name(cell):
        found.values[REGION] = name
    else:
        found.warnings.append(_("The region “%(region)s” isn't among ours and was passed over.") % {"region": cell[:60]})


def _joined(found: Person, cell: str) -> None:
    if not cell:
        return
    try:
        found.values[JOINED] = day(cell)
    except ValueError:
        found.warnings.append(_("“%(date)s” isn't a date that can be read, and was passed over.") % {"date": cell[:30]})


def _tags(found: Person, cell: str) -> list[str]:
    names = [name.strip() for name in re.split(r"[,;|]", cell)]
    if any(len(name) > LONGEST_TAG for name in names):
        found.warnings.append(_("A tag longer than %(n)d characters was passed over.") % {"n": LONGEST_TAG})
    return list({name.lower(): name for name in names if name and len(name) <= LONGEST_TAG}.values())


def as_value(name: str, told: Any, regions: Regions) -> Any:
    """Return what belongs in a member's column for a value as `changes` tell it; a region becomes its key (or None)."""
    if name == REGION:
        return regions.keys.get(told) if told else None
    if name == JOINED:
        return date.fromisoformat(told) if told else None
    if name == MEMBER:
        return bool(told)
    return told or ""
