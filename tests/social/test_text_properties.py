"""For any text there is: what a reader sees is what the editor wrote, whole characters only, within the limit.

Real posts to the strict stand-in, which reads LinkedIn's format by code of its own, once cutting and once refusing.
"""

import dataclasses
import re
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from cms.teaser import DatePart, Fact, Image, PersonPart, Quotation, Table, Teaser
from deploy.demo.linkedin_text import as_stored, read
from social.channels import ChannelError, Draft, Refused, get_channel
from social.channels.linkedin import text
from social.compose import clean, compose
from social.shorten import breaks, shorten

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
RESERVED = "|{}@[]()<>#\\*_~"
# Each is one character to its reader.
CHARACTERS = [
    *"aåÄ1 -,:", "👩‍👩‍👧", "👍🏽", "🇸🇪", "🇳🇴", "#️⃣", "*️⃣", "1️⃣", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "x\u0301\u0323", "क्षि", "กำ", "ᄀ\u1161\u11a8\u11a8", "각", "ש", "م",
]  # fmt: skip
PIECES = [
    *RESERVED, *CHARACTERS, "#social", "#åäö", "#", "\\#", "{hashtag|\\#|x}", "@[Eva](urn:li:person:1)", "(S2026/01)",
    "anna_b@example.se", "#ett.", "(#två)", "#tre#fyra", "C#", "#a_b", "#e\u0301", "\u202e", "\u200f", "\u2028", "\ufeff",
    "\r\n", "\n", "\t", "\x00", "\ud83d", "\udc69", "&amp;", "&", "<b>", "**", "https://ordet.example.se/a_b",
]  # fmt: skip
ANY = st.text(st.characters(exclude_categories=()))
PIECED = st.lists(st.sampled_from(PIECES)).map("".join)
TEXTS = ANY | PIECED
# Hypothesis warns of fixtures that live longer than one example; these know nothing of the examples.
LIVE = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def full(draw) -> str:
    """A text that takes about as much as LinkedIn allows."""
    beginning, filler = draw(PIECED), draw(st.sampled_from(["a", "ord ", "(", "👩‍👩‍👧", "#tagg ", "å\n"]))
    wanted = text.LIMIT + draw(st.integers(-20, 20)) - text.length(clean(beginning))
    return beginning + filler * max(wanted // max(text.length(filler), 1), 0) + "x" * draw(st.integers(0, 15))


def draft(words: str) -> Draft:
    return Draft(text=words, title="Titel & <b>", description="Om *det*", link="https://ordet.example.se/a/?b=1&c=2")


@pytest.fixture(params=["truncate", "reject"])
def reader(request, linkedin):
    """What readers see of a text that is posted; a refusal is raised."""

    def see(words: str) -> str:
        linkedin.order("reset")
        linkedin.order("settings", truncate=request.param == "truncate")
        wire = get_channel("linkedin").wire(draft(words))
        receipt = get_channel("linkedin").publish(wire)
        assert get_channel("linkedin").verify(receipt.remote_id, wire) == receipt
        (post,) = linkedin.posts
        assert post["content"]["article"]["title"] == "Titel & <b>"
        return post["visible"]

    return see


@LIVE
@given(words=TEXTS | full())
@example("".join(PIECES))
def test_what_a_reader_sees_is_what_the_editor_wrote(reader, words):
    plain = clean(words)
    try:
        get_channel("linkedin").validate(draft(plain))
    except Refused:
        assert not plain or text.length(plain) > text.LIMIT
        with pytest.raises(ChannelError):
            reader(plain or "x" * 3001)
        plain = shorten(plain, text.LIMIT, text.length)
    assume(plain)
    assert reader(plain) == plain


@given(TEXTS)
def test_what_is_escaped_renders_as_it_was(plain):
    assert text.rendered(text.escape(plain)) == plain
    assert text.rendered(as_stored(text.escape(plain))) == plain
    assert read(text.escape(plain)).cut_at is None


# Of these, many come out the same though they are written otherwise.
COMMENTARIES = st.lists(
    st.sampled_from(["#a", "{hashtag|\\#|a}", "{hashtag|#|a}", "\\#a", "a", " ", "\n", "\r\n", "é", "e\u0301", "\\("]), max_size=3
).map("".join)


@given(COMMENTARIES, COMMENTARIES, COMMENTARIES)
def test_reading_the_same_is_an_equivalence(one, two, three):
    assert text.same(one, one)
    assert text.same(one, two) == text.same(two, one)
    assert not (text.same(one, two) and text.same(two, three)) or text.same(one, three)


@given(PIECED, PIECED)
def test_what_reads_otherwise_is_not_the_same(one, two):
    def seen(words):
        return read(text.escape(clean(words))).text

    assert text.same(text.escape(clean(one)), text.escape(clean(two))) == (seen(one) == seen(two))


@pytest.mark.parametrize("char", RESERVED)
def test_the_independent_reader_ends_at_each_reserved_character_and_shows_it_when_escaped(char):
    assert (read(f"före{char} efter").text, read(f"före{char} efter").cut_at) == ("före", 4)
    assert read(f"före\\{char} efter").text == f"före{char} efter"


def test_the_independent_reader_knows_what_is_written_on_purpose():
    assert read(r"Om {hashtag|\#|barn}, #äldre, @[Eva \(E\)](urn:li:person:1)").text == "Om #barn, #äldre, Eva (E)"
    for broken in ("Om {hashtag|barn}", "Om @[Eva]", "Om @[Eva](nobody)", "Om ##", "Om \\"):
        assert read(broken).text == "Om "


@given(st.characters(categories=["P", "S"], exclude_characters="_"))
def test_punctuation_beside_a_hashtag_neither_kills_nor_joins_it(sign):
    assert read(text.escape(f"Om #barn{sign} {sign}")).hashtags == ["barn"]
    assert read(text.escape(f"{sign} #barn")).hashtags == ["barn"]


@given(st.lists(st.sampled_from([*CHARACTERS, "(", "#"]), max_size=40), st.integers(0, 60))
def test_shortening_keeps_characters_whole_and_the_limit(characters, limit):
    whole = "".join(characters)
    short = shorten(whole, limit, text.length)
    assert text.length(short) <= limit
    if short != whole and short:
        kept = short.removesuffix("…")
        beginnings = {"".join(characters[:count]) for count in range(len(characters) + 1)}
        assert kept in {beginning.rstrip(" ,;:–-") for beginning in beginnings} | beginnings
        assert not kept.endswith(" ")


@given(st.lists(st.sampled_from(CHARACTERS), min_size=1))
def test_characters_are_told_apart_as_a_reader_does(characters):
    places, place = [], 0
    for char in characters:
        places.append(place)
        place += len(char)
    assert [0, *breaks("".join(characters))] == places


@given(TEXTS)
def test_clean_text_stays_as_it_is_and_can_be_written(words):
    plain = clean(words)
    assert clean(plain) == plain
    assert unicodedata.is_normalized("NFC", plain)
    plain.encode()


def teaser(kind: str, words: str) -> Teaser:
    """A post of `kind` that says `words` wherever it can."""
    part = DatePart("deadline", words, "15 december 2026", NOW, NOW, "day", closed=True)
    return Teaser(
        key=None,
        kind=kind,
        kind_label=words,
        kicker=words,
        title=words,
        summary=words,
        path="/a/",
        url="https://ordet.example.se/a/",
        date=NOW,
        image=Image(1, words),
        byline=(PersonPart(words, (words,)),),
        people=(PersonPart(words, detail=words),),
        dates=(part, dataclasses.replace(part, kind="voting_closes", closed=False)),
        facts=(Fact(words, words), Fact(words, words, figure=True)),
        tables=(Table(words, ("a", "b"), ((words, words),)),),
        quotation=Quotation(words, words),
        topics=(words,),
    )


@pytest.mark.parametrize("kind", ["award", "call", "clipping", "column", "event", "film", "press", "something-new"])
@given(words=st.one_of(PIECED, st.just("Vård & <omsorg> 'nu' \"här\" **fet** _kursiv_ [länk](x) `kod`")))
@settings(max_examples=25)
def test_no_summary_says_more_or_other_than_plain_words(kind, words):
    words = words.replace("&amp;", "&")
    entity = re.compile(r"&(amp|lt|gt|quot|#?\w+);")
    made = compose(teaser(kind, words), get_channel("linkedin"), NOW)
    for part in (made.text, made.title, made.description, made.alt):
        assert clean(part) == part
        assert not entity.search(part) or entity.search(words)
    # Marks of HTML or Markdown stand there only where somebody wrote them.
    assert not set("<>*_`[]") & set(made.text) - set(words)
    assert text.length(made.text) <= text.LIMIT
    assert read(text.escape(made.text)).text == made.text
