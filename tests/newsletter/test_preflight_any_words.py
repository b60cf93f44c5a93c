"""Whatever an editor types: a letter or a LetterError that names the block, never anything else, and no markup gets through."""

import re

from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter import letter
from newsletter.items import ButtonItem, DatesItem, LetterError, PictureItem, QuotationItem, TextItem
from newsletter.models import Issue
from newsletter.preflight import links, parts, structure, wording
from newsletter.preflight.findings import Finding, Look
from newsletter.preflight.reading import missing_in_text
from newsletter.render import render
from tests.newsletter.mails import post
from tests.newsletter.test_render import SHOT, Page, contents

# All of Unicode, lone surrogates included, and what has hurt before.
NASTY = st.sampled_from(
    [
        "</mj-text><mj-raw><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '" onmouseover="x',
        "{{ x }}{% y %}",
        "@@unsubscribe@@",
        "]]><!--",
        "<a href='javascript:x'>",
        "\x00\x0b\x85\ud800\ufffe",
        "\u202e\u2066",
        "&#x1;&nbsp;",
    ]
)
WORDS = st.lists(st.text(st.characters(exclude_categories=()), max_size=30) | NASTY, max_size=4).map("".join)
FIELDS = ("subject", "preheader", "introduction", "title", "html", "alt", "button", "url", "quotation", "heading")


class Child:
    """A block as far as checks look at it."""

    def __init__(self, kind: str) -> None:
        self.id, self.block_type, self.value = "b", kind, {}


def composed(words: dict[str, str]):
    item = post("event", 1, people=())
    item = type(item)(type(item.teaser)(**{**fields_of(item.teaser), "title": words["title"]}), SHOT)
    shot = type(SHOT)(SHOT.url, SHOT.width, SHOT.height, words["alt"], words["alt"], words["alt"])
    return contents(
        item,
        TextItem(words["html"], name=words["html"]),
        PictureItem(shot),
        ButtonItem(words["button"], words["url"]),
        QuotationItem(words["quotation"], words["quotation"]),
        DatesItem(words["heading"], ()),
        subject=words["subject"],
        preheader=words["preheader"],
        introduction=words["introduction"],
    )


def fields_of(value) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


@given(words=st.fixed_dictionaries(dict.fromkeys(FIELDS, WORDS)), sound=st.booleans())
@settings(max_examples=60)
def test_any_words_give_a_letter_or_name_the_block(words, sound):
    if sound:
        words["url"] = "https://example.se/x"
    made = composed(words)
    look(made, words)
    found = blamed = None
    try:
        found = render(made)
    except LetterError as error:
        blamed = error.block
    # The button's address is the one thing that can be wrong in itself.
    assert blamed in ((None,) if sound else (None, 4))
    if found is None:
        return
    page = Page(found.html)
    assert not {tag for tag, _ in page.tags} & {"script", "iframe", "form", "object", "link", "base", "mj-raw", "mj-text"}
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert all(re.match(r"https?://|mailto:|@@", link.get("href", "https://")) for link in page.all("a"))
    assert len(page.all("h1")) == 1
    assert found.html.count(letter.UNSUBSCRIBE) == found.text.count(letter.UNSUBSCRIBE) == 1
    assert "\n" not in found.subject
    (found.html + found.text + found.subject).encode()


def look(made, words: dict[str, str]) -> None:
    """Let the checks that need no database look at it: they find or they don't, and never raise."""
    issue = Issue(pk=1, subject=words["subject"], preheader=words["preheader"], introduction=words["introduction"])
    children = tuple(Child(item.KIND) for item in made.items)
    seen = Look(issue, timezone.now(), None, made, None, children)
    every = parts.links(made)
    found = [*wording.wording(seen), *structure.headings(seen), *structure.emptiness(seen), *links.written(seen, every)]
    found += links.twice(seen, every)
    assert all(isinstance(one, Finding) and one.words for one in found)
    missing_in_text(words["html"], words["quotation"])
