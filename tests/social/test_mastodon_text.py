"""What a reader sees on Mastodon equals the text and the link, and it counts as Mastodon counts; nobody is named by accident."""

import json

import lxml.html
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from social.channels import Draft
from social.channels.mastodon import JOINER, LIMIT, Mastodon, counted, same, told
from social.compose import clean
from social.shorten import shorten
from tests import mastodon_text

LINK = "https://ordet.example.se/ordforanden-har-ordet/vi-behover-varandra/?b=1&c=2"
PEOPLE = {name: f"https://here.example/@{name}" for name in ("anna", "h", "bo", "bo@borta.se", "ordet")}
ANY = st.text(st.characters(exclude_categories=["Cs"]))
PIECES = [
    *"@#/=_.:&<>()'\"*",
    *("@anna", "@håkan", "@@bo", "@bo@borta.se", "@bo@borta", "anna@bo.se", "²@anna", "=@anna", "@anna@", "#åäö", "#1", "#a_b"),
    *("https://ordet.se/a/@anna", "http://www.ordet.se/?q=@bo&x=1#y", "https://ordet.se/å(ä)ö.", "xhttps://ordet.se", "https://ordet"),
    *("a", "å", " ", "\n", "\n\n", "e\u0301", "👩‍👩‍👧", "🇸🇪", "👍🏽", "❤️", "1️⃣", "&amp;", "<b>", "\u200c", "\u200b", "\u00a0"),
]
NASTY = st.lists(st.sampled_from(PIECES)).map("".join)
channel = Mastodon("mastodon", url="https://mastodon.example", token="token")


def reading(text: str) -> str:
    """Return what stands on the page, by another parser than the channel's."""
    page = lxml.html.fragment_fromstring(mastodon_text.render(text, PEOPLE), create_parent="div")
    for line in page.iter("br"):
        line.tail = "\n" + (line.tail or "")
    return "\n\n".join(paragraph.text_content() for paragraph in page.iter("p"))


def without_servers(text: str) -> str:
    """Return `text` as Mastodon shows it: who is found is shown by name alone."""
    for one in reversed(mastodon_text.entities(text)):
        if one.kind == "mention" and one.text.lower() in PEOPLE:
            text = text[: one.start] + "@" + one.text.split("@")[0] + text[one.end :]
    return text


@settings(max_examples=150)
@given((ANY | NASTY).map(clean).filter(bool))
def test_a_reader_sees_the_text_and_the_link(plain):
    sent = json.loads(channel.wire(Draft(plain, "", "", LINK)))["status"]["status"]
    assert reading(sent).replace(f"@{JOINER}", "@") == without_servers(f"{plain}\n\n{LINK}").replace(f"@{JOINER}", "@")
    assert sent.endswith(f"\n\n{LINK}")


@settings(max_examples=150)
@given((ANY | NASTY).map(clean).filter(bool), (ANY | NASTY).map(clean).filter(bool))
def test_what_was_read_back_is_known_again_and_nothing_else(plain, other):
    assume(mastodon_text.mentions(plain + other) == [])
    sent = told(plain, LINK)
    assert same(reading(sent), sent)
    alike = without_servers(plain).replace(f"@{JOINER}", "@") == without_servers(other).replace(f"@{JOINER}", "@")
    assert same(reading(sent), told(other, LINK)) is alike


@settings(max_examples=150)
@given(NASTY.filter(lambda text: "://" not in text))
def test_nobody_is_named_but_by_the_full_address(plain):
    assert [one.text for one in mastodon_text.mentions(told(plain, "")) if "@" not in one.text] == []


@settings(max_examples=150)
@given(NASTY)
def test_nothing_counts_for_less_than_it_does_there(plain):
    assert counted(told(plain, LINK)) >= mastodon_text.length(told(plain, LINK))


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("åäö", 3),
        ("👩‍👩‍👧🇸🇪👍🏽❤️1️⃣", 5),
        ("e\u0301", 1),
        ("https://ordet.se/" + "a" * 80, 23),
        ("(https://ordet.se/å).", 26),
        ("http://ordet.se", 23),
        ("ordet.se/a", 10),
        ("http://127.0.0.1:8000/a/", 24),
        ("@bo@borta.se och @anna", 13),
        ("anna@bo.se", 10),
        ("#socialtjänst", 13),
    ],
)
def test_it_counts_as_mastodon_does(text, length):
    assert counted(told(text, "")) == mastodon_text.length(told(text, "")) == length


def test_the_link_counts_twenty_three_however_long():
    plain = "x" * (LIMIT - 25)
    assert channel.length(plain) == LIMIT == mastodon_text.length(told(plain, LINK * 3))


def test_a_shortened_text_fills_the_room_and_fits():
    short = shorten("ord " * 500, LIMIT, channel.length)
    assert LIMIT - 5 < mastodon_text.length(told(short, LINK)) <= LIMIT


@pytest.mark.parametrize("text", ["anna@bo.se", "åsa@bo.se", "https://bo.se/@anna", "a=@anna", "@bo@borta.se", "@ ensam"])
def test_an_address_stays_as_it_is(text):
    assert told(text, "") == text


@pytest.mark.parametrize("text", ["@anna", "(@anna)", "@håkan", "²@anna", "@@anna", "Tack @anna!"])
def test_a_bare_name_names_nobody(text):
    assert mastodon_text.mentions(text)
    assert mastodon_text.mentions(told(text, "")) == []
    assert told(text, "").replace(JOINER, "") == text
