"""What programs may write through Wagtail's own API (v3): the fields that an editor fills in."""

from wagtail.api import APIField
from wagtail.models import Page

# What goes out elsewhere is decided in the editor alone.
NOT_WRITTEN = {"outlets"}


def declare() -> None:
    """Tell Wagtail's API the fields of every type; it makes its schemas as it is imported, when Wagtail's apps begin."""
    from cms.models import SectionIndex, content_types

    for model in (*content_types().values(), SectionIndex):
        model.api_fields = [APIField(name, writable=True) for name in fields(model)]  # type: ignore[attr-defined]


def fields(model: type[Page]) -> list[str]:
    """Return the names of a type's own fields that an editor fills in."""
    pages_own = {field.name for field in Page._meta.get_fields()} | NOT_WRITTEN
    found = [*model._meta.concrete_fields, *model._meta.many_to_many]
    return [field.name for field in found if field.editable and field.name not in pages_own and not _is_parent(field)]


def _is_parent(field: object) -> bool:
    return bool(getattr(getattr(field, "remote_field", None), "parent_link", False))
