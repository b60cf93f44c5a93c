"""A message's bytes: slots can't break out, and every line is fit for SMTP."""

import email
import re
import time
from datetime import UTC, datetime
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.compiled import BadHeader, Compiled, Envelope, quoted
from newsletter.identity import BOUNCE, read_return_address, return_address
from newsletter.letter import NAME, UNSUBSCRIBE, Letter
from newsletter.models import Member
from tests.newsletter.stage import LETTER

NOW = datetime(2026, 3, 6, 11, 0, tzinfo=UTC)
ENVELOPE = Envelope(7, "nyhetsbrev", "Föreningens nyhetsbrev", "Föreningen, med komma", "kansliet@example.se")


def parsed(raw):
    return email.message_from_bytes(raw, policy=default)


def test_the_message_reads_back_as_it_was_written():
    raw = Compiled(LETTER, ENVELOPE).fill(12_345, "mia@exempel.se", "Mia & <Otto>", NOW)
    message = parsed(raw)
    assert message["Subject"] == LETTER.subject
    assert message["To"] == "mia@exempel.se"
    assert message["From"].addresses[0].display_name == "Föreningen, med komma"
    assert message["Reply-To"] == "kansliet@example.se"
    assert message["Message-ID"].startswith("<7.12345.")
    assert message["Date"].datetime == NOW
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert "Hej Mia & <Otto>!" in text
    assert "\n.En rad som börjar med punkt" in text
    assert "Hej Mia &amp; &lt;Otto&gt;!" in html
    assert "Å, ä och ö." in html
    assert "@@" not in html + text


def test_raw_header_bytes_keep_one_click_alive():
    raw = Compiled(LETTER, ENVELOPE).fill(1_234_567, "mia@exempel.se", "Mia", NOW)
    head = raw.partition(b"\r\n\r\n")[0]
    assert re.search(
        rb"\r\nList-Unsubscribe: <https://ordet\.example\.se/n/u/[\w-]+>,"
        rb"\r\n <mailto:u-[0-9a-f]+@[\w.]+\?subject=unsubscribe>\r\n",
        head,
    )
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in head
    assert b"<nyhetsbrev.nyhetsbrev.example.se>" in head
    assert len(re.search(rb"<(https:[^>]+)>", head).group(1)) < 75
    for name in (
        b"From",
        b"To",
        b"Subject",
        b"Date",
        b"Message-ID",
        b"List-Id",
        b"Auto-Submitted",
        b"Feedback-ID",
        b"MIME-Version",
    ):
        assert len(re.findall(rb"(?m)^" + name + rb":", head)) == 1, name
    unsubscribe = head.partition(b"List-Unsubscribe:")[2].partition(b"\r\nFrom:")[0]
    assert b"=?" not in unsubscribe


anything = st.text(st.characters(codec="utf-8"), max_size=200)


@settings(max_examples=150)
@given(name=anything, body=anything, subject=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=150))
def test_no_text_breaks_a_line_a_header_or_the_end(name, body, subject):
    letter = Letter(subject, f"<p>{NAME}</p>{UNSUBSCRIBE}{body}", f"{body}{NAME}\n{UNSUBSCRIBE}{body}")
    raw = Compiled(letter, ENVELOPE).fill(1, "mia@exempel.se", name, NOW)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(line.startswith(b".") for line in lines)
    message = parsed(raw)
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    plain = message.get_body(("plain",)).get_content()
    assert " ".join(name.split()) in plain
    assert "".join(body.split()) in "".join(plain.split())


@given(st.text(st.characters(codec="utf-8"), max_size=400))
def test_quoted_printable_reads_back(text):
    import quopri

    back = quopri.decodestring(quoted(text)).decode()
    assert back.split("\r\n") == re.split("\r\n|\r|\n", text)
    assert all(len(line) <= 76 and not line.startswith(b".") for line in quoted(text).split(b"\r\n"))


@pytest.mark.parametrize(
    "address", ["mia@exempel.se\r\nBcc: otto@exempel.se", "mia@exempel.se>", "åsa@exempel.se", "a b@exempel.se"]
)
def test_an_address_that_could_add_a_header_is_refused(address):
    with pytest.raises(BadHeader):
        Compiled(LETTER, ENVELOPE).fill(1, address, "Mia", NOW)


def test_the_return_address_names_the_delivery_in_any_case():
    made = return_address(BOUNCE, 7, 12_345)
    assert made == return_address(BOUNCE, 7, 12_345)
    assert read_return_address(made.upper()) == (BOUNCE, 7, 12_345)
    assert len(made.partition("@")[0]) <= 64


def test_filling_is_fast():
    letter = Letter("Ämne", f"<p>{NAME}</p>" + "<td style='color:#17262e'>å</td>" * 1_200 + UNSUBSCRIBE, f"{NAME} {UNSUBSCRIBE}")
    compiled = Compiled(letter, ENVELOPE)
    assert len(compiled.fill(1, "m1@exempel.se", "Mia", NOW)) > 40_000
    rounds = []
    for _ in range(5):
        began = time.process_time()
        for member in range(400):
            compiled.fill(member, "m1@exempel.se", "Mia Åhman", NOW)
        rounds.append((time.process_time() - began) / 400)
    assert min(rounds) < 0.000_3, f"{min(rounds) * 1000:.3f} ms"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["mia@exempel.se\nBcc: otto@exempel.se", "åsa@exempel.se", "mia", "mia@", "mia@exempel.se, otto@exempel.se"]
)
def test_a_member_with_a_bad_address_is_refused_in_words(address):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError) as caught:
        Member(name="Mia", address=address).full_clean()
    assert "address" in caught.value.message_dict
    with pytest.raises(ValidationError):
        Member(name="Mia", address=address).save()


@pytest.mark.django_db
def test_one_person_per_address_whatever_its_spelling():
    from django.db import IntegrityError

    Member(address="Mia@Exämple.se").save()
    assert Member.objects.get().ascii_address == "Mia@xn--exmple-cua.se"
    with pytest.raises(IntegrityError):
        Member(address="mia@xn--exmple-cua.se").save()
