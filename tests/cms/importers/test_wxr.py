"""Reading exports: safe, streamed, and clear about what can't be read."""

import tracemalloc
from datetime import UTC, datetime

import pytest

from cms.importers import wxr
from cms.importers.wxr import BadExport, read_date
from tests.cms.importers.exports import BASE, HEAD, TAIL, attachment, item, write

BOMB = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
PARAMETER = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>'


def written(folder, text, encoding="utf-8"):
    path = folder / "export.xml"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    "prologue", [BOMB, OUTSIDE, PARAMETER, '<?xml version="1.0"?><!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd">']
)
def test_a_document_type_is_refused(tmp_path, prologue):
    body = HEAD.split("?>", 1)[1] + item(1, "&b;") + TAIL
    with pytest.raises(BadExport, match="DTD"):
        wxr.survey(written(tmp_path, prologue + body))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ingen xml",
        HEAD + item(1),
        HEAD + "<item><title>A & B</title></item>" + TAIL,
        HEAD + "&okand;" + TAIL,
        HEAD + item(1) + "</rss>",
    ],
)
def test_malformed_xml_is_refused_as_a_whole(tmp_path, text):
    with pytest.raises(BadExport, match="XML"):
        wxr.survey(written(tmp_path, text))


@pytest.mark.parametrize("text", ["<html><body/></html>", "<rss><channel><title>x</title></channel></rss>", "<rss><item/></rss>"])
def test_other_xml_is_no_export(tmp_path, text):
    with pytest.raises(BadExport, match="WXR"):
        wxr.survey(written(tmp_path, text))


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(BadExport, match=r"finns\.xml"):
        wxr.survey(tmp_path / "finns.xml")


def test_control_characters_are_dropped_and_the_rest_is_kept(tmp_path):
    path = write(tmp_path, item(1, "a\x08b\x0bc å", title="T\x01itel"))
    (found,) = wxr.items(path)
    assert (found.title, found.body) == ("Titel", "abc å")


def test_an_export_in_utf_16_is_read(tmp_path):
    text = (HEAD.replace("UTF-8", "UTF-16") + item(1, "<p>åäö</p>") + TAIL).encode("utf-16")
    path = tmp_path / "export.xml"
    path.write_bytes(text)
    assert [found.body for found in wxr.items(path)] == ["<p>åäö</p>"]


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_all_versions_of_the_format_are_read(tmp_path, version):
    text = (
        HEAD + item(7, categories=[("nyheter", "Nyheter")], tags=[("malm%c3%b6", "Malmö")], meta={"_thumbnail_id": 3}) + TAIL
    ).replace("/export/1.2/", f"/export/{version}/")
    (found,) = wxr.items(written(tmp_path, text))
    assert (found.id, found.kind, found.status, found.meta) == (7, "post", "publish", {"_thumbnail_id": "3"})
    assert (found.categories, found.tags) == ((wxr.Term("nyheter", "Nyheter"),), (wxr.Term("malmö", "Malmö"),))


def test_the_survey_knows_site_media_and_places(tmp_path):
    path = write(tmp_path, attachment(3, "a.jpg", alt="Alt", caption="Foto: <b>Bo</b>"), item(1), item(2, status="trash"))
    export = wxr.survey(path)
    assert export.base == BASE
    assert (export.attachments[3].alt, export.attachments[3].caption) == ("Alt", "Foto: Bo")
    assert set(export.known) == {1}


def test_titles_are_plain(tmp_path):
    path = write(tmp_path, item(1, title="<em>Nytt</em> &amp; bra: a < b"))
    assert [found.title for found in wxr.items(path)] == ["Nytt & bra: a < b"]


@pytest.mark.parametrize(
    ("gmt", "local", "published", "expected"),
    [
        ("2023-05-02 08:00:00", "2023-05-02 10:00:00", "", datetime(2023, 5, 2, 8, tzinfo=UTC)),
        ("0000-00-00 00:00:00", "2023-05-02 10:00:00", "", datetime(2023, 5, 2, 8, tzinfo=UTC)),
        ("0000-00-00 00:00:00", "2023-01-02 10:00:00", "", datetime(2023, 1, 2, 9, tzinfo=UTC)),
        ("", "", "Tue, 02 May 2023 08:00:00 +0000", datetime(2023, 5, 2, 8, tzinfo=UTC)),
        ("skräp", "", "Wed, 30 Nov -0001 00:00:00 +0000", None),
        ("2023-13-45 08:00:00", "", "", None),
    ],
)
def test_dates(gmt, local, published, expected):
    assert read_date(gmt, local, published)[0] == expected


def test_memory_stays_flat(tmp_path):
    text = "<p>" + "Ord som tar plats. " * 600 + "</p>"
    path = tmp_path / "export.xml"
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        file.writelines(item(number, text) for number in range(1, 3001))
        file.write(TAIL)
    assert path.stat().st_size > 30_000_000
    tracemalloc.start()
    try:
        assert sum(1 for _item in wxr.items(path)) == 3000
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


def test_a_survey_knows_the_files_of_each_item_and_the_synced_patterns(tmp_path):
    pattern = {"kind": "wp_block", "slug": "kontakt"}
    export = wxr.survey(
        write(
            tmp_path,
            attachment(5, "b.jpg", parent=1),
            item(1),
            attachment(4, "a.jpg", parent=1),
            attachment(6, "c.jpg"),
            item(9, "<p>Kontakt.</p>", **pattern),
            item(10, status="trash", **pattern),
        )
    )
    assert (export.children[1], export.children.get(2)) == ([5, 4], None)
    assert export.patterns == {9: "<p>Kontakt.</p>"}
