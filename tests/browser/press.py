"""What a magazine is made of: pictures, people, and publishing as an editor does."""

from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.files.images import ImageFile
from PIL import Image, ImageDraw

from cms import copying
from cms.models import (
    Byline,
    Home,
    Person,
    Picture,
    RelatedPost,
    Role,
    section_for,
)


def picture(title: str, colours: tuple[str, str, str], size: tuple[int, int], source: str = "", **words: str) -> Picture:
    """Return a stored picture: from the file `source` when it is there, else drawn."""
    out = BytesIO()
    if source and Path(source).exists():
        Image.open(source).convert("RGB").save(out, "JPEG", quality=88)
    else:
        drawn(colours, size).save(out, "JPEG", quality=88)
    return Picture.objects.create(title=title, file=ImageFile(out, name=f"{title.lower().replace(' ', '-')}.jpg"), **words)


def drawn(colours: tuple[str, str, str], size: tuple[int, int]) -> Image.Image:
    """Return a calm landscape of three colours: a sky, a sun and hills."""
    sky, sun, hills = colours
    wide, high = size
    image = Image.new("RGB", size, sky)
    pen = ImageDraw.Draw(image)
    pen.ellipse((wide * 0.55, high * 0.15, wide * 0.55 + high * 0.35, high * 0.5), fill=sun)
    pen.ellipse((-wide * 0.3, high * 0.55, wide * 0.8, high * 1.7), fill=hills)
    pen.ellipse((wide * 0.4, high * 0.65, wide * 1.5, high * 1.9), fill=hills)
    return image


def person(
    name: str, slug: str, title: str, employer: str, portrait: Picture | None = None, office: str = "", **more: str
) -> Person:
    """Return a person, with an office in the association or none."""
    made = Person.objects.create(name=name, slug=slug, title=title, employer=employer, portrait=portrait, **more)
    if office:
        Role.objects.create(person=made, title=office, organisation="Föreningen Sveriges Socialtjänstchefer")
    return made


def publish(
    model: type[Any], home: Home, *, people: tuple[Person, ...] = (), related: tuple[Any, ...] = (), **fields: Any
) -> Any:
    """Return a live post of `model` in its section."""
    many = {name: fields.pop(name, []) for name in ("topics", "regions", "abbreviations")}
    parent = fields.pop("parent", None) or section_for(model, home)
    page = model(live=False, **fields)
    for number, one in enumerate(people):
        page.bylines.add(Byline(person=one, sort_order=number))
    for number, other in enumerate(related):
        page.related.add(RelatedPost(other=other.post_ptr, sort_order=number))
    parent.add_child(instance=page)
    for name, values in many.items():
        getattr(page, name).set(values)
    page.save_revision().publish()
    copying.prepare(page)
    return model.objects.get(pk=page.pk)
