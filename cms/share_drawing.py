"""The picture that a shared link shows where a post has none: title, kicker and portrait, drawn by Pillow.

Pure: words and bytes in, bytes out. The look is the reader site's, with its own typefaces.
"""

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from unicodedata import category, normalize

from anyascii import anyascii
from PIL import Image, ImageDraw, ImageFont, ImageOps

# What LinkedIn shows whole, and Facebook nearly so.
WIDE, HIGH, MARGIN = 1200, 627, 60
PORTRAIT_WIDE, GAP = 400, 50
GROUND, INK, ACCENT, QUIET = "#f5f2ec", "#17262e", "#0b5563", "#4a5a62"
FONTS = Path(__file__).parent / "static" / "cms" / "fonts"
SERIF, SANS = FONTS / "source-serif-4-latin-wght-normal.woff2", FONTS / "source-sans-3-latin-wght-normal.woff2"
WEIGHT = 600
KICKER_SIZE, NAME_SIZE = 32, 28
# The title takes the largest size at which it fits; at the smallest it is shortened.
TITLE_SIZES = (92, 84, 76, 68, 62, 56, 50, 44)
TITLE_LINES, LEADING = 3, 1.14
# What the typefaces' Latin subset holds beyond Latin-1; anything else is written with the letters nearest to it.
BEYOND = frozenset(map(chr, (0x152, 0x153, *range(0x2010, 0x2027), 0x2030, 0x2039, 0x203A, 0x20AC, 0x2122, 0x2212)))
JPEG_QUALITY = 88

Font = ImageFont.FreeTypeFont


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on the picture; `name` is the association's."""

    title: str
    kicker: str = ""
    name: str = ""


def draw(words: Words, portrait: bytes | None = None) -> bytes:
    """Return the picture as JPEG, 1200 × 627; raises OSError for a portrait that can't be read."""
    canvas = Image.new("RGB", (WIDE, HIGH), GROUND)
    right = WIDE - MARGIN
    if portrait:
        canvas.paste(fitted(portrait), (WIDE - PORTRAIT_WIDE, 0))
        right = WIDE - PORTRAIT_WIDE - GAP
    _write(ImageDraw.Draw(canvas), words, right - MARGIN)
    out = BytesIO()
    canvas.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return out.getvalue()


def fitted(portrait: bytes) -> Image.Image:
    """Return the portrait filling the right third; a little above the middle is where faces are."""
    picture = ImageOps.exif_transpose(Image.open(BytesIO(portrait))).convert("RGB")
    return ImageOps.fit(picture, (PORTRAIT_WIDE, HIGH), Image.Resampling.LANCZOS, centering=(0.5, 0.35))


def _write(pen: ImageDraw.ImageDraw, words: Words, wide: int) -> None:
    top, bottom = MARGIN, HIGH - MARGIN
    if kicker := shortened(plain(words.kicker), font(SANS, KICKER_SIZE), wide):
        pen.text((MARGIN, top), kicker, ACCENT, font(SANS, KICKER_SIZE), anchor="lt")
        top += KICKER_SIZE + 20
    if name := shortened(plain(words.name), font(SANS, NAME_SIZE), wide):
        # Standing on the margin with its descenders, so that no letter comes closer to the edge.
        pen.text((MARGIN, bottom), name, QUIET, font(SANS, NAME_SIZE), anchor="ld")
        bottom -= NAME_SIZE + 24
        pen.rectangle((MARGIN, bottom, MARGIN + 72, bottom + 4), ACCENT)
        bottom -= 20
    lines, face = set_title(plain(words.title), wide, bottom - top)
    step = round(face.size * LEADING)
    first = top + (bottom - top - step * len(lines)) // 2
    for number, line in enumerate(lines):
        pen.text((MARGIN, first + number * step), line, INK, face, anchor="la")


def set_title(title: str, wide: int, high: int) -> tuple[list[str], Font]:
    """Return the title in at most three lines that fit, and the typeface in its size."""
    for size in TITLE_SIZES:
        face = font(SERIF, size)
        lines = balanced(title, face, wide)
        low = len(lines) * size * LEADING <= high
        if len(lines) <= TITLE_LINES and low and all(face.getlength(line) <= wide for line in lines):
            return lines, face
    kept = lines[: TITLE_LINES - 1]
    rest = " ".join(lines[TITLE_LINES - 1 :])
    return [shortened(line, face, wide) for line in [*kept, rest] if line], face


def balanced(text: str, face: Font, wide: int) -> list[str]:
    """Return `text` in as few lines as `wide` allows, made about equally long."""
    least = broken(text, face, wide)
    narrow, broad = 1, wide
    while narrow < broad:
        middle = (narrow + broad) // 2
        lines = broken(text, face, middle)
        if len(lines) <= len(least) and all(face.getlength(line) <= middle for line in lines):
            broad = middle
        else:
            narrow = middle + 1
    return broken(text, face, broad)


def broken(text: str, face: Font, wide: int) -> list[str]:
    """Return `text` in lines of at most `wide` pixels; a word that is longer stands by itself."""
    lines: list[str] = []
    for word in text.split():
        if lines and face.getlength(f"{lines[-1]} {word}") <= wide:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def shortened(text: str, face: Font, wide: int) -> str:
    """Return `text` as far as it fits, with an ellipsis where it was cut."""
    if face.getlength(text) <= wide:
        return text
    fits = max((count for count in range(len(text)) if face.getlength(f"{text[:count].rstrip()}…") <= wide), default=0)
    return f"{text[:fits].rstrip()}…"


def plain(text: str) -> str:
    """Return `text` in characters that the typefaces have, on one line, without pictures such as emoji."""
    return " ".join("".join(_letter(char) for char in normalize("NFC", text)).split())


def _letter(char: str) -> str:
    if char.isspace():
        return " "
    if char.isprintable() and (char < "Ā" or char in BEYOND):
        return char
    return "" if category(char)[0] in "CSM" else anyascii(char)


@cache
def font(path: Path, size: int) -> Font:
    """Return a typeface in a size, in the weight of headings."""
    found = ImageFont.truetype(str(path), size)
    found.set_variation_by_axes([WEIGHT])
    return found
