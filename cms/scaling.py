"""Copies of pictures, made without holding a big original in memory more than once.

Wagtail's own way turns the whole picture and cuts the whole picture, each time into a new one: 60 megapixels
take half a gigabyte, as WebP a whole one. Here a picture is read only as finely as its copy needs, then turned,
cut and scaled; the result has the same size and place, and the colours of a screen.
"""

import io
import logging
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from PIL import ExifTags, Image, ImageCms, ImageOps
from wagtail.images.models import Filter
from willow.image import AvifImageFile
from willow.plugins.pillow import PillowImage

logger = logging.getLogger(__name__)

# How much finer than its copy a picture is read, at least; Pillow does the same for thumbnails.
FINER = 2
# Values of the EXIF orientation that lay a picture on its side.
ON_ITS_SIDE = (5, 6, 7, 8)
STRIP = 64
SCREEN = ("RGB", "RGBA", "L", "LA")
# libavif's effort, 0 (days) to 10; 6 is its own choice. At 1760 pixels 0.2 s instead of 0.6, and 5 % more bytes.
AVIF_SPEED = 8


class Undecodable(OSError):
    """A file isn't the picture that it pretends to be; OSError is what Wagtail and we expect of such files."""


@contextmanager
def _decoding() -> Iterator[None]:
    # Pillow's decoders each have their own way to stumble over a broken file.
    try:
        yield
    except (SyntaxError, RuntimeError, ValueError, TypeError, LookupError, struct.error, Image.DecompressionBombError) as error:
        raise Undecodable(f"{type(error).__name__}: {error}") from error


class Thrifty(Filter):  # type: ignore[misc]
    """Wagtail's filter, over an Original."""

    @contextmanager
    def get_willow_image(self, image: Any, source: Any = None) -> Iterator["Original"]:
        """Open the picture's file, or take one that is open."""
        if source is not None:
            yield Original(source)
        else:
            with image.open_file() as file:
                yield Original(file)


class Scaled(PillowImage):  # type: ignore[misc]
    """A scaled picture, as Willow knows it."""

    def save_as_avif(self, f: Any, quality: int = 60, lossless: bool = False, apply_optimizers: bool = True) -> AvifImageFile:
        """Save as AVIF, four times as fast as Willow does and hardly larger: an editor waits for it, or a worker."""
        self.image.save(f, "AVIF", quality=100 if lossless else quality, speed=AVIF_SPEED, icc_profile=self.get_icc_profile())
        return AvifImageFile(f)


class Original:
    """A picture's file, answering as Willow's images do until it is scaled; nothing is decoded before.

    Making and scaling it raise OSError where the file is no picture.
    """

    def __init__(self, file: Any) -> None:
        file.seek(0)
        with _decoding():
            self.picture = Image.open(file)
            turned = self.picture.getexif().get(ExifTags.Base.Orientation) in ON_ITS_SIDE
        self.format_name = {"mpo": "jpeg"}.get(str(self.picture.format).lower(), str(self.picture.format).lower())
        self.width, self.height = self.picture.size[::-1] if turned else self.picture.size
        self.box = (0.0, 0.0, float(self.width), float(self.height))

    @property
    def image(self) -> "Original":
        """Whoever asks for the picture wants its width and height, as they are when it is turned upright."""
        return self

    def auto_orient(self) -> "Original":
        """Wait: the smaller picture is turned."""
        return self

    def crop(self, box: Iterable[float]) -> "Original":
        """Keep only `box` (left, top, right, bottom)."""
        left, top, right, bottom = box
        self.box = (max(left, 0.0), max(top, 0.0), min(right, float(self.width)), min(bottom, float(self.height)))
        return self

    def resize(self, size: tuple[float, float]) -> Scaled:
        """Return the picture as Willow knows it, cut and scaled to `size`."""
        width, height = (max(round(side), 1) for side in size)
        left, top, right, bottom = self.box
        with _decoding():
            read = self._read(min((right - left) / width, (bottom - top) / height))
            ImageOps.exif_transpose(read, in_place=True)
        across, down = read.width / self.width, read.height / self.height
        box = (left * across, top * down, right * across, bottom * down)
        return Scaled(_on_screen(read.resize((width, height), Image.Resampling.LANCZOS, box=box)))

    def _read(self, scale: float) -> Image.Image:
        """Decode the picture, up to FINER times as fine as needed when its copy is `scale` times smaller."""
        times = max(int(scale / FINER), 1)
        whole = self.picture.size
        if times > 1:
            # JPEG can be decoded at a half, a quarter, an eighth; for the others this does nothing.
            self.picture.draft(None, (whole[0] // times, whole[1] // times))
        self.picture.load()
        left = times * self.picture.width // whole[0]
        return _averaged(self.picture, left) if left > 1 else _scalable(self.picture)


def _averaged(picture: Image.Image, times: int) -> Image.Image:
    """Return `picture` so many times smaller, strip by strip: to convert the whole would hold it twice."""
    size = (-(-picture.width // times), -(-picture.height // times))
    tall, small = STRIP * times, None
    for top in range(0, picture.height, tall):
        strip = _scalable(picture.crop((0, top, picture.width, min(top + tall, picture.height)))).reduce(times)
        if small is None:
            small = Image.new(strip.mode, size)
            small.info = dict(strip.info)
        small.paste(strip, (0, top // times))
    assert small is not None  # noqa: S101 - a picture has rows
    return small


def _scalable(picture: Image.Image) -> Image.Image:
    """Return `picture` in a mode whose pixels can be averaged."""
    if picture.mode in ("P", "PA"):
        return picture.convert("RGBA" if "transparency" in picture.info or picture.mode == "PA" else "RGB")
    if picture.mode.startswith("I"):
        # Sixteen bits to eight.
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    return picture.convert("L") if picture.mode in ("1", "F") else picture


def _on_screen(image: Image.Image) -> Image.Image:
    """Return `image` in colours that every screen and network takes: print's are converted by their profile."""
    if image.mode in SCREEN:
        return image
    profile = image.info.pop("icc_profile", None)
    if profile and image.mode == "CMYK":
        try:
            made = ImageCms.profileToProfile(image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError) as error:
            logger.warning("A picture's colour profile can't be read: %s", error)
        else:
            return made or image
    return image.convert("RGB")
