"""Pictures for the demo, drawn: calm flat scenes and portraits that are nobody's."""

import io
import math
import random
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
WIDE = (1600, 900)
PORTRAIT = (800, 800)
# Drawn at twice the size and shrunk, so that edges are smooth.
SCALE = 2

INK: Colour = (23, 38, 46)
PETROL: Colour = (11, 85, 99)
MIST: Colour = (198, 216, 219)
SAND: Colour = (245, 242, 236)
OCHRE: Colour = (222, 170, 92)
CLAY: Colour = (191, 112, 82)
PINE: Colour = (58, 96, 86)

GROUNDS: tuple[Colour, ...] = ((214, 226, 224), (236, 226, 208), (222, 214, 224), (208, 221, 233), (226, 229, 208))
SKINS: tuple[Colour, ...] = ((241, 204, 177), (222, 172, 138), (186, 130, 96), (133, 88, 63), (247, 217, 196))
HAIRS: tuple[Colour, ...] = ((58, 44, 38), (121, 84, 54), (196, 170, 122), (150, 150, 152), (33, 33, 38), (158, 78, 48))
CLOTHES: tuple[Colour, ...] = (PETROL, (68, 84, 116), CLAY, PINE, (98, 72, 104), (64, 64, 70))


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour that lies `share` (0 to 1) of the way from `one` to `other`."""
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))  # type: ignore[return-value]


def gradient(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    """Return a canvas that goes from `top` to `bottom`."""
    width, height = size[0] * SCALE, size[1] * SCALE
    column = Image.new("RGB", (1, height))
    for y in range(height):
        column.putpixel((0, y), mixed(top, bottom, y / height))
    return column.resize((width, height))


def jpeg(canvas: Image.Image) -> bytes:
    """Return the finished picture's bytes."""
    file = io.BytesIO()
    canvas.resize((canvas.width // SCALE, canvas.height // SCALE), Image.Resampling.LANCZOS).save(file, "JPEG", quality=88)
    return file.getvalue()


def portrait(seed: int) -> bytes:
    """Return a portrait; the same seed gives the same person."""
    chance = random.Random(seed)  # noqa: S311 - looks, not secrets
    skin, hair = SKINS[seed % len(SKINS)], HAIRS[(seed * 5 + 1) % len(HAIRS)]
    canvas = gradient(PORTRAIT, mixed(GROUNDS[seed % len(GROUNDS)], (255, 255, 255), 0.35), GROUNDS[seed % len(GROUNDS)])
    pen, size = ImageDraw.Draw(canvas), PORTRAIT[0] * SCALE
    middle, long_hair = size // 2, chance.random() < 0.55

    def oval(x: float, y: float, wide: float, high: float, colour: Colour) -> None:
        pen.ellipse((middle + (x - wide) * size, (y - high) * size, middle + (x + wide) * size, (y + high) * size), fill=colour)

    if long_hair:
        oval(0, 0.47, 0.215, 0.27, hair)
    oval(0, 1.08, 0.40, 0.36, CLOTHES[(seed * 5 + 2) % len(CLOTHES)])
    pen.rounded_rectangle(
        (middle - 0.075 * size, 0.58 * size, middle + 0.075 * size, 0.80 * size), 60, fill=mixed(skin, INK, 0.13)
    )
    oval(0, 0.45, 0.17, 0.215, skin)
    pen.chord((middle - 0.185 * size, 0.20 * size, middle + 0.185 * size, 0.60 * size), 180, 360, fill=hair)
    pen.ellipse((middle - 0.16 * size, 0.335 * size, middle + 0.16 * size, 0.50 * size), fill=skin)
    for side in (-1, 1):
        oval(side * 0.062, 0.445, 0.012, 0.015, INK)
        pen.arc(
            (middle + (side * 0.062 - 0.035) * size, 0.400 * size, middle + (side * 0.062 + 0.035) * size, 0.450 * size),
            200, 340, fill=mixed(hair, INK, 0.3), width=9,
        )  # fmt: skip
    pen.arc(
        (middle - 0.06 * size, 0.49 * size, middle + 0.06 * size, 0.575 * size),
        25,
        155,
        fill=mixed(skin, (120, 40, 40), 0.55),
        width=10,
    )
    if chance.random() < 0.4:
        for side in (-1, 1):
            box = (side * 0.062 - 0.048, 0.402, side * 0.062 + 0.048, 0.492)
            pen.ellipse((middle + box[0] * size, box[1] * size, middle + box[2] * size, box[3] * size), outline=INK, width=7)
        pen.line((middle - 0.015 * size, 0.44 * size, middle + 0.015 * size, 0.44 * size), fill=INK, width=7)
    return jpeg(canvas)


def bridge() -> bytes:
    """Return a cable-stayed bridge over a sound at evening."""
    canvas = gradient(WIDE, (242, 214, 178), (252, 240, 222))
    pen, (width, height) = ImageDraw.Draw(canvas), (WIDE[0] * SCALE, WIDE[1] * SCALE)
    horizon, deck = int(height * 0.68), int(height * 0.60)
    pen.ellipse((width * 0.70, height * 0.30, width * 0.80, height * 0.30 + width * 0.10), fill=(246, 188, 116))
    pen.rectangle((0, horizon, width, height), fill=mixed(PETROL, SAND, 0.30))
    for step in range(9):
        y = horizon + (height - horizon) * (step + 1) / 10
        pen.line((width * (0.50 + 0.02 * step), y, width * (0.98 - 0.015 * step), y), fill=mixed(PETROL, OCHRE, 0.45), width=6)
    pen.rectangle((0, deck, width, deck + 26), fill=INK)
    for x in (0.30, 0.58):
        pen.rectangle((width * x - 12, height * 0.20, width * x + 12, horizon + 30), fill=INK)
        for reach in range(1, 8):
            for side in (-1, 1):
                pen.line((width * x, height * (0.21 + 0.02 * reach), width * (x + side * 0.018 * reach), deck), fill=INK, width=4)
    for x in range(0, width, 190):
        pen.rectangle((x, deck + 26, x + 22, horizon + 18), fill=mixed(INK, PETROL, 0.5))
    return jpeg(canvas)


def town() -> bytes:
    """Return a row of town houses in morning light."""
    canvas = gradient(WIDE, (206, 224, 229), (245, 242, 236))
    pen, chance = ImageDraw.Draw(canvas), random.Random(7)  # noqa: S311 - looks, not secrets
    width, height, x = WIDE[0] * SCALE, WIDE[1] * SCALE, -60
    colours = [OCHRE, CLAY, mixed(PETROL, SAND, 0.35), mixed(CLAY, SAND, 0.5), mixed(PINE, SAND, 0.3)]
    while x < width:
        wide, top = chance.randint(300, 460), int(height * chance.uniform(0.34, 0.50))
        colour = colours[(x // 97) % len(colours)]
        pen.polygon([(x - 14, top), (x + wide / 2, top - wide * 0.36), (x + wide + 14, top)], fill=mixed(colour, INK, 0.55))
        pen.rectangle((x, top, x + wide, int(height * 0.86)), fill=colour)
        for row in range(top + 60, int(height * 0.80), 170):
            for column in range(x + 46, x + wide - 80, 112):
                pen.rectangle((column, row, column + 58, row + 92), fill=mixed(SAND, OCHRE, 0.25 if (row + column) % 3 else 0.8))
        x += wide + 6
    pen.rectangle((0, int(height * 0.86), width, height), fill=mixed(INK, SAND, 0.55))
    return jpeg(canvas)


def gathering() -> bytes:
    """Return people in rows before a stage, from behind."""
    canvas = gradient(WIDE, mixed(PETROL, INK, 0.35), mixed(PETROL, SAND, 0.35))
    pen, chance = ImageDraw.Draw(canvas), random.Random(11)  # noqa: S311 - looks, not secrets
    width, height = WIDE[0] * SCALE, WIDE[1] * SCALE
    pen.rounded_rectangle((width * 0.22, height * 0.12, width * 0.78, height * 0.52), 24, fill=SAND)
    pen.rounded_rectangle((width * 0.27, height * 0.19, width * 0.52, height * 0.23), 12, fill=PETROL)
    for line in range(3):
        pen.rounded_rectangle(
            (width * 0.27, height * (0.29 + line * 0.06), width * (0.66 - line * 0.07), height * (0.31 + line * 0.06)),
            8,
            fill=MIST,
        )
    for row in range(4):
        y, size = height * (0.62 + row * 0.11), 58 + row * 22
        for seat in range(-1, 14 - row):
            x = (seat + 0.5 * (row % 2)) * width / (12 - row) + chance.randint(-18, 18)
            colour = mixed(chance.choice(CLOTHES), INK, 0.25)
            pen.ellipse((x - size * 1.5, y + size * 0.7, x + size * 1.5, y + size * 4), fill=colour)
            pen.ellipse((x - size * 0.8, y - size, x + size * 0.8, y + size * 0.9), fill=mixed(chance.choice(HAIRS), INK, 0.2))
    return jpeg(canvas)


def hills() -> bytes:
    """Return hills in mist, one behind the other."""
    canvas = gradient(WIDE, (240, 228, 208), (206, 222, 224))
    pen, (width, height) = ImageDraw.Draw(canvas), (WIDE[0] * SCALE, WIDE[1] * SCALE)
    for layer in range(5):
        base, colour = height * (0.42 + layer * 0.12), mixed((176, 203, 205), PINE, layer / 4)
        ridge = [
            (x, base + math.sin(x / (420 - layer * 40) + layer * 1.7) * (70 + 14 * layer) + math.sin(x / 160 + layer) * 22)
            for x in range(0, width + 40, 40)
        ]
        pen.polygon([(0, height), *ridge, (width, height)], fill=colour)
    return jpeg(canvas.filter(ImageFilter.GaussianBlur(1)))


def newspaper() -> bytes:
    """Return a folded newspaper on a table."""
    canvas = gradient(WIDE, (224, 208, 184), (206, 184, 154))
    pen, (width, height) = ImageDraw.Draw(canvas), (WIDE[0] * SCALE, WIDE[1] * SCALE)
    pen.rounded_rectangle(
        (width * 0.235, height * 0.145, width * 0.775, height * 0.965), 10, fill=mixed(INK, (206, 184, 154), 0.6)
    )
    pen.rounded_rectangle((width * 0.22, height * 0.12, width * 0.76, height * 0.94), 10, fill=(250, 248, 243))
    pen.rectangle((width * 0.26, height * 0.17, width * 0.72, height * 0.25), fill=INK)
    pen.rectangle((width * 0.26, height * 0.29, width * 0.52, height * 0.58), fill=mixed(PETROL, SAND, 0.45))
    for column, (left, right, top) in enumerate(((0.26, 0.52, 0.62), (0.545, 0.72, 0.29))):
        for line in range(int((0.90 - top) / 0.032)):
            y = height * (top + line * 0.032)
            end = right - (0.05 if line % 5 == 4 else 0.0)
            pen.rectangle((width * left, y, width * end, y + 16), fill=mixed(INK, SAND, 0.62 if column else 0.66))
    return jpeg(canvas)


SCENES: dict[str, Callable[[], bytes]] = {
    "bridge": bridge, "town": town, "gathering": gathering, "hills": hills, "newspaper": newspaper
}  # fmt: skip


def letter(title: str) -> bytes:
    """Return a page of lines as PDF: what an answer looks like from afar."""
    width, height = 1240, 1754
    page = Image.new("RGB", (width, height), (255, 255, 255))
    pen, chance = ImageDraw.Draw(page), random.Random(title)  # noqa: S311 - looks, not secrets
    pen.rectangle((140, 160, 620, 190), fill=PETROL)
    for line in range(34):
        if line % 7:
            pen.rectangle((140, 300 + line * 36, chance.randint(900, width - 140), 312 + line * 36), fill=MIST)
    file = io.BytesIO()
    page.save(file, "PDF", title=title)
    return file.getvalue()
