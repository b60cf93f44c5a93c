"""Who took the picture, where a caption or a text says so: "(foto: Anna Åman)", "Foto: dalapeter.se"."""

import re

WHO = r"(?:foto(?:graf)?|photo|bild)\s*:\s*([^()\n]{2,120}?)"
IN_BRACKETS = re.compile(rf"\s*[(\[]\s*{WHO}\s*[)\]]\.?", re.IGNORECASE)
ALONE = re.compile(rf"{WHO}\s*\.?", re.IGNORECASE)
AT_END = re.compile(rf"(?:^|[\s.,;–-])\s*{WHO}\s*\.?$", re.IGNORECASE)


def credit(caption: str) -> tuple[str, str]:
    """Return the caption without its credit, and the photographer; empty where it names none."""
    if found := IN_BRACKETS.search(caption) or AT_END.search(caption):
        rest = (
            caption[: found.start()] + found[0][: len(found[0]) - len(found[0].lstrip(".,;"))] + caption[found.end() :]
        ).strip(" ,;–-")
        return rest, _name(found[1])
    return caption, ""


def credit_alone(text: str) -> str:
    """Return the photographer if `text` is nothing but a credit, in brackets or not; else nothing."""
    found = IN_BRACKETS.fullmatch(text) or ALONE.fullmatch(text)
    return _name(found[1]) if found else ""


def credit_within(text: str) -> tuple[int, int, str]:
    """Return where a credit in brackets stands within a running text, and whom it names; (0, 0, "") if there is none."""
    found = IN_BRACKETS.search(text)
    return (found.start(), found.end(), _name(found[1])) if found else (0, 0, "")


def _name(text: str) -> str:
    return " ".join(text.split()).strip(" .,;:")[:200]
