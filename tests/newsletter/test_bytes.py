"""A sent message to the byte, as a strict mail server has taken it (RFC 5322, RFC 2045, RFC 2047, RFC 8058)."""

import email
import quopri
import re
from email.policy import default

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter import mailings
from newsletter.compiled import Compiled, Envelope
from newsletter.letter import NAME, UNSUBSCRIBE, Letter
from tests.newsletter.stage import LETTER, make_list, make_mailing, make_members
from tests.newsletter.test_compiled import ENVELOPE, NOW
from tests.smtp_server import SmtpServer

# fmt: off
ONCE = [
    "From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
    "MIME-Version", "Content-Type", "Auto-Submitted", "Precedence", "Feedback-ID", "Reply-To",
]
# fmt: on
LINK = "@@link-1@@"


@pytest.mark.django_db
def test_every_header_is_there_once_and_every_line_is_fit(send, now):
    found = make_list(
        sender_name="Föreningen Sveriges socialchefer och ett långt namn till, med komma", reply_to="kansliet@example.se"
    )
    (member,) = make_members(1, found, now)
    subject = "Räksmörgås, överenskommelser och årsmöteshandlingar: allt som rör våren & hösten"
    letter = Letter(subject, LETTER.html, LETTER.text)
    mailing = make_mailing(found, now, letter)
    with SmtpServer() as server:
        send(server, mailing=mailing)
        (message,) = server.messages()
        assert server.ask()["violations"] == []
    raw = message["raw"].encode("latin-1")
    head, _, body = raw.partition(b"\r\n\r\n")
    assert raw.isascii()
    assert raw.endswith(b"--\r\n")
    assert not re.search(rb"[^\r]\n|\r[^\n]", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert max(map(len, body.split(b"\r\n"))) <= 76
    for name in ONCE:
        assert len(re.findall(rb"(?mi)^%b:" % name.encode(), head)) == 1, name
    _the_way_out(head, mailings.envelope(found))
    assert all(len(word) <= 75 for word in re.findall(rb"=\?[^\s]+\?=", head))
    assert re.search(rb"\r\nFeedback-ID: %d:nyhetsbrev:newsletter:ordet\r\n" % mailing.pk, head)
    assert not re.search(rb"(?m)^(Feedback-ID|List-Id|Message-ID):.*(m0@|Medlem)", head)
    read = email.message_from_bytes(raw, policy=default)
    assert read["Subject"] == subject
    assert not [part.defects for part in read.walk() if part.defects]
    assert read["To"] == member.address
    assert b"\r\nSender" not in head


def _the_way_out(head, envelope):
    way = re.search(rb"\r\nList-Unsubscribe: <(https://[!-~]+)>,\r\n <mailto:[!-~]+>\r\n", head)
    assert way, "folded or encoded, one-click would be dead"
    assert len(way.group(1)) < 75
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in head
    assert f"<{envelope['list_slug']}.nyhetsbrev.example.se>".encode() in head


def parts(raw):
    """Return both parts' lines as they left, and the texts that they hold."""
    boundary = re.search(rb'boundary="([^"]+)"', raw).group(1)
    bodies = [part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for part in raw.split(b"--" + boundary)[1:3]]
    return bodies, [quopri.decodestring(body).decode() for body in bodies]


anything = st.text(st.characters(codec="utf-8"), max_size=300)
address = st.text(st.characters(min_codepoint=33, max_codepoint=0x24F), max_size=300).map(
    lambda rest: "https://example.se/" + rest
)


@settings(max_examples=150)
@given(name=anything, link=address)
@example(name="0000000&\x1b\x1b\x08\x80\x80\x80\x80\x80\U00010000\U000100000", link="https://example.se/")
def test_what_stands_in_a_slot_adds_no_line_and_breaks_no_quoting(name, link):
    letter = Letter("Ämne", f'<p>[{NAME}]</p>\n<a href="{LINK}">x</a>{UNSUBSCRIBE}', f"[{NAME}]\n{LINK}\n")
    raw = Compiled(letter, ENVELOPE, {LINK: "https://example.se/"}).fill(1, "mia@exempel.se", name, NOW, {LINK: link})
    plain = Compiled(letter, ENVELOPE, {LINK: "https://example.se/"}).fill(1, "mia@exempel.se", "Mia", NOW, {})
    assert raw.partition(b"\r\n\r\n")[0] == plain.partition(b"\r\n\r\n")[0]
    bodies, (text, html) = parts(raw)
    for body in bodies:
        assert not re.search(rb"[^\r]\n|\r[^\n]", body)
        assert all(len(line) <= 76 and not line.startswith(b".") for line in body.split(b"\r\n"))
        assert not re.search(rb"=(?![0-9A-F]{2}|\r\n)", body)
        assert not re.search(rb"[ \t]\r\n", body)
    shown = " ".join(name.split())
    assert text.split("\r\n")[0] == f"[{shown}]"
    assert text.count("\n") == 2
    assert html.count("\n") == 1
    assert html.count("<") == 4


def test_links_differ_for_those_who_have_some_and_cost_the_others_nothing():
    letter = Letter("Ämne", f'<a href="{LINK}">Läs</a> {NAME} {UNSUBSCRIBE}', f"{LINK} {UNSUBSCRIBE}")
    usual = "https://example.se/a?b=1&c=2"
    compiled = Compiled(letter, Envelope(7, "nyhetsbrev", "Brev"), {LINK: usual})
    without = compiled.fill(1, "mia@exempel.se", "Mia", NOW)
    own = compiled.fill(1, "mia@exempel.se", "Mia", NOW, {LINK: "https://ordet.example.se/n/k/1"})
    kept = compiled.fill(1, "mia@exempel.se", "Mia", NOW, {})
    again = compiled.fill(1, "mia@exempel.se", "Mia", NOW)
    assert without == again
    (_, (text, html)), (_, (own_text, own_html)), (_, kept_texts) = parts(without), parts(own), parts(kept)
    assert f"{usual} " in text
    assert 'href="https://example.se/a?b=1&amp;c=2"' in html
    assert kept_texts == [text, html]
    assert "https://ordet.example.se/n/k/1 " in own_text
    assert 'href="https://ordet.example.se/n/k/1"' in own_html
    assert usual not in own_text + own_html
