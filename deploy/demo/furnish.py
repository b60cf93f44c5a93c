"""Fills an empty house with the demo's content; doing it again changes nothing."""

import io
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.utils.text import slugify

from cms import copying
from cms.identity import Identity
from cms.keydates import STOCKHOLM
from cms.models import (
    Abbreviation,
    Attachment,
    Byline,
    Home,
    Person,
    Picture,
    PlainPage,
    Post,
    Region,
    Role,
    Topic,
    content_types,
    section_for,
)
from deploy.demo import drawings, posts, texts
from deploy.demo.piece import Piece

ALTS = {
    "bridge": "En bro över ett sund i kvällsljus",
    "town": "En rad stadshus i morgonljus",
    "gathering": "Människor i en hörsal, sedda bakifrån",
    "hills": "Disiga kullar",
    "newspaper": "En tidning på ett bord",
}
# A menu holds a row; these sections are found by the front page, the archive and the search.
BESIDE = {"clipping", "film", "network", "debate_article"}


def person(key: str) -> Person:
    """Return one of `texts.PEOPLE` as stored."""
    return Person.objects.get(name=next(who.name for who in texts.PEOPLE if who.key == key))


class Furnisher:
    """What is needed while the house is filled: the moment, and the pictures that have been drawn, by name."""

    def __init__(self, now: datetime) -> None:
        self.now, self.today = now, now.astimezone(STOCKHOLM).date()
        self.home = Home.objects.get()
        self.pictures: dict[str, Picture] = {}

    def furnish(self) -> None:
        """Make words, people, pictures, posts and plain pages, unless posts stand here already."""
        if Post.objects.exists():
            return
        self.words()
        self.draw()
        self.portray()
        self.sections()
        self.plain()
        for piece in posts.pieces(self.today):
            self.publish(self.post(piece))

    def copy_pictures(self) -> None:
        """Make the copies of all pictures, so that the first page shows them."""
        for post in Post.objects.filter(live=True).specific():
            copying.prepare(post)

    def words(self) -> None:
        """Make topics, regions and abbreviations."""
        for model, names in ((Topic, texts.TOPICS), (Region, texts.REGIONS)):
            model.objects.bulk_create([model(name=name, slug=slugify(name)) for name in names])
        Abbreviation.objects.bulk_create([Abbreviation(short=short, meaning=text) for short, text in texts.ABBREVIATIONS.items()])

    def draw(self) -> None:
        """Draw the scenes."""
        for name, drawn in drawings.SCENES.items():
            self.pictures[name] = self.picture(name, ALTS[name], drawn())

    def picture(self, name: str, alt: str, jpeg: bytes) -> Picture:
        """Store a picture."""
        file = ImageFile(io.BytesIO(jpeg), name=f"{name}.jpg")
        return Picture.objects.create(title=alt, description=alt, photographer="Tecknad för demonstrationen", file=file)

    def portray(self) -> None:
        """Make the people with their portraits and roles."""
        for who in texts.PEOPLE:
            made = Person(
                name=who.name,
                slug=slugify(who.name),
                title=who.title,
                employer=who.employer,
                region=Region.objects.get(name=who.region),
                portrait=self.picture(who.key, f"Porträtt av {who.name}", drawings.portrait(who.seed)),
                competences=who.competences,
                email=f"{slugify(who.name).replace('-', '.')}@socialcheferna.example",
            )
            made.roles = [Role(title=title, organisation=place, begins=date(2022, 3, 1)) for title, place in who.roles]
            made.save()

    def plain(self) -> None:
        """Make the plain pages, and say who the association is."""
        made = {}
        for title, (summary, body) in posts.PLAIN.items():
            page = self.home.add_child(
                instance=PlainPage(title=title, summary=summary, body=list(body), show_in_menus=True, live=False)
            )
            made[title] = self.publish(page)
        Identity.objects.update_or_create(defaults=texts.IDENTITY | {"privacy_page_id": made["Personuppgifter"].pk})

    def sections(self) -> None:
        """Make the sections in the menu's order."""
        types = content_types()
        for kind, introduction in texts.SECTIONS.items():
            section = section_for(types[kind], self.home)
            section.introduction, section.show_in_menus = introduction, kind not in BESIDE
            section.save_revision().publish()

    def post(self, piece: Piece) -> Any:
        """Return a post as an unpublished page."""
        model = content_types()[piece.kind]
        date_of = self.now - timedelta(days=piece.days_ago, hours=piece.days_ago % 5)
        page = model(
            title=piece.title,
            summary=piece.summary,
            date=date_of,
            body=list(piece.body),
            lead_image=self.pictures.get(piece.picture),
            live=False,
            **{name: self.value(name, value) for name, value in piece.fields.items()},
        )
        if piece.by:
            page.bylines = [Byline(person=person(piece.by))]
        section_for(model, self.home).add_child(instance=page)
        page.topics = list(Topic.objects.filter(name__in=piece.topics))
        page.regions = list(Region.objects.filter(name__in=piece.regions))
        page.abbreviations = list(Abbreviation.objects.filter(short__in=piece.abbreviations))
        page.save()
        return page

    def value(self, name: str, value: Any) -> Any:
        """Return a field's value with rows in place of names."""
        if name == "nominees":
            keys = ("project", "organisations", "categories")
            return [("nominee", dict(zip(keys, nominee, strict=True)) | {"wins": []}) for nominee in value]
        if name == "programme":
            return [("session", dict(zip(("day", "time", "title", "who"), session, strict=True))) for session in value]
        if name == "on_site":
            return [
                ("person", {"person": person(key), "days": days, "preliminary": preliminary, "contact": ""})
                for key, days, preliminary in value
            ]
        if name in ("responsible", "leaders"):
            return [("person", {"person": person(key), "role": role}) for key, role in value]
        if name == "meetings":
            names = ("title", "day", "time", "until", "place", "link")
            return [("meeting", dict(zip(names, meeting, strict=True))) for meeting in value]
        return self.more_values(name, value)

    def more_values(self, name: str, value: Any) -> Any:
        """Return the value of a field that holds signatories, a document or films; others stand as they are."""
        if name == "signatories":
            keys = ("name", "role", "organisation")
            return [("signatory", {**dict(zip(keys, rest, strict=True)), "person": person(key) if key else None}) for key, *rest in value]
        if name == "document":
            return Attachment.objects.create(title=value, file=ContentFile(drawings.letter(value), name=f"{slugify(value)}.pdf"))
        return [("film", film) for film in value] if name == "films" else value

    def publish(self, page: Any) -> Any:
        """Publish a page as an editor does, and return it."""
        page.save_revision().publish()
        return page
