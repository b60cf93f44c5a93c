"""The marks of a signed text, as they are really written."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.importers.credits import credit, credit_alone
from cms.importers.kickers import Kicker, is_almost_kicker, take_kicker, take_title
from cms.importers.letters import signature, take_letter
from cms.importers.names import NameBook, alike, distance, sound
from cms.importers.pieces import Heading, Photo, Text, drop_start
from cms.importers.roles import Printed, printed_roles

LONG = "<p>" + "Det här är en mening som fyller ut texten. " * 8 + "</p>"


@pytest.mark.parametrize(
    ("markup", "vice", "day", "rest"),
    [
        ("<p>ORDFÖRANDE HAR ORDET 6 MARS 2023: Hej.</p>", False, date(2023, 3, 6), "<p>Hej.</p>"),
        ("<p>VICE ORDFÖRANDE HAR ORDET, 6 FEBRUARI 2024 Hej.</p>", True, date(2024, 2, 6), "<p>Hej.</p>"),
        ("<p>VICE ORDFÖRANDE HAR ORDET, 6 FEBRUARI 2024. Hej.</p>", True, date(2024, 2, 6), "<p>Hej.</p>"),
        ("<p>Ordföranden har ordet: Hej.</p>", False, None, "<p>Hej.</p>"),
        ("<p>Vice ordföranden har ordet – Hej.</p>", True, None, "<p>Hej.</p>"),
        ("<p><b>ORDFÖRANDEN HAR ORDET 6 mars 2023</b> Hej <i>du</i>.</p>", False, date(2023, 3, 6), "<p>Hej <i>du</i>.</p>"),
        ("<p><b>Ordföranden har ordet den 1 dec. 2022:</b><br/>Hej.</p>", False, date(2022, 12, 1), "<p>Hej.</p>"),
        ("<p>Ordföranden har ordet<br/>Hej.</p>", False, None, "<p>Hej.</p>"),
        ("<p>Ordförande har ordet 2023-03-06: Hej &amp; hå.</p>", False, date(2023, 3, 6), "<p>Hej &amp; hå.</p>"),
        ("<p>ORDFÖRANDE HAR ORDET 31 FEBRUARI 2023: Hej.</p>", False, None, "<p>Hej.</p>"),
    ],
)
def test_a_kicker_is_read_and_removed(markup, vice, day, rest):
    kicker, left = take_kicker([Text(markup), Text("<p>Mer.</p>")])
    assert (kicker.vice, kicker.day) == (vice, day)
    assert left == [Text(rest), Text("<p>Mer.</p>")]


ABOUT = date(2023, 3, 8)


@pytest.mark.parametrize(
    ("kicker", "vice", "day", "month"),
    [
        ("Ordföranden har ordet mars 2023", False, None, date(2023, 3, 1)),
        ("ORDFÖRANDE HAR ORDET, MARS 2023:", False, None, date(2023, 3, 1)),
        ("ORDFÖRANDE HAR ORDET MARS:", False, None, date(2023, 3, 1)),
        ("ORDFÖRANDE HAR ORDET, 6 MARS:", False, date(2023, 3, 6), None),
        ("ORDFÖRANDE HAR ORDET 30 DECEMBER:", False, date(2022, 12, 30), None),
        ("Ordföranden har ordet (6 mars 2023)", False, date(2023, 3, 6), None),
        ("Ordföranden har ordet måndag 6 mars 2023", False, date(2023, 3, 6), None),
        ("Ordföranden har ordet, måndagen den 6 mars 2023:", False, date(2023, 3, 6), None),
        ("Ordföranden har ordet 6/3-23", False, date(2023, 3, 6), None),
        ("Ordföranden har ordet 6/3 2023", False, date(2023, 3, 6), None),
        ("Ordföranden har ordet 6/3 23:", False, date(2023, 3, 6), None),
        ("Ordföranden har ordet 6/3:", False, date(2023, 3, 6), None),
        ("Ordföranden har ordet 2023-03-06", False, date(2023, 3, 6), None),
        ("Förste vice ordförande har ordet 6 mars 2023", True, date(2023, 3, 6), None),
        ("Andre vice ordföranden har ordet:", True, None, None),
        ("1:e vice ordförande har ordet:", True, None, None),
        ("2:e vice ordföranden har ordet:", True, None, None),
        ("Tf ordförande har ordet:", False, None, None),
        ("T.f. ordföranden har ordet 6 mars 2023:", False, date(2023, 3, 6), None),
    ],
)
def test_a_kicker_may_be_written_in_many_ways(kicker, vice, day, month):
    own_line = Text(f"<p>{kicker}<br/>Hej.</p>")
    assert take_kicker([own_line], ABOUT) == (Kicker(vice, day, month), [Text("<p>Hej.</p>")])
    assert take_kicker([Heading(kicker), Text("<p>Hej.</p>")], ABOUT) == (Kicker(vice, day, month), [Text("<p>Hej.</p>")])
    assert take_title(kicker, ABOUT) == (Kicker(vice, day, month), kicker)
    assert is_almost_kicker(kicker)


@pytest.mark.parametrize(
    ("title", "day", "rest"),
    [
        ("Ordföranden har ordet: Första linjen", None, "Första linjen"),
        ("Ordföranden har ordet 6 mars 2023 – Rubrik", date(2023, 3, 6), "Rubrik"),
        ("Ordföranden har ordet | Mars är här", None, "Mars är här"),
        ("Ordföranden har ordet", None, "Ordföranden har ordet"),
    ],
)
def test_a_kicker_may_stand_in_the_title(title, day, rest):
    kicker, left = take_title(title, ABOUT)
    assert (kicker.day, left) == (day, rest)


def test_a_leap_day_needs_no_year():
    pieces = [Text("<p>Ordföranden har ordet 29 februari: Hej.</p>")]
    assert take_kicker(pieces, date(2024, 3, 1))[0] == Kicker(False, date(2024, 2, 29))
    assert take_kicker(pieces, date(2022, 3, 1))[0] == Kicker(False)


def test_a_month_that_begins_the_text_is_no_day():
    assert take_kicker([Text("<p>Ordföranden har ordet: Mars är här.</p>")], ABOUT) == (
        Kicker(False),
        [Text("<p>Mars är här.</p>")],
    )


@pytest.mark.parametrize("piece", [Heading("Ordföranden har ordet 6 mars 2023"), Text("<p>ORDFÖRANDEN HAR ORDET</p>")])
def test_a_kicker_of_its_own_goes_whole_even_below_a_picture(piece):
    kicker, left = take_kicker([Photo("a.jpg"), piece, Text("<p>Hej.</p>")])
    assert kicker is not None
    assert left == [Photo("a.jpg"), Text("<p>Hej.</p>")]


@pytest.mark.parametrize(
    "words",
    [
        "Ordföranden har ordet Maj-Britt skriver.",
        "Ordföranden har ordet i nästa nummer också.",
        "Vår ordförande har ordet: här.",
        "Ordförandens ord vägde tungt.",
    ],
)
def test_a_sentence_is_no_kicker(words):
    pieces = [Text(f"<p>{words}</p>")]
    assert take_kicker(pieces) == (None, pieces)


@pytest.mark.parametrize(
    ("printed", "roles"),
    [
        ("FSS ordförande", [("ordförande", "FSS")]),
        ("ordförande FSS", [("ordförande", "FSS")]),
        (
            "ordförande i FSS och socialdirektör i Karlstads kommun",
            [("ordförande", "FSS"), ("socialdirektör", "Karlstads kommun")],
        ),
        (
            "verksamhetschef socialpsykiatri i Lunds kommun och regionansvarig för FSS Skåne",
            [("verksamhetschef socialpsykiatri", "Lunds kommun"), ("regionansvarig", "FSS Skåne")],
        ),
        ("socialchef, Nacka kommun", [("socialchef", "Nacka kommun")]),
        ("chef för vård och omsorg i Umeå kommun", [("chef för vård och omsorg", "Umeå kommun")]),
        ("vård- och omsorgschef, Umeå", [("vård- och omsorgschef", "Umeå")]),
        ("FSS vice ordförande och socialchef i Ale", [("vice ordförande", "FSS"), ("socialchef", "Ale")]),
        ("vice ordförande", [("vice ordförande", "")]),
        ("1:e vice ordförande FSS", [("1:e vice ordförande", "FSS")]),
        ("professor vid Göteborgs universitet samt ledamot i FSS", [("professor", "Göteborgs universitet"), ("ledamot", "FSS")]),
    ],
)
def test_roles_are_cut_as_printed(printed, roles):
    assert printed_roles(printed) == tuple(Printed(*role) for role in roles)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Monica Persson, FSS ordförande", "Monica Persson"),
        ("/Anna-Karin af Klint, socialchef i Eda", "Anna-Karin af Klint"),
        ("Åsa Öhman – förbundsordförande", "Åsa Öhman"),
        ("Per B. Ek (socialdirektör, Mora)", "Per B. Ek"),
        ("Anna Ek/ordförande FSS", "Anna Ek"),
        ("Ordförande Anna Ek", "Anna Ek"),
        ("Vice ordförande Anna Ek", "Anna Ek"),
        ("Ordförande FSS Anna Ek", "Anna Ek"),
        ("Monica Persson ordförande FSS", "Monica Persson"),
        ("Monica Persson FSS ordförande", "Monica Persson"),
        ("Monica Persson förste vice ordförande", "Monica Persson"),
        ("Monica Persson är ordförande i FSS", None),
        ("Monica Persson ordförande i FSS säger att det går", None),
        ("Vår ordförande Anna Ek", None),
        ("Professor Anna Ek och Bo Al", None),
        ("Konferensvärd Lunds Kommun", None),
        ("Dagens Nyheter, 21 november", None),
        ("Lunds kommun, Mölndals stad", None),
        ("Anna Ek, socialchef i Eda. Hon säger att det går.", None),
        ("vår ordförande, Anna Ek", None),
    ],
)
def test_a_signature_is_a_name_and_an_office(line, name):
    found = signature(line)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("ending", "greeting", "names"),
    [
        (["<p>Varma hälsningar</p>", "<p>Eva Ek, ordförande FSS</p>"], "Varma hälsningar", ["Eva Ek"]),
        (["<p>På återhörande!</p>", "<p>Eva Ek, ordförande FSS</p>"], "På återhörande!", ["Eva Ek"]),
        (["<p>Vänliga hälsningar<br/>Eva Ek, ordförande FSS</p>"], "Vänliga hälsningar", ["Eva Ek"]),
        (["<p>Med vänlig hälsning</p>", "<p>Eva Ek<br/>ordförande FSS</p>"], "Med vänlig hälsning", ["Eva Ek"]),
        (["<p>Eva Ek<br/>ordförande FSS</p>"], "", ["Eva Ek"]),
        (["<p>Hälsningar Eva Ek, ordförande FSS</p>"], "Hälsningar", ["Eva Ek"]),
        (["<p>Vi ses!</p>", "<p>Eva Ek</p>", "<p>ordförande i FSS</p>"], "Vi ses!", ["Eva Ek"]),
        (["<p>Eva Ek</p>", "<p>ordförande FSS</p>"], "", ["Eva Ek"]),
        (["<p>Eva Ek/ordförande FSS</p>"], "", ["Eva Ek"]),
        (["<p>Ordförande Eva Ek</p>"], "", ["Eva Ek"]),
        (["<p>Eva Ek ordförande FSS</p>"], "", ["Eva Ek"]),
        (["<p>Vid pennan: Eva Ek</p>"], "Vid pennan", ["Eva Ek"]),
        (["<p>Vid pennan:</p>", "<p>Eva Ek, ordförande FSS</p>"], "Vid pennan", ["Eva Ek"]),
        (["<p>Eva Ek, ordförande FSS</p>", "<p>Bo Al, socialchef i Eda</p>"], "", ["Eva Ek", "Bo Al"]),
        (["<p>Det här är slutet.<br/>Allt gott!<br/>Eva Ek, ordförande FSS</p>"], "Allt gott!", ["Eva Ek"]),
    ],
)
def test_a_letter_is_cut_at_its_signature(ending, greeting, names):
    letter = take_letter([Text(LONG), *map(Text, ending), Photo("efter.jpg")], column=True)
    assert [signer.name for signer in letter.signers] == names
    assert letter.greeting == greeting
    assert letter.afterword == (Photo("efter.jpg"),)
    assert "Ek" not in str(letter.body)


@pytest.mark.parametrize("column", [True, False])
def test_every_signer_has_a_role(column):
    letter = take_letter(
        [Text(LONG), Text("<p>Vi ses!</p>"), Text("<p>Eva Ek</p>"), Text("<p>ordförande i FSS</p>")], column=column
    )
    assert letter.signers[0].roles == (Printed("ordförande", "FSS"),)


def test_a_postscript_is_parted_from_the_afterword():
    following = [Text('<p>PS: Läs <a href="https://a.example">mer</a>.</p>'), Photo("b.jpg"), Text("<p>Fotnot.</p>")]
    letter = take_letter([Text(LONG), Text("<p>Eva Ek, ordförande FSS</p>"), *following], column=True)
    assert letter.postscript == '<p>Läs <a href="https://a.example">mer</a>.</p>'
    assert letter.afterword == (Photo("b.jpg"), Text("<p>Fotnot.</p>"))


@pytest.mark.parametrize("start", ["PS. ", "P.S. ", "PS ", "Ps: ", "PS – "])
def test_a_postscript_may_be_written_in_many_ways(start):
    letter = take_letter([Text(LONG), Text("<p>Eva Ek, ordförande FSS</p>"), Text(f"<p>{start}Hej då.</p>")], column=True)
    assert letter.postscript == "<p>Hej då.</p>"


@pytest.mark.parametrize(
    "pieces",
    [
        [Text(LONG), Text("<p>För mer information, kontakta:</p>"), Text("<p>Eva Ek, ordförande FSS</p>")],
        [Text(LONG), Heading("Kontakt"), Text("<p>Eva Ek, ordförande FSS</p>")],
        [Text(LONG), Text("<p>Eva Ek, ordförande FSS</p>"), Heading("Mer"), Text(LONG), Text(LONG)],
        [Text("<p>Eva Ek, ordförande FSS</p>")],
        [Text(LONG), Text("<ul><li>Eva Ek, ordförande FSS</li></ul>")],
        [Text(LONG), Text("<p>Eva Ek</p>")],
    ],
)
def test_a_name_in_an_article_is_not_always_a_signature(pieces):
    letter = take_letter(pieces, column=False)
    assert (letter.signers, letter.body) == ((), pieces)


@pytest.mark.parametrize(
    ("caption", "rest", "who"),
    [
        ("Foto: dalapeter.se", "", "dalapeter.se"),
        ("Publiken. (foto: Anna Åman)", "Publiken.", "Anna Åman"),
        ("Publiken. Foto: Anna Åman.", "Publiken.", "Anna Åman"),
        ("Publiken, foto: Anna Åman", "Publiken", "Anna Åman"),
        ("(Fotograf: A. Ek) Från vänster: Bo", "Från vänster: Bo", "A. Ek"),
        ("Ett fotografi från 1950", "Ett fotografi från 1950", ""),
    ],
)
def test_the_photographer_is_read_out_of_a_caption(caption, rest, who):
    assert credit(caption) == (rest, who)


def test_a_credit_alone_is_recognised():
    assert credit_alone("(foto: Anna Åman)") == "Anna Åman"
    assert credit_alone("Foto: Anna Åman") == "Anna Åman"
    assert credit_alone("Foto: Anna Åman tog bilden. Sedan gick hon.\nHem") == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna Åman", "Anna Åhman"),
        ("Eva Lind", "Ewa Lindh"),
        ("Carl Ek", "Karl Ek"),
        ("Bo Persson", "Bo Person"),
        ("Ann Ek", "Anna Ek"),
    ],
)
def test_names_that_may_be_one_person(one, other):
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(("one", "other"), [("Anna Berg", "Lars Berg"), ("Anna Berg", "Anna Bergs"), ("Anna Berg", "Anna Berg")])
def test_names_that_are_not_or_are_the_same(one, other):
    assert not alike(one, other)


def test_names_in_texts_are_held_against_people_and_each_other():
    book = NameBook()
    book.person("Jonas Åhman", "a")
    book.read("Arbetet leds av Jonas Åman. Jonas Åhmans grupp möter Eva Lind.", "b")
    book.read("Ewa Lindh är med i Malmö. Lunds Kommun tackar.", "c")
    assert {frozenset(names) for _where, *names in book.pairs()} == {
        frozenset({"Jonas Åhman", "Jonas Åman"}),
        frozenset({"Eva Lind", "Ewa Lindh"}),
    }


@given(st.text("abå ", max_size=12), st.text("abå ", max_size=12))
def test_distance_is_symmetric_and_zero_only_for_equals(one, other):
    assert distance(one, other, 20) == distance(other, one, 20)
    assert (distance(one, other, 20) == 0) == (one == other)
    assert (distance(one, other, 1) > 1) == (distance(one, other, 20) > 1)


@given(st.text(max_size=40))
def test_sound_never_fails(name):
    assert sound(name) == sound(name.upper()) or not name.isalpha() or not name.isascii()


@given(st.lists(st.sampled_from(["<b>", "</b>", "&amp;", "å", " ", "<br/>", "x"]), max_size=20), st.integers(0, 25))
def test_dropping_the_start_drops_just_that_many_characters(parts, count):
    markup = f"<p>{''.join(parts)}</p>"
    words = [part for part in parts if part not in ("<b>", "</b>")]
    left = "".join(word if word != "<br/>" else " " for word in words[count:]).strip()
    dropped = drop_start(markup, count).replace("<br/>", " ")
    for tag in ("<p>", "</p>", "<b>", "</b>"):
        dropped = dropped.replace(tag, "")
    assert dropped.strip() == left
