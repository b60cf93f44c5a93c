"""Message catalogues: every English string that a person can meet has its Swedish one."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from tests.test_house import ROOMS, ROOT, at, committed

GETTEXT = re.compile(r"(_|n?p?gettext(_lazy|_noop)?)$")
QUOTED = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
IN_TEMPLATES = re.compile(rf"\b(n?p?gettext)\(\s*{QUOTED}(?:,\s*{QUOTED})?")


def strings_in_python(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        if not GETTEXT.match(name) or not node.args:
            continue
        words = node.args[1 if "pgettext" in name else 0]
        if isinstance(words, ast.Constant) and isinstance(words.value, str):
            yield words.value, node.lineno


def strings_in_template(path: Path) -> Iterator[tuple[str, int]]:
    for found in IN_TEMPLATES.finditer(templatize(path.read_text())):
        words = found[3] if "pgettext" in found[1] else found[2]
        yield ast.literal_eval(words).replace("%%", "%"), 0


def strings() -> dict[str, str]:
    """Every marked string with the first place where it stands."""
    found: dict[str, str] = {}
    for path in committed():
        parts = path.relative_to(ROOT).parts
        if parts[0] in ROOMS and path.suffix == ".py" and "migrations" not in parts:
            marked = strings_in_python(path)
        elif parts[0] == "templates" and path.suffix in {".html", ".txt", ".mjml"}:
            marked = strings_in_template(path)
        else:
            continue
        for words, line in marked:
            found.setdefault(words, at(path, line))
    return found


def catalogues() -> list[Path]:
    return [path for path in committed() if path.name == "django.po" and "sv" in path.parts]


def translated(path: Path) -> set[str]:
    with path.open("rb") as file:
        catalogue = read_po(file, locale="sv")
    done = set()
    for message in catalogue:
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and all(texts) and not message.fuzzy:
            done.add(message.id[0] if isinstance(message.id, tuple) else message.id)
    return done


def in_the_packages() -> set[str]:
    """What Django and Wagtail translate already."""
    found = set()
    for name in ("django", "wagtail"):
        for path in Path(sys.modules[name].__path__[0]).rglob("locale/sv/LC_MESSAGES/django.po"):
            found |= translated(path)
    return found


def test_no_text_is_translated_that_nobody_says():
    said = {words.replace("%%", "%") for words in strings()}
    # What Wagtail has left in English is said by Wagtail.
    ours = [path for path in catalogues() if "locale_wagtail" not in path.parts]
    dead = {at(path): left for path in ours if (left := {words.replace("%%", "%") for words in translated(path)} - said)}
    assert dead == {}


def test_every_string_has_a_swedish_text():
    done = {words.replace("%%", "%") for words in in_the_packages().union(*map(translated, catalogues()))}
    missing = {words: place for words, place in strings().items() if words.strip() and words.replace("%%", "%") not in done}
    assert missing == {}


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_catalogue_keeps_its_placeholders(path):
    with path.open("rb") as file:
        catalogue = read_po(file, locale="sv")
    wrong = []
    for message in catalogue:
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = set(re.findall(r"%\(\w+\)s", ids[-1] if ids[0] else ""))
        wrong += [text for text in texts if ids[0] and text and not set(re.findall(r"%\(\w+\)s", text)) <= wanted]
    assert wrong == []
