"""A play sign drawn onto a picture, because mail programs show neither films nor overlays.

An image operation for Wagtail's filter language: `fill-480x300|playsign|format-jpeg`.
"""

from typing import Any

from PIL import Image, ImageDraw
from wagtail.images.image_operations import FilterOperation

SHARP = 4  # Drawn this many times too large and scaled down, for smooth edges.


class PlaySignOperation(FilterOperation):
    """Takes no arguments."""

    def construct(self) -> None:
        """Accept `playsign` alone."""

    def run(self, willow: Any, image: Any, env: dict[str, Any]) -> Any:
        """Return the picture with a play sign in its middle."""
        picture = willow.get_pillow_image().convert("RGB")
        sign = _sign(round(min(picture.size) * 0.3))
        corner = tuple((whole - part) // 2 for whole, part in zip(picture.size, sign.size, strict=True))
        picture.paste(sign, corner, sign)
        return type(willow)(picture)


def _sign(size: int) -> Image.Image:
    """Return a dark disc with a white triangle, `size` pixels wide, on nothing."""
    large = max(size, 8) * SHARP
    sign = Image.new("RGBA", (large, large), (0, 0, 0, 0))
    draw = ImageDraw.Draw(sign)
    draw.ellipse((0, 0, large - 1, large - 1), fill=(16, 25, 29, 220))
    draw.polygon([(large * x, large * y) for x, y in ((0.39, 0.28), (0.39, 0.72), (0.75, 0.5))], fill=(255, 255, 255, 255))
    return sign.resize((max(size, 8), max(size, 8)), Image.Resampling.LANCZOS)
