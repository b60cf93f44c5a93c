"""Whatever people write comes out right and harmless."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.teaser import Link
from newsletter.cleaning import BadAddress, address, cleaned, one_line, plain, rich
from newsletter.letter import UNSUBSCRIBE


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<p>a < b</p>", "a &lt; b"),
        ("<p>vi <3 er</p>", "vi &lt;3 er"),
        ("<p>skriv till <info@example.se> nu</p>", "skriv till &lt;info@example.se&gt; nu"),
        ("<p>rad\x0b och \x0c slut\x00</p>", "rad och  slut"),
        ("<p>gammalt\x85Windows\x9f</p>", "gammaltWindows"),
        ("<p><![CDATA[rått]]></p>", "&lt;![CDATA[rått]]&gt;"),
        ("<p>x <!-- -- --> y</p>", "x  y"),
        ("<p>öppet", "öppet"),
        ("<p>rad 1<br>rad 2</p>", "rad 1<br>rad 2"),
    ],
)
def test_ordinary_text_survives(written, shown):
    assert shown in rich(written)


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="/relativ">x</a>',
        '<a href="data:text/html,x">x</a>',
        '<p onclick="x()">x</p>',
        "<iframe src=https://example.se></iframe>",
        "</mj-text><mj-raw><b>x</b></mj-raw>",
        '<img src="https://example.se/x.png">',
    ],
)
def test_nothing_that_acts_survives(written):
    found = rich(written)
    for forbidden in ("script", "javascript", "href", "onclick", "iframe", "mj-", "<img", "alert"):
        assert forbidden not in found


def test_links_and_lists_are_styled_and_kept():
    found = rich('<ul><li><a href="https://example.se/?a=1&b=2">x</a></li></ul>')
    assert 'href="https://example.se/?a=1&amp;b=2"' in found
    assert found.count("style=") == 3


def test_a_slot_written_by_an_editor_is_words():
    assert UNSUBSCRIBE not in plain(f"Klicka {UNSUBSCRIBE}")
    assert UNSUBSCRIBE not in rich(f'<a href="https://example.se/{UNSUBSCRIBE}">x</a>')


@pytest.mark.parametrize("good", ["https://example.se", "HTTP://example.se/a?b#c", "mailto:mia@example.se?subject=Hej", ""])
def test_whole_addresses_pass(good):
    assert address(good) == good


def test_letters_in_an_address_are_escaped_but_not_the_host():
    assert address("https://åbo.example.se/väg?år=1&x=%20") == "https://åbo.example.se/v%C3%A4g?%C3%A5r=1&x=%20"


@pytest.mark.parametrize(
    "bad",
    [
        "javascript:alert(1)",
        "/relativ",
        "example.se",
        "https:///utan",
        "mailto:",
        "data:,x",
        'https://x.se/"a',
        "https://x.se/a b",
        "https://x.se/\x0bx",
        "ftp://x.se",
    ],
)
def test_other_addresses_are_refused_by_name(bad):
    with pytest.raises(BadAddress, match="https://"):
        address(bad)


def test_a_whole_dataclass_is_cleaned():
    assert cleaned(Link("a\x0bb", "https://x.se/å")) == Link("ab", "https://x.se/%C3%A5")
    with pytest.raises(BadAddress):
        cleaned((Link("x", "javascript:x"),))


@given(st.text())
def test_a_subject_is_one_line(text):
    found = one_line(text)
    assert found.isprintable() or not any(c in found for c in "\r\n\t\x00\x85\u2028")
    assert one_line(found) == found


@given(st.text(alphabet=st.sampled_from("<>&\"'/!-[]ab =3@\x00\x0b\x85\nå")) | st.text())
def test_rich_text_is_stable_and_never_raises(text):
    once = rich(text)
    assert "<script" not in once
    assert rich(once).replace("&gt;", ">") == once.replace("&gt;", ">")


def test_the_same_text_comes_out_the_same_to_the_byte():
    html = '<p>Skriv till <a href="mailto:info@example.se">oss</a> eller <a href="https://example.se/">läs</a>.</p>'
    assert len({rich(html) for _ in range(64)}) == 1
