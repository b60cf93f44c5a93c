"""What a reader sees equals what the editor wrote, proved with a reader that shares no line with the writer."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.demo.linkedin_text import as_stored, read
from social.channels.linkedin import text
from social.shorten import shorten

RESERVED = "|{}@[]()<>#\\*_~"
ANY = st.text(st.characters(exclude_categories=["Cs"]))
NASTY = st.lists(
    st.sampled_from(
        [*RESERVED, "#social", "#åäö", "\\#", "{hashtag|\\#|x}", "a", "å", " ", "\n", "e\u0301", "👩‍👩‍👧", "1", "&amp;"]
    )
).map("".join)


@settings(max_examples=400)
@given(ANY | NASTY)
def test_the_visible_text_is_the_plain_text(plain):
    reading = read(text.escape(plain))
    assert reading.cut_at is None
    assert reading.text == plain


@given(ANY | NASTY)
def test_a_text_that_was_read_back_renders_as_what_was_written(plain):
    assert text.rendered(as_stored(text.escape(plain))) == plain
    assert text.same(as_stored(text.escape(plain)), text.escape(plain))


@given(st.text(st.sampled_from(RESERVED), min_size=1))
def test_every_reserved_character_is_escaped_once(plain):
    assert text.escape_literal(plain) == "".join("\\" + char for char in plain)


def test_words_with_a_sign_are_live_hashtags_and_nothing_else_is():
    plain = "Läs om #socialtjänst, (#Barnrätt) och #SocialHållbarhet2030! C# är inget, #1 inte heller, a#b, ##x, #x_y, /#z."
    assert read(text.escape(plain)).hashtags == ["socialtjänst", "Barnrätt", "SocialHållbarhet2030"]


def test_a_hashtag_does_not_end_inside_a_character():
    assert read(text.escape("#cafe\u0301")).hashtags == []


def test_what_others_cut_is_kept():
    plain = "Nya regler (S2026/01) för vård & omsorg – skriv till anna_b@example.se [senast fredag] <3 *nu* ~10 %"
    assert read(text.escape(plain)).text == plain


def test_two_different_texts_do_not_read_the_same():
    assert not text.same(text.escape("#barn och unga"), text.escape("barn och unga"))


def test_both_spellings_of_a_hashtag_read_the_same():
    assert text.same(r"Om {hashtag|\#|socialtjänst} \(2026\)", r"Om #socialtjänst \(2026\)")


@given(ANY)
def test_length_counts_utf16_units_of_the_escaped_text(plain):
    assert text.length(plain) == len(text.escape(plain).encode("utf-16-le")) // 2


@given(ANY | NASTY, st.integers(0, 80))
def test_a_shortened_text_fits_and_is_a_beginning(plain, limit):
    short = shorten(plain, limit, text.length)
    assert text.length(short) <= limit
    if short != plain:
        assert plain.startswith(re.sub(r"…$", "", short))


def test_a_long_text_is_cut_at_a_word_and_not_in_the_middle_of_an_emoji():
    assert shorten("ett två tre fyra", 12) == "ett två tre…"
    assert shorten("👩‍👩‍👧👩‍👩‍👧", 7) == "👩‍👩‍👧…"


def test_three_thousand_units_are_used_to_the_full():
    assert text.length(shorten("(ord) " * 2000, text.LIMIT, text.length)) > text.LIMIT - 10
