"""The marks at the end of a signed text: the sign-off, and the PS after that. Pure recognisers over pieces."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cms.importers.pieces import Heading, Photo, Piece, Text, drop_start, tidy, words
from cms.importers.roles import Printed, is_office, printed_roles

LONG_GREETING, LONG_TITLE = 80, 130
UPPER = r"[A-ZÅÄÖÉÈÜÆØÁČŠŽĆĐÍÓÑ]"
WORD = rf"(?:{UPPER}[\w’'-]+|{UPPER}\.)"
NAME = rf"{WORD}(?:\s+(?:{WORD}|von|van|af|av|de|der|den|di|da|la|le|el|al|bin|ibn)){{1,4}}"
SIGNATURE = re.compile(
    rf"^[/–—~*-]*\s*(?P<name>{NAME})\s*(?:[,;–—|/]\s*|\s-\s|\s+\((?=[^()]+\)$))(?P<roles>[^!?]{{2,220}}?)\)?[.\s]*$"
)
# Without a sign between them, capitals such as FSS are no part of the name.
SPELT = rf"(?!{UPPER}{{2,}}\b){WORD}"
GIVEN = rf"{SPELT}(?:\s+(?:{SPELT}|von|van|af|av|de|der|den|di|da|la|le|el|al|bin|ibn)){{1,4}}"
TITLE_FIRST = re.compile(rf"^[/–—~*-]*\s*(?P<roles>[\w:.-]+(?:\s+(?!och\b)[\w:.-]+){{0,4}}?)\s+(?P<name>{GIVEN})[.\s]*$")
TITLE_LAST = re.compile(rf"^[/–—~*-]*\s*(?P<name>{GIVEN})\s+(?P<roles>(?:{UPPER}{{2,}}\s+)?[a-zåäö12][^!?.]{{2,100}})$")
RANKS = frozenset(["vice", "v", "tf", "t.f", "tillförordnad", "förste", "första", "andre", "andra", "1:e", "2:e"])
SENTENCE = re.compile(r"\b(?:är|var|att|har|som|ska|vill|säger|berättar|skriver|tackar|inleder|talar)\b")
ORGANISATION = re.compile(r"\b(?:kommun|stad|region|län|universitet|högskola|\w*förbund|\w*förening)(?:en|et)?\b", re.IGNORECASE)
ALONE = re.compile(rf"^[/–—~*-]*\s*(?P<name>{NAME})[\s,.]*$")
GREETING = re.compile(
    r"^(?:(?:med\s+)?(?:en\s+)?(?:\w+\s+){0,3}hälsning(?:ar|en|arna)?(?:\s+från\s+\w+)?|hälsar|(?:med\s+)?vänligen|m\.?v\.?h\.?|"
    r"på\s+åter(?:hörande|seende|läsande)|väl\s+mött|vi\s+(?:ses|hörs|syns|läses)|allt\s+gott|ha\s+(?:det|en)\b.{1,30}|kram(?:ar)?|"
    r"(?:god|gott|glad|trevlig|skön|fin|härlig)\s+\w+.{0,40}|tack\s+för.{0,40}|hej\s+då|på\s+gott\s+samarbete|vid\s+pennan|varma?\s+\w+|bästa\s+\w+)"
    r"(?:\s+(?:och|&)\s+.{2,30})?[\s!.,:–-]*$",
    re.IGNORECASE,
)
LEADING_GREETING = re.compile(
    r"^((?:vid\s+pennan|(?:med\s+)?(?:en\s+)?(?:\w+\s+){0,2}hälsning(?:ar|en)?|hälsar|mvh|/)\s*[,!.:]?)\s+(?=[A-ZÅÄÖ])",
    re.IGNORECASE,
)
POSTSCRIPT = re.compile(r"\s*(?:P\.?\s?S\.?\s*(?:[:.–-]\s*|(?=\s|$)\s*)|Ps\s*[:.]\s*)")
INTRODUCES = re.compile(r"(:|kontakt\w*|information|upplysningar|frågor|medverkande|deltagare)\s*$", re.IGNORECASE)


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
        return _unparted(line)
    return Signer(found["name"], printed_roles(found["roles"]))


def _unparted(line: str) -> Signer | None:
    """Return the signer of "Ordförande Anna Ek" or "Anna Ek ordförande FSS", where no sign parts name and office."""
    for form in (TITLE_FIRST, TITLE_LAST):
        found = form.match(line)
        if found is None or SENTENCE.search(line) or is_office(found["name"]) or ORGANISATION.search(found["name"]):
            continue
        if _begins_as_office(found["roles"]):
            return Signer(found["name"], printed_roles(found["roles"]))
    return None


def _begins_as_office(text: str) -> bool:
    """Tell whether the first word is an office, ranks and a short name of the organisation apart."""
    ranked = [word for word in text.split() if word.lower().rstrip(".") not in RANKS]
    first = ranked[1:] if ranked and ranked[0].isupper() else ranked
    return bool(first) and is_office(first[0])


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
        greeted = (bool(before) and is_greeting(before[-1])) or _greeted(pieces, at, before)
        signers = _signers([line, *lines[first + 1 :]], greeted=greeted or _titled_below(pieces, at))
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


def _titled_below(pieces: Sequence[Piece], at: int) -> bool:
    following = pieces[at + 1] if at + 1 < len(pieces) else None
    return isinstance(following, Text) and _is_title(following.words) and _begins_as_office(following.words)


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
    introduced = isinstance(previous, Heading) or (
        previous is not None and bool(INTRODUCES.search(words(previous))) and not is_greeting(words(previous))
    )
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
