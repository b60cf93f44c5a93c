"""Files of members as they come: delimiters, encodings, headings, workbooks that only look small, dates, regions."""

import io
import zipfile

import pytest

from newsletter.importing import Unreadable, layout, tables
from newsletter.importing.values import Regions, day

SWEDISH = "E-post{d}Förnamn{d}Efternamn\r\nåke@exempel.se{d}Åke{d}Öst\r\nasa@exempel.se{d}Åsa{d}Ärlig\r\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman", "cp850"])
def test_every_common_file_is_read(delimiter, encoding):
    content = SWEDISH.format(d=delimiter).encode(encoding)
    found = layout.look(content)
    assert found.columns == ["address", "first", "last"]
    assert found.kind.delimiter == delimiter
    assert [cells for _number, cells in layout.cells(content, found)][1] == {
        "address": "asa@exempel.se",
        "first": "Åsa",
        "last": "Ärlig",
    }
    assert tables.count(content, found.kind) == 3


def test_headings_are_guessed_and_their_absence_is_seen():
    words = "E-post;Förnamn;Efternamn;Arbetsgivare;Kommun;Region/Län;Befattning;Medlemsnummer;Medlem sedan;Etiketter;Skostorlek"
    found = layout.look((words + "\nmia@exempel.se;Mia;M;;Sjöberg;M;chef;7;2020;a, b;38\n").encode())
    assert found.columns == [
        "address", "first", "last", "employer", "employer", "region", "role", "membership_number", "joined_on", "tags", "",
    ]  # fmt: skip
    bare = layout.look(b"Mia Medlem;mia@exempel.se\nOtto Ny;otto@exempel.se\n")
    assert (bare.heading, bare.columns, bare.names) == (0, ["", "address"], ["Kolumn 1", "Kolumn 2"])
    assert layout.look(b"sep=;\nE-post;Namn\nmia@exempel.se;Mia\n").columns == ["address", "name"]


@pytest.mark.parametrize(
    "content",
    [b"", b"\n \n", b"%PDF-1.7 x", b"\xd0\xcf\x11\xe0" + b"x" * 99, b"PK\x03\x04 no archive", ("a;" * 200 + "\n").encode()],
)
def test_what_is_no_table_is_refused_in_words(content):
    with pytest.raises(Unreadable, match=r"\w+ \w+"):
        layout.look(content)


def archive(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(f"xl/{name}.xml", text)
    return file.getvalue()


def test_a_workbook_that_only_looks_small_is_refused(monkeypatch):
    monkeypatch.setattr("newsletter.importing.sheets.MOST_UNFOLDED", 1 << 20)
    bomb = archive(sheet=b"0" * (2 << 20))
    assert len(bomb) < 10_000
    with pytest.raises(Unreadable, match="packas upp"):
        layout.look(bomb)
    with pytest.raises(Unreadable):
        layout.look(archive(workbook=b"<x/>"))


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("2020-05-01", "2020-05-01"), ("20200501", "2020-05-01"), ("2020-05-01 00:00:00", "2020-05-01"),
        ("1/5 2020", "2020-05-01"), ("01.05.2020", "2020-05-01"), ("1 maj 2020", "2020-05-01"), ("maj 2020", "2020-05-01"),
        ("den 1:e Maj 2020", "2020-05-01"), ("2020", "2020-01-01"), ("2020-13-01", ""), ("31 februari 2020", ""),
        ("nyss", ""), ("0001-01-01", ""), ("sept 2020", "2020-09-01"),
    ],
)  # fmt: skip
def test_dates_in_swedish_forms(cell, meant):
    if meant:
        assert day(cell) == meant
    else:
        with pytest.raises(ValueError, match=r"\w"):
            day(cell)


@pytest.mark.parametrize(
    ("cell", "name"),
    [("Skåne", "Region Skåne"), ("skåne län", "Region Skåne"), ("12", "Region Skåne"), ("M", "Region Skåne"),
     ("Stockholms län", "Stockholm"), ("AB", "Stockholm"), ("01", "Stockholm"), ("Mars", "")],
)  # fmt: skip
def test_regions_by_name_and_code(cell, name):
    assert Regions({"Region Skåne": 1, "Stockholm": 2}).name(cell) == name
