"""The operator's map: which categories, post types or single posts become which content type, and field values.

The shape is described in docs/import.md. Everything is checked before anything is imported, and all faults are told at once.
"""

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.fields import StreamField

from cms.models import Post, content_types

COMMON = ("title", "summary", "members_only")
WORDS = ("topics", "regions")
FIELD_KINDS = (
    models.CharField,
    models.TextField,
    models.DateField,
    models.TimeField,
    models.IntegerField,
    models.BooleanField,
    StreamField,
)
# One fault: where it stands in the map, and what it is.
Tell = Callable[[str, str], None]


class BadMap(ValueError):
    """The map can't be used; `faults` lists a line each, naming the key."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Rule:
    """What something becomes: a content type by its KIND (empty: no say in it), field values ready to be set, and words."""

    kind: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mapping:
    """A checked map, each part by slug."""

    categories: dict[str, Rule] = field(default_factory=dict)
    posts: dict[str, Rule] = field(default_factory=dict)
    post_types: dict[str, Rule] = field(default_factory=dict)
    authors: dict[str, str] = field(default_factory=dict)
    skip: frozenset[str] = frozenset()


def load(path: Path) -> Mapping:
    """Read a map from a JSON or TOML file. Raises BadMap."""
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadMap([_("The map can't be read: %(error)s") % {"error": error}]) from None
    return read(data)


def read(data: Any) -> Mapping:
    """Return a map's content checked. Raises BadMap with all faults."""
    faults: list[str] = []

    def tell(where: str, what: str) -> None:
        faults.append(f"{where}: {what}")

    parts = _parts(data, tell)
    mapping = Mapping(
        **{
            name: {slug: _rule(f"{name}.{slug}", rule, tell) for slug, rule in parts.get(name, {}).items()}
            for name in ("categories", "posts", "post_types")
        },
        authors={login: str(name) for login, name in parts.get("authors", {}).items()},
        skip=frozenset(map(str, parts.get("skip", []))),
    )
    if faults:
        raise BadMap(faults)
    return mapping


def _parts(data: Any, tell: Tell) -> dict[str, Any]:
    """Return the map's parts of the right shape; tell of the others."""
    shapes = {"categories": dict, "posts": dict, "post_types": dict, "authors": dict, "skip": list}
    if not isinstance(data, dict):
        tell(_("map"), _("must be an object with some of %(names)s.") % {"names": ", ".join(shapes)})
        return {}
    sound: dict[str, Any] = {}
    for name, part in data.items():
        if name not in shapes:
            tell(name, _("is no part of a map; there are %(names)s.") % {"names": ", ".join(shapes)})
        elif not isinstance(part, shapes[name]):
            tell(name, _("must be a list.") if shapes[name] is list else _("must be an object."))
        else:
            sound[name] = part
    return sound


def _rule(where: str, given: Any, tell: Tell) -> Rule:
    """Return a rule from "call" or {"type": "call", "fields": {…}}."""
    given = {"type": given} if isinstance(given, str) else given
    if not isinstance(given, dict):
        tell(where, _("must be a content type or an object with “type” and “fields”."))
        return Rule()
    for key in set(given) - {"type", "fields"}:
        tell(f"{where}.{key}", _("is unknown; there are “type” and “fields”."))
    types = content_types()
    kind, values = given.get("type", ""), given.get("fields", {})
    if kind and kind not in types:
        tell(
            f"{where}.type", _("“%(kind)s” is no content type; there are %(names)s.") % {"kind": kind, "names": ", ".join(types)}
        )
        return Rule()
    if not isinstance(values, dict) or (values and not kind):
        tell(f"{where}.fields", _("must be an object, and needs a “type” beside it."))
        return Rule(kind)
    return _filled(f"{where}.fields", kind, values, tell)


def _filled(where: str, kind: str, values: dict[str, Any], tell: Tell) -> Rule:
    rule = Rule(kind)
    allowed = allowed_fields(content_types()[kind]) if kind else {}
    for name, value in values.items():
        if name in WORDS:
            rule.words[name] = [str(word) for word in value] if isinstance(value, list) else [str(value)]
        elif name not in allowed:
            tell(f"{where}.{name}", _("is unknown; there are %(names)s.") % {"names": ", ".join([*allowed, *WORDS])})
        else:
            try:
                rule.fields[name] = _value(allowed[name], value)
            except ValidationError as error:
                tell(f"{where}.{name}", " ".join(error.messages))
    return rule


def allowed_fields(model: type[Post]) -> dict[str, models.Field[Any, Any]]:
    """Return the fields of a content type that a map may fill, by name."""
    own = [each for each in model._meta.local_concrete_fields if isinstance(each, FIELD_KINDS)]
    common = [model._meta.get_field(name) for name in COMMON]
    return {each.name: each for each in (*common, *own) if each.editable and each.name != "on_site"}  # type: ignore[misc]


def _value(target: models.Field[Any, Any], value: Any) -> Any:
    """Return `value` as the field holds it. Raises ValidationError."""
    if isinstance(target, StreamField):
        return _stream(target, value)
    if isinstance(value, dict | list):
        raise ValidationError(_("must be a single value."))
    if isinstance(target, models.BooleanField) != isinstance(value, bool):
        raise ValidationError(
            _("must be true or false.") if isinstance(target, models.BooleanField) else _("can't be true or false.")
        )
    try:
        return target.clean(value, None)
    except (TypeError, ValueError, AttributeError) as error:
        raise ValidationError(str(error)) from None


def _stream(target: Any, values: Any) -> list[dict[str, Any]]:
    """Return a list of plain objects as what a field with one kind of block stores. Raises ValidationError."""
    name, block = next(iter(target.stream_block.child_blocks.items()))
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise ValidationError(_("must be a list of objects."))
    return [{"type": name, "value": _struct(f"[{at}]", block, value)} for at, value in enumerate(values, 1)]


def _struct(where: str, block: Any, value: dict[str, Any]) -> Any:
    if strange := set(value) - set(block.child_blocks):
        names = {"names": ", ".join(block.child_blocks)}
        raise ValidationError(f"{where}.{sorted(strange)[0]} " + _("is unknown; there are %(names)s.") % names)
    lists = {key for key, child in block.child_blocks.items() if isinstance(child, blocks.ListBlock)}
    if wrong := [key for key, given in value.items() if isinstance(given, list) != (key in lists)]:
        raise ValidationError(
            f"{where}.{wrong[0]} " + (_("must be a list.") if wrong[0] in lists else _("must be a single value."))
        )
    try:
        return block.get_prep_value(block.clean(block.to_python(value)))
    except blocks.StructBlockValidationError as error:
        named = {key: getattr(fault, "messages", None) or [str(fault)] for key, fault in error.block_errors.items()}
        raise ValidationError([f"{where}.{key}: {' '.join(texts)}" for key, texts in named.items()]) from None
    except (ValidationError, TypeError, ValueError) as error:
        raise ValidationError(f"{where}: {error}") from None
