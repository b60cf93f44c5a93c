"""Registers what the room adds to the admin; no logic here."""

from typing import Any

from wagtail import hooks

from newsletter.playsign import PlaySignOperation


@hooks.register("register_image_operations")
def image_operations() -> list[tuple[str, Any]]:
    """Add the play sign."""
    return [("playsign", PlaySignOperation)]
