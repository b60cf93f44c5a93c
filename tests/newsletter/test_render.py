"""Letters: what every kind of post and every block looks like, and what must never stand in one."""

from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from uuid import UUID

import pytest
from django.template import engines
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.teaser import DatePart, Fact, Link, PersonPart, Quotation, Table, Teaser
from newsletter import letter
from newsletter.items import (
    ButtonItem,
    Contents,
    DateLine,
    DatesItem,
    LetterError,
    PictureItem,
    PostItem,
    QuotationItem,
    Sender,
    Shot,
    TextItem,
)
from newsletter.render import render

NOON = datetime(2026, 3, 6, 11, 0, tzinfo=UTC)
SHOT = Shot("https://ordet.example.se/media/b.jpg", 544, 300, "En brygga", "Vid vattnet.", "Bo Ek")
SENDER = Sender("Föreningen Exempel", address="Box 1\n111 22 Stockholm", website="https://example.se/", why="Du är medlem.")


def teaser(kind: str = "novelty", **parts: object) -> Teaser:
    fields = {
        "key": UUID(int=1),
        "kind": kind,
        "kind_label": "nyhet",
        "kicker": "Nyhet",
        "title": "En titel",
        "summary": "En ingress.",
        "path": "/x/",
        "url": "https://ordet.example.se/x/",
        "date": NOON,
    }
    return Teaser(**fields | parts)


FULL = {
    "byline": (PersonPart("Ingrid Åhman", ("ordförande, FSS",)),),
    "people": (PersonPart("Ali Berg", ("socialchef",), "17 juni"),),
    "dates": (
        DatePart(
            "deadline",
            "Sista dag",
            "15 december 2023",
            datetime(2023, 12, 14, 23, tzinfo=UTC),
            datetime(2023, 12, 15, 23, tzinfo=UTC),
        ),
        DatePart(
            "event", "Dagar", "17–19 juni 2024", datetime(2024, 6, 16, 22, tzinfo=UTC), datetime(2024, 6, 19, 22, tzinfo=UTC)
        ),
    ),
    "facts": (Fact("Plats", "Malmö"), Fact("Nominerade", "44", figure=True)),
    "tables": (Table("Samverkan", ("Projekt", "Organisation"), (("Bostad", "Norrdal"), ("Skola", "Sjöberg"))),),
    "quotation": Quotation("Vi har råd.", "Ali Berg"),
    "links": (Link("Programmet", "https://example.se/program"),),
    "action": Link("Rösta", "https://example.se/rosta"),
    "abbreviations": (("ESN", "European Social Network"),),
    "sign_off": "Varma hälsningar",
}
KINDS = ["column", "call", "award", "event", "article", "clipping", "film", "page", "novelty"]


def contents(*items: object, **fields: object) -> Contents:
    fields = {"subject": "Ämnet", "preheader": "Förhandsraden", "issue_line": "Nr 3", "date": NOON, "sender": SENDER} | fields
    return Contents(items=items, **fields)


class Page(HTMLParser):
    """Reads a letter's tags and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words += data

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def shape(html: str) -> list[tuple[str, list[str]]]:
    return [(tag, sorted(attributes)) for tag, attributes in Page(html).tags]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("picture", [SHOT, None])
def test_every_kind_shows_its_parts_in_both_forms(kind, picture):
    found = render(contents(PostItem(teaser(kind, **FULL), picture)))
    page = Page(found.html)
    for words in ("En titel", "En ingress.", "https://ordet.example.se/x/"):
        assert words.lower() in found.text.lower()
        assert words in found.html
    for words in ("17–19 juni 2024", "Malmö"):
        assert words in found.text
        assert (words in page.words) == (kind != "column")
    assert page.all("html")[0]["lang"] == "sv"
    assert page.all("h1")
    assert len(page.all("h2")) == 1
    assert "Ämnet" in page.words


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_links_and_tables_are_accessible(kind):
    page = Page(render(contents(PostItem(teaser(kind, **FULL), SHOT), PictureItem(replace(SHOT, alt="")))).html)
    assert all("alt" in image for image in page.all("img"))
    links = [link["href"] for link in page.all("a")]
    assert all(link.startswith(("https://", "http://", "mailto:")) or link in letter.LINKS for link in links)
    assert all(cell.get("scope") in ("col", "row") for cell in page.all("th"))
    assert all(
        "role" in table or "aria-label" in table or table["style"].startswith("border-collapse") for table in page.all("table")
    )
    assert not page.all("script")


def test_an_award_has_a_table_per_category_and_buttons_with_words_of_their_own():
    two = (FULL["tables"][0], Table("Omställning", ("Projekt", "Organisation"), (("Fältarna", "Sjöberg"),)))
    found = render(contents(PostItem(teaser("award", **FULL | {"tables": two}))))
    assert "Rösta i Samverkan" in found.html
    assert "Rösta i Omställning" in found.html
    assert Page(found.html).all("th").count({"scope": "col"}) == 0
    assert [cell["scope"] for cell in Page(found.html).all("th") if cell["scope"] == "row"]


def test_a_call_begins_with_its_last_day():
    html = render(contents(PostItem(teaser("call", **FULL)))).html
    assert html.index("fredag 15 december 2023") < html.index("En titel")
    closed = replace(FULL["dates"][0], closed=True)
    after = render(contents(PostItem(teaser("call", **FULL | {"dates": (closed,)}))))
    assert "Stängd" in after.html
    assert "Sista dagen var 15 december 2023." in after.html


def test_an_event_shows_its_day_large_and_its_date_in_words():
    page = Page(render(contents(PostItem(teaser("event", **FULL)))).html)
    assert "17–19" in page.words
    assert "17–19 juni 2024" in page.words


def test_a_column_has_a_round_portrait_and_a_sign_off():
    html = render(contents(PostItem(teaser("column", **FULL, portrait=True), SHOT))).html
    assert "border-radius:50%" in html
    assert "Varma hälsningar" in html


def test_free_blocks_and_their_text():
    line = DateLine(FULL["dates"][0], "Utlysningen", "https://example.se/u")
    found = render(
        contents(
            TextItem("<h2>Från oss</h2><p>Se <a href='https://example.se/a'>här</a></p><ol><li>ett</li><li>två</li></ol>"),
            PictureItem(SHOT, "https://example.se/bild"),
            ButtonItem("Bli medlem", "https://example.se/bli"),
            QuotationItem("Det går.", "Ali"),
            DatesItem("Viktiga datum", (line,)),
            DatesItem("Sedan", ()),
        )
    )
    for words in (
        "här (https://example.se/a)",
        "1. ett\n2. två",
        "Bli medlem: https://example.se/bli",
        "”Det går.”\n– Ali",
        "15 december 2023: Utlysningen",
    ):
        assert words in found.text
    for words in ("Bli medlem", "”Det går.”", "Viktiga datum", "Bo Ek", "Inga datum"):
        assert words in found.html


def test_head_and_foot_hold_the_slots_and_who_we_are():
    found = render(contents(introduction="<p>Hej!</p>"))
    for slot in letter.LINKS:
        assert slot in found.html
        assert slot in found.text
    for words in ("Föreningen Exempel", "111 22 Stockholm", "Du är medlem.", "Förhandsraden", "Hej!"):
        assert words in found.html
    assert "prefers-color-scheme:dark" in found.html
    assert "fonts.googleapis" not in found.html


def test_link_words_that_would_stand_twice_say_what_they_lead_to():
    found = render(contents(PostItem(teaser(title="Ett")), PostItem(teaser(title="Två")), PostItem(teaser("film"))))
    assert "Läs mer: Ett" in found.html
    assert "Läs mer: Två" in found.html
    assert "Se filmen</a>" in found.html


def test_twelve_items_stay_below_what_gmail_shows():
    items = [PostItem(teaser(kind, **FULL), SHOT) for kind in (KINDS * 2)[:12]]
    assert len(render(contents(*items)).html.encode()) < 102_400


def test_lines_of_the_text_part_are_short_except_addresses():
    text = render(contents(PostItem(teaser(summary="ord " * 200)), TextItem("<p>" + "ord " * 200 + "</p>"))).text
    assert max(len(line) for line in text.splitlines() if "://" not in line) <= 76


@pytest.mark.parametrize(
    "nasty",
    [
        "a < b",
        "vi <3 er",
        "<info@example.se>",
        "x\x0by\x00z\x85",
        "<![CDATA[x]]>",
        "]]>",
        "-- <!-- --",
        "&amp; & &nbsp;",
        "\ufffe\ud800",
    ],
)
def test_text_that_the_engine_cannot_take_comes_out_right(nasty):
    clean = "".join(c for c in nasty if c not in "\x0b\x00\x85\ufffe\ud800")
    parts = {
        "title": nasty,
        "summary": nasty,
        "kicker": nasty,
        "facts": (Fact(nasty, nasty),),
        "tables": (Table(nasty, (nasty,), ((nasty,),)),),
    }
    found = render(contents(PostItem(teaser(**parts), replace(SHOT, alt=nasty)), TextItem(f"<p>{nasty}</p>"), subject=nasty))
    assert clean in Page(found.html).words
    assert clean in found.text
    assert found.subject == clean


def test_a_bad_link_names_its_block():
    with pytest.raises(LetterError, match=r"Del 2, knappen ”Klicka”: .*javascript") as caught:
        render(contents(TextItem("<p>x</p>"), ButtonItem("Klicka", "javascript:x")))
    assert caught.value.block == 2


@pytest.mark.parametrize(
    "fault",
    [
        "<mj-section><mj-column><mj-text>a < b</mj-text></mj-column></mj-section>",
        "{% no_such_tag %}",
        "{{ teaser.title|no_such_filter }}",
    ],
)
def test_a_type_with_a_faulty_template_is_named_instead_of_crashing(monkeypatch, tmp_path, fault):
    folder = tmp_path / "newsletter" / "mjml" / "posts"
    folder.mkdir(parents=True)
    (folder / "broken.mjml").write_text(fault)
    with_templates(monkeypatch, tmp_path)
    with pytest.raises(LetterError, match="Del 2, inlägget ”En titel”") as caught:
        render(contents(PostItem(teaser()), PostItem(teaser("broken"))))
    assert caught.value.block == 2


def with_templates(monkeypatch, folder):
    engine = engines["django"].engine
    monkeypatch.setattr(engine, "dirs", [folder, *engine.dirs])
    for loader in engine.template_loaders:
        if hasattr(loader, "reset"):
            loader.reset()


PIECES = [*"<>&\"'/=!-[]{}% \nabmjå@3\x00\x0b\x9f", "</mj-text>", "<mj-raw>", "]]>", "@@unsubscribe@@", "{{", "{%", "javascript:"]
HOSTILE = st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@given(text=HOSTILE, kind=st.sampled_from(KINDS))
@settings(max_examples=150)
def test_hostile_text_never_raises_and_never_injects(text, kind):
    """The same tags and attributes stand in the letter whatever words are put in."""

    def made(words: str) -> str:
        parts = {
            "title": words,
            "summary": words,
            "kicker": words,
            "facts": (Fact(words, words), Fact("x", words, figure=True)),
            "tables": (Table(words, (words, "x"), ((words, words),)),),
            "quotation": Quotation(words, "x" + words),
            "byline": (PersonPart("x" + words, ("x" + words,)),),
            "people": (PersonPart(words, ("x" + words,), "x" + words),),
            "links": (Link(words, "https://example.se/"),),
            "action": Link(words, "https://example.se/"),
            "abbreviations": ((words, words),),
            "dates": (DatePart("deadline", words, "x" + words, precision="text"),),
        }
        item = PostItem(teaser(kind, **parts), replace(SHOT, alt=words, caption="x" + words, photographer="x" + words))
        found = render(contents(item, ButtonItem(words, "https://x.se"), QuotationItem(words, "x" + words), subject="x" + words))
        assert found.html.count(letter.UNSUBSCRIBE) == 1
        return found.html

    one_line = text.replace("\n", " ").replace("\r", " ").replace("\u2028", " ").replace("\u2029", " ").strip()
    assert shape(made("x" + one_line)) == shape(made("ord"))
