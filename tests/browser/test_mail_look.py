"""Rendered mails as people with all kinds of eyes and screens meet them: axe finds nothing, nothing is wider than the screen."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from newsletter import letter
from newsletter.preview import in_the_dark
from newsletter.render import render
from tests.browser.accessibility import violations
from tests.newsletter import mails

WIDTHS = (320, 600, 1280)


def drawn() -> bytes:
    image = Image.new("RGB", (1088, 600), "#7fa9b3")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 400, 1088, 600), fill="#2f5a66")
    pen.ellipse((420, 120, 660, 360), fill="#f0d9b5")
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def window(chromium: Any) -> Any:
    """A window that shows mails, each picture the same."""
    context = chromium.new_context(locale="sv-SE")
    opened = context.new_page()
    picture = drawn()
    opened.route("**/*", lambda route: route.fulfill(body=picture, content_type="image/jpeg"))
    yield opened
    context.close()


def filled(name: str) -> str:
    html = render(getattr(mails, name)()).html
    for slot in letter.LINKS:
        html = html.replace(slot, "https://ordet.example.se/n/x")
    return html


@pytest.mark.parametrize("name", ["short", "every_kind", "thirty", "hostile"])
def test_axe_finds_nothing_on_a_mail_and_nothing_is_wider_than_the_screen(window: Any, name: str) -> None:
    light = filled(name)
    problems = {}
    for shade, html in (("light", light), ("dark", in_the_dark(light))):
        window.set_viewport_size({"width": WIDTHS[0], "height": 900})
        window.set_content(html, wait_until="load")
        for width in WIDTHS:
            window.set_viewport_size({"width": width, "height": 900})
            shot(window, f"mail-{name}-{shade}-{width}")
            problems[shade, width, "wide"] = window.evaluate("document.documentElement.scrollWidth") > width
            # The columns lie beside each other from 480 pixels on: two widths are two layouts, and the fullest letter tells.
            looked_at = WIDTHS if name == "every_kind" else (WIDTHS[0],)
            problems[shade, width] = violations(window) if width in looked_at else []
    assert {where: found for where, found in problems.items() if found} == {}


def shot(window: Any, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        window.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
