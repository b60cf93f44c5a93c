"""The marks of a signed text: the kicker above it, the sign-off below, the PS after that. Pure recognisers over pieces."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cms.importers.pieces import Heading, Photo, Piece, Text, drop_start, tidy, words
from cms.importers.roles import Printed, is_office, printed_roles

MONTHS = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
]
MONTH = "|".join(f"{month}|{month[:3]}\\.?" for month in MONTHS)
WRITTEN_DAY = rf"(?P<day>\d{{1,2}})(?:\s*:?e)?\s+(?P<month>{MONTH})\s*,?\s+(?P<year>\d{{4}})"
DAY = rf"(?:den\s+)?(?:{WRITTEN_DAY}|(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})|(?P<slash>\d{{1,2}}[/.]\d{{1,2}}[\s/.-]+\d{{4}}))"
WHOSE = r"(?P<vice>(?:vice|v\.?|1:e vice|2:e vice)[\s-]*)?ordf(?:[öo]rande|\.)?n?s?"
KICKER = re.compile(
    rf"\s*{WHOSE}\s+har\s+ordet(?P<after>\s*[,:–-]?\s*{DAY})?\s*(?P<end>[:.–-]+)?\s*",
    re.IGNORECASE,
)
LONG_GREETING, LONG_TITLE = 80, 130
UPPER = r"[A-ZÅÄÖÉÈÜÆØÁČŠŽĆĐÍÓÑ]"
WORD = rf"(?:{UPPER}[\w’'-]+|{UPPER}\.)"
NAME = rf"{WORD}(?:\s+(?:{WORD}|von|van|af|av|de|der|den|di|da|la|le|el|al|bin|ibn)){{1,4}}"
SIGNATURE = re.compile(
    rf"^[/–—~*-]*\s*(?P<name>{NAME})\s*(?:[,;–—|]\s*|\s-\s|\s+\((?=[^()]+\)$))(?P<roles>[^!?]{{2,220}}?)\)?[.\s]*$"
)
ALONE = re.compile(rf"^[/–—~*-]*\s*(?P<name>{NAME})[\s,.]*$")
GREETING = re.compile(
    r"^(?:(?:med\s+)?(?:en\s+)?(?:\w+\s+){0,3}hälsning(?:ar|en|arna)?(?:\s+från\s+\w+)?|hälsar|(?:med\s+)?vänligen|m\.?v\.?h\.?|"
    r"på\s+åter(?:hörande|seende|läsande)|väl\s+mött|vi\s+(?:ses|hörs|syns|läses)|allt\s+gott|ha\s+(?:det|en)\b.{1,30}|kram(?:ar)?|"
    r"(?:god|gott|glad|trevlig|skön|fin|härlig)\s+\w+.{0,40}|tack\s+för.{0,40}|hej\s+då|på\s+gott\s+samarbete|varma?\s+\w+|bästa\s+\w+)"
    r"(?:\s+(?:och|&)\s+.{2,30})?[\s!.,:–-]*$",
    re.IGNORECASE,
)
LEADING_GREETING = re.compile(
    r"^((?:(?:med\s+)?(?:en\s+)?(?:\w+\s+){0,2}hälsning(?:ar|en)?|hälsar|mvh|/)\s*[,!.:]?)\s+(?=[A-ZÅÄÖ])", re.IGNORECASE
)
POSTSCRIPT = re.compile(r"\s*(?:P\.?\s?S\.?\s*(?:[:.–-]\s*|(?=\s|$)\s*)|Ps\s*[:.]\s*)")
INTRODUCES = re.compile(r"(:|kontakt\w*|information|upplysningar|frågor|medverkande|deltagare)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Kicker:
    """As in "Vice ordföranden har ordet 6 februari 2024": whose column, and of which day if it says."""

    vice: bool
    day: date | None


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who signed, with the roles as printed."""

    name: str
    roles: tuple[Printed, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A signed text taken apart. `last` is the picture that stood right above the signature."""

    body: list[Piece]
    signers: tuple[Signer, ...]
    greeting: str = ""
    postscript: str = ""
    afterword: tuple[Piece, ...] = ()


def read_day(found: re.Match[str]) -> date | None:
    """Return the day of a match of DAY; None where it names none or no real one."""
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"])
        if found["slash"]:
            day, month, year = re.findall(r"\d+", found["slash"])
            return date(int(year), int(month), int(day))
        if found["day"]:
            names = [name[:3] for name in MONTHS]
            return date(int(found["year"]), names.index(found["month"].lower()[:3]) + 1, int(found["day"]))
    except ValueError:
        return None
    return None


def take_kicker(pieces: Sequence[Piece]) -> tuple[Kicker | None, list[Piece]]:
    """Return the kicker at the start of a text, and the text without it; pictures may stand before it.

    Without a date it counts only where a colon or the end of its line follows: "Ordföranden har ordet i dag" is a sentence.
    """
    rest = list(pieces)
    at = next((at for at, piece in enumerate(rest) if not isinstance(piece, Photo)), None)
    first = rest[at] if at is not None else None
    found = KICKER.match(words(first)) if isinstance(first, Text | Heading) else None
    if first is None or at is None or found is None:
        return None, rest
    whole = found.end() == len(words(first))
    if not (found["after"] or found["end"] or whole or _own_line(first, found)):
        return None, rest
    left: list[Piece] = []
    if isinstance(first, Heading):
        left = [] if whole else [Heading(first.text[found.end() :], first.level)]
    elif isinstance(first, Text):
        markup = drop_start(first.html, found.end())
        left = [Text(markup)] if Text(markup).words else []
    rest[at : at + 1] = left
    return Kicker(bool(found["vice"]), read_day(found)), rest


def _own_line(piece: Piece, found: re.Match[str]) -> bool:
    return isinstance(piece, Text) and found[0].strip() == piece.lines[0].strip()


def take_letter(pieces: Sequence[Piece], *, column: bool) -> Letter:
    """Return the text cut at its sign-off; without one, all of it is body.

    In a column what follows may be as long as what precedes; elsewhere a name and a title may be anything, so a
    sign-off has little after it, no heading, and no "kontakta:" before it.
    """
    for at, piece in enumerate(pieces):
        if not isinstance(piece, Text) or at == 0:
            continue
        signed = _signed(pieces, at)
        if signed and _is_the_end(pieces, at, signed[1], column=column):
            return _cut(pieces, at, *signed)
    return Letter(list(pieces), ())


def signature(line: str) -> Signer | None:
    """Return the signer of a line such as "Monica Persson, FSS ordförande"; None if it is none."""
    found = SIGNATURE.match(line)
    if found is None or not is_office(found["roles"]) or re.search(r"[.:]\s+\w", found["roles"]) or is_office(found["name"]):
        return None
    return Signer(found["name"], printed_roles(found["roles"]))


def is_greeting(line: str) -> bool:
    """Tell whether a line is one of those that end a letter."""
    return len(line) <= LONG_GREETING and bool(GREETING.match(line))


def _signed(pieces: Sequence[Piece], at: int) -> tuple[list[str], int, tuple[Signer, ...]] | None:
    """Return the lines of piece `at` that precede its signature, the index after the signature, and the signers."""
    piece = pieces[at]
    lines = piece.lines if isinstance(piece, Text) and piece.html.startswith("<p>") else []
    for first in range(max(len(lines) - 6, 0), len(lines)):
        before, line = lines[:first], lines[first]
        if opening := LEADING_GREETING.match(line):
            before, line = [*before, opening[1]], line[opening.end() :]
        signers = _signers(
            [line, *lines[first + 1 :]], greeted=(bool(before) and is_greeting(before[-1])) or _greeted(pieces, at, before)
        )
        if signers:
            return _with_others(pieces, at, before, signers)
    return None


def _with_others(
    pieces: Sequence[Piece], at: int, before: list[str], signers: tuple[Signer, ...]
) -> tuple[list[str], int, tuple[Signer, ...]]:
    """Add the title on the next line, or those who signed below."""
    after = at + 1
    following = pieces[after] if after < len(pieces) else None
    if isinstance(following, Text) and not signers[-1].roles and _is_title(following.words):
        return before, after + 1, (*signers[:-1], Signer(signers[-1].name, printed_roles(following.words)))
    while after < len(pieces) and isinstance(following := pieces[after], Text) and (other := signature(following.words)):
        signers, after = (*signers, other), after + 1
    return before, after, signers


def _greeted(pieces: Sequence[Piece], at: int, before: list[str]) -> bool:
    previous = next((piece for piece in reversed(pieces[:at]) if not isinstance(piece, Photo)), None)
    return not before and isinstance(previous, Text) and is_greeting(previous.words)


def _is_title(text: str) -> bool:
    return len(text) <= LONG_TITLE and is_office(text) and not text.endswith((".", "!", "?", ":"))


def _signers(lines: list[str], *, greeted: bool) -> tuple[Signer, ...]:
    """Return who signs in `lines`, all of which must belong to the signature."""
    signers: list[Signer] = []
    for line in lines:
        alone = ALONE.match(line)
        if found := signature(line):
            signers.append(found)
        elif signers and _is_title(line):
            last = signers.pop()
            signers.append(Signer(last.name, (*last.roles, *printed_roles(line))))
        elif alone and not is_office(line) and (greeted or len(lines) > 1):
            signers.append(Signer(alone["name"]))
        else:
            return ()
    return tuple(signers) if greeted or any(signer.roles for signer in signers) else ()


def _is_the_end(pieces: Sequence[Piece], at: int, after: int, *, column: bool) -> bool:
    before = sum(len(words(piece)) for piece in pieces[:at])
    left = sum(len(words(piece)) for piece in pieces[after:])
    if column:
        return left <= max(before, 200)
    previous = next((piece for piece in reversed(pieces[:at]) if not isinstance(piece, Photo)), None)
    introduced = isinstance(previous, Heading) or (previous is not None and bool(INTRODUCES.search(words(previous))))
    return not introduced and left <= max(before * 0.4, 200) and not any(isinstance(piece, Heading) for piece in pieces[after:])


def _cut(pieces: Sequence[Piece], at: int, before: list[str], after: int, signers: tuple[Signer, ...]) -> Letter:
    body = list(pieces[:at])
    greeting = before.pop() if before and is_greeting(before[-1]) else ""
    if before:
        body.append(Text(_first_lines(pieces[at], len(before))))
    elif not greeting and _greeted(pieces, at, []):
        last = max(place for place, piece in enumerate(body) if isinstance(piece, Text))
        greeting = words(body.pop(last))
    postscript, afterword = _take_postscript(list(pieces[after:]))
    return Letter(body, signers, greeting.strip(" ,.:–-/"), postscript, tuple(afterword))


def _first_lines(piece: Piece, count: int) -> str:
    """Return the first lines of a paragraph; tags left open by the cut are closed."""
    assert isinstance(piece, Text)  # noqa: S101  only texts are cut
    markup = "<br/>".join(piece.html.split("<br/>")[:count]).removesuffix("</p>")
    for tag in re.findall(r"<(b|i|a)\b", markup)[::-1]:
        if len(re.findall(rf"<{tag}\b", markup)) > markup.count(f"</{tag}>"):
            markup += f"</{tag}>"
    return tidy(f"{markup}</p>")


def _take_postscript(pieces: list[Piece]) -> tuple[str, list[Piece]]:
    """Return the PS as rich text, and what follows the signature besides it."""
    for at, piece in enumerate(pieces):
        found = POSTSCRIPT.match(words(piece)) if isinstance(piece, Text) and piece.html.startswith("<p>") else None
        if isinstance(piece, Text) and found and found.end() < len(piece.words):
            return drop_start(piece.html, found.end()), pieces[:at] + pieces[at + 1 :]
        if found and at + 1 < len(pieces) and isinstance(following := pieces[at + 1], Text):
            return following.html, pieces[:at] + pieces[at + 2 :]
    return "", pieces
