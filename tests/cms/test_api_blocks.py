"""Blocks in the API: each is typed, tells all that a front end needs, and is safe as HTML and as Markdown."""

from html import unescape

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.utils.html import escape, strip_tags
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pydantic import BaseModel

from cms import copying, parts
from cms.api import schemas
from cms.blocks import BodyBlock, HeadingBlock
from cms.models import Article, Attachment, Column
from tests.browser.press import person, picture

API = "/api/content/v1"
COLOURS = ("#c9dbe0", "#f3d9a4", "#3f6b6e")


@pytest.fixture
def ask(client, publish):
    """Publish a body and return its blocks' values by type, as the API shows them."""

    def asking(*body):
        cache.clear()
        post = publish(Article, body=list(body))
        copying.prepare(post)
        answer = client.get(f"{API}/posts/{post.translation_key}")
        schemas.DETAILS["article"].model_validate_json(answer.content)
        return {block["type"]: block["value"] for block in answer.json()["body"]}

    return asking


def test_every_block_is_typed():
    found = BodyBlock().child_blocks
    assert {one.model_fields["type"].annotation.__args__[0] for one in schemas.BLOCKS} == set(found)
    for block in found.values():
        assert issubclass(block.api_value, BaseModel)


def test_a_block_without_a_schema_stops_the_start():
    class Untyped(HeadingBlock):
        @property
        def api_value(self):
            raise AttributeError

    with pytest.raises(AttributeError):
        schemas.block_of("untyped", Untyped())


def test_every_block_tells_what_a_front_end_needs(ask, publish, now):
    target = publish(Column, title="Mål")
    lake = picture("Sjö", COLOURS, (900, 600), description="En sjö", photographer="Per Öst")
    karin = person("Karin Ek", "karin-ek", "Socialdirektör", "Umeå", picture("Karin", COLOURS, (300, 300)))
    report = Attachment.objects.create(title="Rapport", file=ContentFile(b"%PDF-1.4", name="rapport.PDF"))
    day = {"precision": "day", "label": "Årsmöte", "day": now.date(), "last_day": None, "at": None, "text": ""}
    own = {"image": lake, "alt": "Vatten", "caption": "", "photographer": ""}
    link = {"text": "dit", "page": target, "address": ""}
    film = {"url": "https://vimeo.com/76979871", "title": "Film", "length": "3:42"}
    found = ask(
        ("heading", {"text": "Rubrik", "level": "h3"}),
        ("text", f'<p><a linktype="page" id="{target.pk}">dit</a> <a linktype="document" id="{report.pk}">fil</a></p>'),
        ("picture", own),
        ("quotation", {"text": "Så är det", "source": "Karin"}),
        ("fact_box", {"title": "Fakta", "text": "<ul><li>ett</li><li>två</li></ul>"}),
        ("links", {"title": "Mer", "links": [link, {"text": "ut", "page": None, "address": "https://www.example.se/"}]}),
        ("button", link),
        ("person", {"person": karin, "text": "Frågor?"}),
        ("film", film),
        ("document", {"document": report, "text": ""}),
        ("key_dates", {"title": "Datum", "dates": [day]}),
        ("html", "<table><tr><th>År</th></tr><tr><td>2026</td></tr></table><script>x()</script>"),
    )
    assert set(found) == set(BodyBlock().child_blocks)
    path, file = target.path_on_site, f"https://ordet.example.se{report.url}"
    assert found["heading"] == {"text": "Rubrik", "level": "h3"}
    assert found["text"]["html"] == f'<p><a href="{path}">dit</a> <a href="{file}">fil</a></p>'
    assert found["text"]["markdown"] == f"[dit]({path}) [fil]({file})"
    image = found["picture"]
    assert (image["alt"], image["photographer"], image["width"]) == ("Vatten", "Per Öst", 900)
    assert image["srcset"] == ", ".join(f"{copy['url']} {copy['width']}w" for copy in image["copies"])
    assert found["fact_box"] == {
        "title": "Fakta",
        "text": {"html": "<ul><li>ett</li><li>två</li></ul>", "markdown": "- ett\n- två"},
    }
    assert found["links"]["links"] == [{"text": "dit", "url": path}, {"text": "ut", "url": "https://www.example.se/"}]
    assert found["button"] == {"text": "dit", "url": path}
    assert (found["person"]["slug"], found["person"]["portrait"]["width"]) == ("karin-ek", 240)
    assert found["film"] == film
    assert found["document"] == {"text": "Rapport", "url": file, "extension": "pdf"}
    assert [(date["label"], date["precision"], date["closes"]) for date in found["key_dates"]["dates"]] == [
        ("Årsmöte", "day", False)
    ]
    assert found["html"]["markdown"] == "| År |\n| --- |\n| 2026 |"
    assert "script" not in found["html"]["html"]


def test_what_is_gone_is_left_out(ask):
    lake = picture("Sjö", COLOURS, (90, 60))
    lake.file.storage.delete(lake.file.name)
    own = {"image": lake, "alt": "", "caption": "", "photographer": ""}
    found = ask(("picture", own), ("document", {"document": None, "text": "x"}), ("person", {"person": None, "text": "x"}))
    assert set(found) == {"person"}
    assert (found["person"]["slug"], found["person"]["name"]) == (None, "")


@settings(max_examples=50, deadline=None)
@given(text=st.text("<>&*_[]()#`~-+|\\!\"'ab1. \n\t", max_size=60))
def test_markdown_says_what_the_text_says_and_is_never_html(text):
    reader = MarkdownIt("commonmark").enable("table")
    markdown = parts.rich_text(f"<p>{escape(text)}</p>")["markdown"]
    assert "".join(unescape(strip_tags(reader.render(markdown))).split()) == "".join(text.split())
    tokens = reader.parse(markdown)
    assert not any("html" in one.type for token in tokens for one in (token, *(token.children or ())))


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<h4>Rubrik</h4><p>Ett <b>ord</b> och <i>ett</i> till</p>", "#### Rubrik\n\nEtt **ord** och *ett* till"),
        ("<ol><li>ett<ul><li>a</li></ul></li><li>två</li></ol>", "1. ett\n   - a\n2. två"),
        ('<p><a href="/a_(b)/ c">x</a></p>', "[x](/a_%28b%29/%20c)"),
        ("", ""),
    ],
)
def test_markdown_keeps_the_form(html, markdown):
    assert parts.rich_text(html)["markdown"] == markdown


def test_markup_nested_without_end_gives_its_words():
    deep = "<div>" * 3000 + "ord &lt;b&gt;" + "</div>" * 3000
    assert parts.rich_text(deep)["markdown"] == r"ord \<b\>"
