"""Three mails as a server receives them: harmless to SpamAssassin, valid to the byte, and read alike by all."""

import email
import re
import subprocess
from email import policy
from email.utils import parsedate_to_datetime
from html import unescape

import pytest

from newsletter.letter import Letter
from newsletter.preflight.reading import VOID, missing_in_text
from newsletter.preflight.size import largest, weigh
from newsletter.render import LIMIT, render
from tests.newsletter import mails
from tests.newsletter.stage import make_list, make_mailing, make_members
from tests.newsletter.test_render import Page
from tests.smtp_server import SmtpServer

WORST_SCORE = 0.5
NAMES = ("short", "thirty", "hostile")
ONCE = ("from", "to", "subject", "date", "message-id", "list-id", "list-unsubscribe", "list-unsubscribe-post", "mime-version")


@pytest.fixture(scope="module")
def letters() -> dict[str, Letter]:
    return {name: render(getattr(mails, name)()) for name in NAMES}


@pytest.fixture
def captured(db, letters, now, settings):
    """The raw bytes of the three mails, as a strict server took them."""
    from newsletter import engine

    settings.MAIL_FROM = "Föreningen Exempel <nyhetsbrev@ordet.example.se>"
    settings.MAIL_LIST_DOMAIN = settings.MAIL_BOUNCE_DOMAIN = "nyhetsbrev.ordet.example.se"
    raw = {}
    for name, letter in letters.items():
        with SmtpServer(pipelining=True) as server:
            settings.MAIL_RELAYS = [server.relay(connections=1)]
            mailing_list = make_list(name, reply_to="kansliet@ordet.example.se")
            make_members(1, mailing_list, now, first=NAMES.index(name))
            make_mailing(mailing_list, now, letter)
            engine.send_due(now, seconds=10)
            raw[name] = server.messages()[0]["raw"].encode("latin-1")
            assert server.ask()["violations"] == []
            engine.shut_down()
    return raw


def test_three_mails_are_valid_and_nobody_takes_them_for_spam(captured, letters, tmp_path):
    for raw in captured.values():
        check_bytes(raw)
        check_headers(raw)
        check_parts(raw)
    assert all(len(captured[name]) <= weigh(letter).message for name, letter in letters.items())
    scores = spam_scores(captured, tmp_path)
    print({name: (score, len(captured[name])) for name, score in scores.items()})
    assert {name: score for name, score in scores.items() if score > WORST_SCORE} == {}


def check_bytes(raw: bytes) -> None:
    lines = raw.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert max(map(len, lines)) <= 998
    assert raw.isascii()
    assert b"\x00" not in raw
    head, _, body = raw.partition(b"\r\n\r\n")
    # RFC 5322: a name of visible characters without colon, then a colon; or a folded line.
    assert all(re.match(rb"[!-9;-~]+: \S|[ \t]+\S", line) for line in head.split(b"\r\n"))
    assert max(map(len, head.split(b"\r\n"))) <= 120
    assert all(len(word) <= 75 for word in re.findall(rb"=\?[^?]+\?[bBqQ]\?[^?]*\?=", head))
    # RFC 2045: quoted-printable lines of at most 76, no bare equals sign, no blank at the end.
    assert max(map(len, body.split(b"\r\n"))) <= 76
    coded = [line for line in body.split(b"\r\n") if not line.startswith((b"--=_", b"Content-"))]
    assert not any(re.search(rb"=(?![0-9A-F]{2}|$)", line) or line.endswith((b" ", b"\t")) for line in coded)


def check_headers(raw: bytes) -> None:
    message = email.message_from_bytes(raw, policy=policy.strict)
    names = [name.lower() for name in message]
    assert all(names.count(name) == 1 for name in ONCE)
    assert "bcc" not in names
    assert parsedate_to_datetime(message["Date"]).tzinfo is not None
    assert re.fullmatch(r"<[\w.+-]+@[\w.-]+>", message["Message-ID"])
    assert re.search(r"<[\w.-]+>$", message["List-Id"])
    # RFC 8058: one HTTPS address within angle brackets, never an encoded word, and the exact words of the second header.
    unsubscribe = re.search(rb"\r\nList-Unsubscribe: (.*?)\r\n(?! )", raw, re.DOTALL)[1]
    assert re.fullmatch(rb"<https://[!-;=?-~]+>,\r\n <mailto:[!-;=?-~]+>", unsubscribe)
    assert b"=?" not in unsubscribe
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert message["Precedence"] == "bulk"
    assert message["Auto-Submitted"] == "auto-generated"


def check_parts(raw: bytes) -> None:
    message = email.message_from_bytes(raw, policy=policy.default)
    assert message.get_content_type() == "multipart/alternative"
    parts = list(message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [part["Content-Transfer-Encoding"] for part in parts] == ["quoted-printable"] * 2
    assert not any(part.defects for part in [message, *parts])
    text, html = (part.get_content() for part in parts)
    assert "@@unsubscribe@@" not in text + html
    for body in (text, html):
        assert body.count("https://ordet.example.se/n/u/") == 1
        assert "https://ordet.example.se/n/w/" in body


def spam_scores(captured: dict[str, bytes], folder) -> dict[str, float]:
    """Return SpamAssassin's scores by name: its own rules, no network, no learning; one process for all."""
    box = folder / "box"
    starts = b"From x Thu Jan  1 00:00:00 2026\r\n"
    box.write_bytes(b"\r\n".join(starts + re.sub(rb"(?m)^From ", b">From ", raw) for raw in captured.values()))
    (folder / "none.cf").write_text("use_bayes 0\nuse_txrep 0\n")
    command = [
        "spamassassin",
        "--local",
        "--test-mode",
        "--nocreate-prefs",
        f"--prefspath={folder / 'none.cf'}",
        "--mbox",
        str(box),
    ]
    ended = subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=120, env={"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    )
    found = [float(score) for score in re.findall(r"^X-Spam-Status: \w+, score=(-?[\d.]+)", ended.stdout, re.MULTILINE)]
    assert len(found) == len(captured), ended.stderr
    return dict(zip(captured, found, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_letter_is_below_what_gmail_shows_or_its_largest_block_is_named(letters, name):
    weight = weigh(letters[name])
    print(name, weight)
    if weight.counted >= LIMIT:
        number, size = largest(getattr(mails, name)())
        assert number > 0
        assert size > 0
    assert name == "hostile" or weight.counted < LIMIT


@pytest.mark.parametrize("name", NAMES)
def test_a_letters_markup_is_what_mail_programs_take(letters, name):
    html = letters[name].html
    page = Page(html)
    assert page.all("html")[0]["lang"] == "sv"
    assert unescape(re.search("<title>(.*?)</title>", html, re.DOTALL)[1]) == letters[name].subject
    assert re.search(r"<body[^>]*><div style=\"display:none", html)
    assert all("alt" in image and image["src"].startswith("https://") and image["width"].isdigit() for image in page.all("img"))
    for table in page.all("table"):
        assert table.get("role") == "presentation" or "aria-label" in table or table["style"].startswith("border-collapse")
    assert all(cell.get("scope") in ("col", "row") for cell in page.all("th"))
    allowed = {
        "html",
        "head",
        "title",
        "meta",
        "style",
        "body",
        "div",
        "table",
        "thead",
        "tbody",
        "tr",
        "td",
        "th",
        "p",
        "h1",
        "h2",
    }
    allowed |= {"h3", "h4", "a", "img", "strong", "em", "b", "i", "br", "span", "ul", "ol", "li", "main"}
    assert {tag for tag, _ in page.tags} <= allowed
    assert not any(attribute.startswith("on") for _, attributes in page.tags for attribute in attributes)
    styles = " ".join([*re.findall(r"<style.*?</style>", html, re.DOTALL), *(a.get("style", "") for _, a in page.tags)])
    assert not re.search(r"@import|url\(|position:|float:|display:(?:flex|grid)|expression\(|javascript:|behavior:", styles)


@pytest.mark.parametrize("name", NAMES)
def test_outlooks_parts_are_balanced_and_so_is_what_it_sees(letters, name):
    html = letters[name].html
    marks = re.findall(r"<!--\[if [^\]]*\]>(?:<!-->)?|(?:<!--)?<!\[endif\]-->", html)
    assert [("if" in mark.split("]")[0] and "endif" not in mark) for mark in marks] == [True, False] * (len(marks) // 2)
    everybody = re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL)
    outlook = re.sub(r"<!--\[if !mso\]><!-->.*?<!--<!\[endif\]-->", "", html, flags=re.DOTALL)
    outlook = re.sub(r"<!--\[if [^\]]*\]>|<!\[endif\]-->", "", outlook)
    assert unbalanced(everybody) == []
    assert unbalanced(outlook) == []


def unbalanced(html: str) -> list[str]:
    html = re.sub(r"<style.*?</style>|<!doctype[^>]*>|<xml>.*?</xml>", "", html, flags=re.DOTALL | re.IGNORECASE)
    stack: list[str] = []
    for end, tag, itself in re.findall(r"<(/?)([a-zA-Z][\w:]*)(?:\"[^\"]*\"|'[^']*'|[^>\"'])*?(/?)>", html):
        if end:
            if not stack or stack.pop() != tag:
                return [*stack, f"/{tag}"]
        elif tag.lower() not in VOID and not itself:
            stack.append(tag)
    return stack


@pytest.mark.parametrize("name", NAMES)
def test_the_text_part_says_all_that_the_html_part_says(letters, name):
    assert missing_in_text(letters[name].html, letters[name].text) == []
