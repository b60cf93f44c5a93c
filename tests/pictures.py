"""Pictures as editors upload them: every format, every colour, every size."""

import io
from collections.abc import Callable
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from cms.models import Picture


def drawn(size: tuple[int, int] = (1600, 1000), mode: str = "RGB") -> Image.Image:
    """A picture whose upper left quarter is red, on teal."""
    image = Image.new("RGB", size, "teal")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1] // 2), fill="red")
    return image.convert(mode)


def file_of(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture as a file of `kind`."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def turned(kind: str) -> bytes:
    """A picture that lies on its side and says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return file_of(drawn().rotate(90, expand=True), kind, exif=exif)


def translucent(mode: str) -> Image.Image:
    """Red in the upper left quarter, nothing else."""
    image = Image.new("RGBA", (1600, 1000), (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((0, 0, 800, 500), fill="red")
    return image if mode == "RGBA" else image.quantize(8)


def animated() -> bytes:
    frames = [drawn(), Image.new("RGB", (1600, 1000), "black")]
    return file_of(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)


# Each kind of file that an editor may upload, under a name that says what is special about it.
KINDS: dict[str, Callable[[], bytes]] = {
    "jpeg.jpg": lambda: file_of(drawn(), "JPEG"),
    "webp.webp": lambda: file_of(drawn(), "WEBP"),
    "avif.avif": lambda: file_of(drawn(), "AVIF"),
    "png.png": lambda: file_of(drawn(), "PNG"),
    "cmyk.jpg": lambda: file_of(drawn(mode="CMYK"), "JPEG"),
    "grey.png": lambda: file_of(drawn(mode="L"), "PNG"),
    "sixteen-bits.png": lambda: file_of(drawn(mode="L").convert("I").point(lambda value: value * 256).convert("I;16"), "PNG"),
    "black-and-white.png": lambda: file_of(drawn(mode="1"), "PNG"),
    "palette.png": lambda: file_of(drawn(mode="P"), "PNG"),
    "palette-translucent.png": lambda: file_of(translucent("P"), "PNG"),
    "translucent.png": lambda: file_of(translucent("RGBA"), "PNG"),
    "translucent.webp": lambda: file_of(translucent("RGBA"), "WEBP"),
    "animated.gif": animated,
    "turned.jpg": lambda: turned("JPEG"),
    "turned.png": lambda: turned("PNG"),
    "turned.webp": lambda: turned("WEBP"),
    "big.jpg": lambda: file_of(drawn((5400, 3600)), "JPEG"),
    "one-pixel.png": lambda: file_of(Image.new("RGB", (1, 1), "red"), "PNG"),
    "line.png": lambda: file_of(Image.new("RGB", (2000, 3), "red"), "PNG"),
    "tower.png": lambda: file_of(Image.new("RGB", (3, 2000), "red"), "PNG"),
}


def stored(name: str, content: bytes) -> Picture:
    """The file as the editor's picture."""
    return Picture.objects.create(title="Bilden", description="Två samtalar", file=ContentFile(content, name))
