"""Bodies of both editors as pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.importers.bodies import convert, film_address
from cms.importers.inline import safe_url
from cms.importers.pieces import Button, File, Film, Heading, Photo, Quote, Raw, Text, merged
from cms.importers.shortcodes import attributes, expand

BASE = "https://gammal.example"


def pieces(source, children=()):
    return convert(source, BASE, children).pieces


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Ett.\n\nTvå\nrader.", [Text("<p>Ett.</p>"), Text("<p>Två<br/>rader.</p>")]),
        ("Ett.\r\n\r\nTvå.", [Text("<p>Ett.</p>"), Text("<p>Två.</p>")]),
        ("Ett.<br />\nTvå.", [Text("<p>Ett.<br/>Två.</p>")]),
        ("Ett.<br><br>Två.", [Text("<p>Ett.</p>"), Text("<p>Två.</p>")]),
        ("<b>Ett.<br><br>Två.</b>", [Text("<p><b>Ett.<br/><br/>Två.</b></p>")]),
        ("a < b och <3 & <strong>fet</strong>\xa0text", [Text("<p>a &lt; b och &lt;3 &amp; <b>fet</b> text</p>")]),
        ("<p>&nbsp;</p><p></p>", []),
        ("<h2>Rubrik</h2>\nText", [Heading("Rubrik"), Text("<p>Text</p>")]),
        ("<h3>Liten</h3><h5>Minst</h5>", [Heading("Liten", "h3"), Text("<h4>Minst</h4>")]),
        ("<div><div>Djupt</div> ner</div>", [Text("<p>Djupt</p>"), Text("<p>ner</p>")]),
        (
            "<ul>\n<li>Ett</li>\n<li>Två<ol><li>Inre</li></ol></li>\n</ul>",
            [Text("<ul><li>Ett</li><li>Två<ol><li>Inre</li></ol></li></ul>")],
        ),
        ("<ul><li><p>Ett</p><p>mer</p></li></ul>", [Text("<ul><li>Ett<br/>mer</li></ul>")]),
        ("<blockquote><p>”Så är det.”</p><cite>Eva</cite></blockquote>", [Quote("Så är det.", "Eva")]),
        ("<blockquote>Ett.\n\nTvå.</blockquote>", [Quote("Ett.\n\nTvå.")]),
        ("<!--more-->Efter.", [Text("<p>Efter.</p>")]),
        ("https://www.youtube.com/watch?v=abcdefghijk", [Film("https://www.youtube.com/watch?v=abcdefghijk")]),
        (
            "Se filmen:\nhttps://vimeo.com/1?a=1&b=2\nhttps://vimeo.com/2\noch <b>tänk</b>\nefter.",
            [
                Text("<p>Se filmen:</p>"),
                Film("https://vimeo.com/1?a=1&b=2"),
                Film("https://vimeo.com/2"),
                Text("<p>och <b>tänk</b><br/>efter.</p>"),
            ],
        ),
        ("<b>Se:<br>https://vimeo.com/1<br>nu</b>", [Text("<p><b>Se:<br/>https://vimeo.com/1<br/>nu</b></p>")]),
        ("Se https://vimeo.com/1\nnu.", [Text("<p>Se https://vimeo.com/1<br/>nu.</p>")]),
        ("https://okand.example/film", [Text("<p>https://okand.example/film</p>")]),
        ("[embed]https://vimeo.com/1[/embed]", [Film("https://vimeo.com/1")]),
        ("[youtube https://www.youtube.com/watch?v=abc]", [Film("https://www.youtube.com/watch?v=abc")]),
        ('<iframe src="//player.vimeo.com/video/12?h=ab"></iframe>', [Film("https://vimeo.com/12/ab")]),
        ('<a href="/om">om</a>', [Text('<p><a href="https://gammal.example/om">om</a></p>')]),
        ('<a href="javascript:x()">x</a> <a href="#a">y</a>', [Text("<p>x y</p>")]),
        ('<a href="/wp-content/uploads/a.pdf">Läs</a>', [File("https://gammal.example/wp-content/uploads/a.pdf", "Läs")]),
        ('<img class="emoji" alt="😀" src="https://s.w.org/x.png">Hej', [Text("<p>😀Hej</p>")]),
        ("<script>alert(1)</script>Kvar", [Text("<p>Kvar</p>")]),
    ],
)
def test_classic_bodies(source, expected):
    assert pieces(source) == expected


def block(name, inner, attributes=""):
    return f"<!-- wp:{name} {attributes + ' ' if attributes else ''}-->{inner}<!-- /wp:{name} -->"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (block("paragraph", "<p>Ett\ntvå</p>", '{"align":"center"}'), [Text("<p>Ett två</p>")]),
        (block("heading", "<h2>Rubrik</h2>"), [Heading("Rubrik")]),
        (block("list", "<ul>" + block("list-item", "<li>Ett</li>") + "</ul>"), [Text("<ul><li>Ett</li></ul>")]),
        (block("quote", f"<blockquote>{block('paragraph', '<p>Ord.</p>')}<cite>Bo</cite></blockquote>"), [Quote("Ord.", "Bo")]),
        (block("pullquote", "<figure><blockquote><p>Ord.</p><cite>Bo</cite></blockquote></figure>"), [Quote("Ord.", "Bo")]),
        (
            block("image", '<figure><img src="/a.jpg" alt="A" class="wp-image-7"/>'
                '<figcaption>Text (foto: Bo)</figcaption></figure>'),
            [Photo(f"{BASE}/a.jpg", 7, "A", "Text", "Bo")],
        ),
        (
            block("gallery", '<figure><figure><img src="/a.jpg"/></figure><figure><img src="/b.jpg"/></figure></figure>'),
            [Photo(f"{BASE}/a.jpg"), Photo(f"{BASE}/b.jpg")],
        ),
        (block("columns", f"<div>{block('column', '<div><p>V</p></div>')}</div>"), [Text("<p>V</p>")]),
        (block("core-embed/vimeo", '<figure class="wp-block-embed">\nhttps://vimeo.com/1\n</figure>'), [Film("https://vimeo.com/1")]),
        (
            block("file", '<div class="wp-block-file"><a href="/a.pdf">Läs</a><a href="/a.pdf" class="x">Ladda ner</a></div>'),
            [File(f"{BASE}/a.pdf", "Läs")],
        ),
        (
            block("buttons", '<div>' + block("button", '<div class="wp-block-button"><a href="/x">Tryck</a></div>') + "</div>"),
            [Button("Tryck", f"{BASE}/x")],
        ),
        (block("shortcode", "[gallery ids='1,2']"), [Photo(attachment=1), Photo(attachment=2)]),
        (block("freeform", "Ett.\n\nTvå."), [Text("<p>Ett.</p>"), Text("<p>Två.</p>")]),
        ("<!-- wp:spacer /-->" + block("separator", "<hr/>"), []),
        (
            block("details", f"<details><summary>Mer</summary>{block('paragraph', '<p>Dolt</p>')}</details>"),
            [Heading("Mer", "h3"), Text("<p>Dolt</p>")],
        ),
        (
            "Klassiskt.\n\nMer.\n" + block("paragraph", "<p>Nytt\nslag.</p>"),
            [Text("<p>Klassiskt.</p>"), Text("<p>Mer.</p>"), Text("<p>Nytt slag.</p>")],
        ),
        ("<!-- wp:paragraph --><p>Utan slut</p>", [Text("<p>Utan slut</p>")]),
        ("<!-- wp:paragraph --><p>Ett</p><!-- /wp:group -->", [Text("<p>Ett</p>")]),
    ],
)  # fmt: skip
def test_blocks(source, expected):
    assert pieces(source) == expected


def test_unknown_blocks_and_shortcodes_are_kept_and_told():
    body = convert(block("acme/slider", '<div onclick="x()">Hej</div>', '{"a":"}"}') + '[slider id="3"] text [sic] [1]', BASE)
    assert body.pieces == [Raw('<div onclick="x()">Hej</div>'), Text('<p>[slider id="3"] text [sic] [1]</p>')]
    assert len(body.notes) == 2
    assert "acme/slider" in body.notes[1]
    assert "[slider]" in body.notes[0]


def test_a_dynamic_block_without_content_is_told():
    assert "latest-posts" in convert('<!-- wp:latest-posts {"n":3} /-->', BASE).notes[0]


PATTERNS = {
    9: block("paragraph", "<p>Kontakt.</p>") + '<!-- wp:block {"ref":8} /-->',
    8: block("paragraph", "<p>Adress.</p>") + '<!-- wp:block {"ref":9} /-->',
}


def test_synced_patterns_are_spliced_in_once_even_in_a_ring():
    reference = '<!-- wp:block {"ref":9,"content":{"a":{"b":"c"}}} /-->'
    body = convert(block("paragraph", "<p>Ett.</p>") + reference + block("paragraph", "<p>Två.</p>"), BASE, (), PATTERNS)
    assert body.pieces == [Text("<p>Ett.</p>"), Text("<p>Kontakt.</p>"), Text("<p>Adress.</p>"), Text("<p>Två.</p>")]
    assert len(body.notes) == 1
    assert convert('<!-- wp:block {"ref":8} /-->', BASE, (), {8: PATTERNS[8]}).pieces == [Text("<p>Adress.</p>")]


@pytest.mark.parametrize("attributes", ['{"ref":7}', "{ref}", '{"ref":"9"}', "{}"])
def test_a_pattern_that_is_missing_is_told(attributes):
    body = convert(f"<!-- wp:block {attributes} /-->", BASE, (), PATTERNS)
    assert body.pieces == []
    assert "block" in body.notes[0]


def test_the_brackets_of_page_builders_go_and_their_text_stays():
    body = convert('[vc_row el="1"][vc_column_text]Ett.[/vc_column_text][/vc_row]', BASE)
    assert body.pieces == [Text("<p>Ett.</p>")]
    assert len(body.notes) == 1


def test_caption_shortcode_with_a_link_and_a_credit():
    image = '<img class="wp-image-5" src="/x-300x200.jpg" alt="A" />'
    source = f'[caption id="attachment_5" width="300"]<a href="/full.jpg">{image}</a> Ord (foto: Bo)[/caption]'
    assert pieces(source) == [Photo(f"{BASE}/x-300x200.jpg", 5, "A", "Ord", "Bo")]


def test_a_picture_that_links_elsewhere_keeps_its_link():
    found = pieces('<a href="https://annan.example/"><img src="/a.jpg" alt="Logga"></a>')
    assert found == [Photo(f"{BASE}/a.jpg", 0, "Logga"), Text('<p><a href="https://annan.example/">Logga</a></p>')]


def test_a_gallery_without_ids_shows_the_posts_own_files():
    assert pieces("[gallery]", [3, 4]) == [Photo(attachment=3), Photo(attachment=4)]


def test_texts_that_follow_one_another_become_one():
    assert merged([Text("<p>a</p>"), Text("<ul></ul>"), Heading("x"), Text("<p>b</p>")]) == [
        Text("<p>a</p><ul></ul>"), Heading("x"), Text("<p>b</p>"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("src", "address"),
    [
        ("https://www.youtube.com/embed/abc?rel=0", "https://www.youtube.com/watch?v=abc"),
        ("https://www.youtube-nocookie.com/embed/abc", "https://www.youtube.com/watch?v=abc"),
        ("https://player.vimeo.com/video/1", "https://vimeo.com/1"),
        ("https://maps.google.com/embed", ""),
    ],
)
def test_players_become_the_films_pages(src, address):
    assert film_address(src) == address


def test_attributes_of_shortcodes():
    assert attributes(" ids=\"1,2\" link='file' n=3 fri") == {"ids": "1,2", "link": "file", "n": "3", "3": "fri"}


SNIPPETS = st.sampled_from(
    [
        "\n\n", "\n", "text", "å & ä", "<", "<3", "<!--", "-->", "[caption]", "[/caption]", "[gallery]", "[x a=1]",
        "<p>", "</p>", "<b>", "</b>", '<a href="/x">', "</a>", "<ul>", "<li>", "</ul>", "<figure>", "</figure>",
        "<img src='a.jpg'>", "<iframe src='javascript:x'>", "<blockquote>", "</blockquote>", "<table><tr><td>",
        "<script>", "</script>", "<!-- wp:paragraph -->", "<!-- /wp:paragraph -->", '<!-- wp:x/y {"a":1} -->', "<!-- /wp:x/y -->",
    ]
)  # fmt: skip


@given(st.lists(SNIPPETS, max_size=25).map("".join))
def test_no_body_breaks_the_reader_and_nothing_that_acts_gets_through(source):
    for piece in convert(source, BASE).pieces:
        if isinstance(piece, Text):
            assert "<script" not in piece.html
            assert "javascript:" not in piece.html
            assert piece.html.count("<b>") == piece.html.count("</b>")
        elif isinstance(piece, Photo | Film | File | Button):
            assert "javascript:" not in str(piece)


@given(st.text(max_size=60))
def test_addresses_are_safe_or_empty(href):
    assert safe_url(href, BASE).lower().startswith(("http", "mailto:", "tel:")) or safe_url(href, BASE) == ""


@given(st.text("[]gallery caption/=\"' 1x", max_size=40))
def test_expanding_never_fails(text):
    expand(text, (), lambda note: None)
