"""Who leads or answers for something: a person with the words for what they do there."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from ninja import Schema
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from cms.teaser import PersonPart


class InChargeBlock(blocks.StructBlock):
    """A person and what they do here."""

    person = SnippetChooserBlock("cms.Person", label=_("Person"))
    role = blocks.CharBlock(label=_("Role"), required=False, max_length=200, help_text=_("Such as “sammankallande”."))

    class Meta:
        icon = "user"
        label = _("Person in charge")


class InCharge(Schema):
    """A person with what they do here; `slug` is the person's, for the filter `author`."""

    name: str
    slug: str
    role: str
    title: str
    employer: str


def present(stream: Iterable[Any]) -> list[Any]:
    """Return the values of `stream` whose people still exist."""
    return [block.value for block in stream if block.value["person"]]


def shapes(stream: Iterable[Any]) -> list[dict[str, str]]:
    """Return an InCharge for each."""
    names = ("name", "slug", "title", "employer")
    return [
        {"role": value["role"] or "", **{name: getattr(value["person"], name) for name in names}} for value in present(stream)
    ]


def part(value: Any) -> PersonPart:
    """Return one of them as a Teaser's part: the role here first, then the occupation."""
    person = value["person"]
    occupation = ", ".join(filter(None, (person.title, person.employer)))
    image = person.portrait.words if person.portrait else None
    return PersonPart(person.name, tuple(filter(None, (value["role"], occupation))), image=image)


def parts(stream: Iterable[Any]) -> tuple[PersonPart, ...]:
    """Return all of them as a Teaser's parts, in the editor's order."""
    return tuple(part(value) for value in present(stream))
