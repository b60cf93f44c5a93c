"""What each content type takes out of a text for its own fields. A text may lack all of it; nothing is guessed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from cms.importers.kickers import DAY, Kicker, read_day
from cms.importers.library import Media
from cms.importers.pieces import File, Film, Heading, Piece, Text, words
from cms.importers.wxr import Item

PAPERS = (
    "Dagens Nyheter|Svenska Dagbladet|Aftonbladet|Expressen|Göteborgs-Posten|Sydsvenskan|Helsingborgs Dagblad|Dagens Samhälle|"
    "Altinget|Dagens Medicin|Akademikern|Socionomen|Dagens Arena|Dagens ETC|Dagens Industri|Kommunalarbetaren|SVT Nyheter|SVT|"
    "Sveriges Radio|TV4|Ekot|Upsala Nya Tidning|Nerikes Allehanda|Norrköpings Tidningar|"
    "Östgöta Correspondenten|Corren|Barometern|"
    "Nya Wermlands-Tidningen|Värmlands Folkblad|Västerbottens-Kuriren|"
    "Norrbottens-Kuriren|Borås Tidning|Hallandsposten|"
    "Jönköpings-Posten|Smålandsposten|Vestmanlands Läns Tidning|Gefle Dagblad|Sundsvalls Tidning|"
    "Omni|Syre|Publikt|Vision|Suntarbetsliv"
)
PAPER = re.compile(rf"\b({PAPERS})s?\b")
PRINTED = re.compile(DAY, re.IGNORECASE)
OPENING, CLOSING = '”“"»«', '”“"»«'
NEAR = timedelta(days=60)


@dataclass(slots=True)
class Shape:
    """A text on its way to a content type: what is taken leaves `body` and lands in `fields` (or `document`)."""

    item: Item
    date: datetime
    body: list[Piece]
    kicker: Kicker | None
    greeting: str
    fields: dict[str, Any] = field(default_factory=dict)
    document: Media | None = None


def of_column(shape: Shape) -> None:
    """Take series and sign-off."""
    if shape.kicker:
        shape.fields["series"] = "vice_chair" if shape.kicker.vice else "chair"
    shape.fields["sign_off"] = shape.greeting[:200]


def of_film(shape: Shape) -> None:
    """Take the films out of the text."""
    films = [piece for piece in shape.body if isinstance(piece, Film)]
    shape.body = [piece for piece in shape.body if not isinstance(piece, Film)]
    shape.fields["films"] = [{"type": "film", "value": {"url": film.url, "title": "", "length": ""}} for film in films]


def of_clipping(shape: Shape) -> None:
    """Take paper, date and quotation, where the text has them."""
    text = " ".join(map(words, shape.body))
    if found := PAPER.search(f"{shape.item.title} {text}"):
        shape.fields["paper"] = found[1]
    if day := _printed(f"{text} {' '.join(piece.url for piece in shape.body if isinstance(piece, File))}", shape.date):
        shape.fields["printed"] = day
    _take_quotation(shape)


def _printed(text: str, about: datetime) -> date | None:
    days = (read_day(found) for found in PRINTED.finditer(text))
    return next((day for day in days if day and abs(day - about.date()) <= NEAR), None)


def _take_quotation(shape: Shape) -> None:
    """Move the first quotation that fills whole paragraphs, up to four of them, to its field."""
    for first, piece in enumerate(shape.body):
        if not isinstance(piece, Text) or piece.words[0] not in OPENING:
            continue
        for last in range(first, min(first + 4, len(shape.body))):
            run = shape.body[first : last + 1]
            if not isinstance(run[-1], Text) or "<a " in run[-1].html:
                break
            if run[-1].words.rstrip(".")[-1:] in CLOSING:
                joined = "\n\n".join(map(words, run)).rstrip(".").strip(OPENING + " ")
                shape.fields["quotation"] = joined
                shape.body[first : last + 1] = []
                return


def take_document(shape: Shape, media: Media) -> None:
    """Make the first document the clipping's page, and drop a heading above it that only repeats its name."""
    at = next(at for at, piece in enumerate(shape.body) if isinstance(piece, File))
    name = words(shape.body[at - 1]) if at and isinstance(shape.body[at - 1], Heading) else ""
    repeats = bool(name) and name == getattr(shape.body[at], "text", "")
    shape.body[at - repeats : at + 1] = []
    shape.document = media


SHAPES: dict[str, Callable[[Shape], None]] = {"column": of_column, "film": of_film, "clipping": of_clipping}
