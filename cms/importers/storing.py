"""Writes a plan: media first, then person, page, revision, key dates and redirects in one short transaction.

Pages are added to the tree as they are, live or not; nothing is *published*, so nobody is told.
"""

import html
import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from anyascii import anyascii
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.text import slugify
from wagtail.models import Page, Revision

from cms import keydates
from cms.addresses import TAKEN
from cms.importers.letters import Signer
from cms.importers.library import Library, Media
from cms.importers.pieces import Button, File, Film, Heading, Photo, Piece, Quote, Raw, Text
from cms.importers.planning import HREF
from cms.importers.plans import Plan, digest
from cms.importers.redirects import redirect_file, redirect_page
from cms.importers.report import Report
from cms.importers.roles import Printed
from cms.models import Byline, Home, Person, PlainPage, Post, Region, Topic, content_types, section_for
from cms.vocabulary import Term


@dataclass(slots=True)
class Vocabulary:
    """What many items share, looked up once: sections, people, topics, regions."""

    sections: dict[type[Post], int] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    terms: dict[tuple[type[Term], str], Term] = field(default_factory=dict)
    regions: frozenset[str] | None = None

    def section(self, model: type[Post], home: Home) -> Page:
        """Return a type's section, its counters read anew: those in memory know nothing of an editor who works meanwhile."""
        if model not in self.sections:
            self.sections[model] = section_for(model, Home.objects.get(pk=home.pk)).pk
        return Page.objects.get(pk=self.sections[model])

    def is_region(self, word: str) -> bool:
        """Tell whether a region of that name exists."""
        if self.regions is None:
            self.regions = frozenset(Region.objects.values_list("name", flat=True))
        return word in self.regions

    def named(self, model: type[Term], names: Iterable[str]) -> list[Term]:
        """Return topics or regions by name; missing ones are made."""
        wanted = list(dict.fromkeys(name[:100] for name in names))
        for name in wanted:
            if (model, name) not in self.terms:
                self.terms[model, name] = model.objects.filter(name=name).first() or _new_term(model, name)
        return [self.terms[model, name] for name in wanted]


@dataclass(slots=True)
class Store:
    """Where plans are written to."""

    home: Home
    library: Library
    report: Report
    vocabulary: Vocabulary = field(default_factory=Vocabulary)

    def page(self, plan: Plan, parent_id: int | None = None) -> Post:
        """Write one plan; `parent_id` is the page above a plain page, if not the home page. Raises what the models raise."""
        try:
            values = self._values(plan)
            portrait = self.picture(plan.portrait).pk if plan.portrait else None
            with transaction.atomic():
                return self._page(plan, values, portrait, parent_id)
        except Exception:
            # What it remembers may just have been rolled back.
            self.vocabulary = Vocabulary()
            raise

    def _page(self, plan: Plan, values: dict[str, Any], portrait: int | None, parent_id: int | None) -> Post:
        topics = plan.words.get("topics", [])
        regions = [word for word in topics if self.vocabulary.is_region(word)]
        parent = self._parent(plan, parent_id)
        reserved = parent.pk == self.home.pk
        page = plan.model(
            **values, slug=free_slug(parent, plan.item.slug or plan.title, reserved=reserved), locale=self.home.locale
        )
        page.bylines = [self._byline(signer, portrait) for signer in plan.signers]
        page.topics = self.vocabulary.named(Topic, [word for word in topics if word not in regions])
        page.regions = self.vocabulary.named(Region, [*regions, *plan.words.get("regions", [])])
        parent.add_child(instance=page)
        _remember(page)
        if page.live:
            keydates.rebuild(page.pk, page.moments())
            redirect_page(plan.item, page, self.report)
        return page

    def _parent(self, plan: Plan, parent_id: int | None) -> Page:
        if parent_id:
            return Page.objects.get(pk=parent_id)
        if issubclass(plan.model, PlainPage):
            return Home.objects.get(pk=self.home.pk)
        return self.vocabulary.section(plan.model, self.home)

    def _values(self, plan: Plan) -> dict[str, Any]:
        """Return the page's field values; stores its media."""
        document = {"document": self.document(plan.document)} if plan.document else {}
        fields = {name: json.dumps(value) if isinstance(value, list) else value for name, value in plan.fields.items()}
        return {
            "title": plan.title,
            "summary": plan.summary,
            "date": plan.date,
            "live": plan.live,
            "has_unpublished_changes": not plan.live,
            "first_published_at": plan.published if plan.live else None,
            "last_published_at": plan.published if plan.live else None,
            "latest_revision_created_at": plan.published,
            "lead_image": self.picture(plan.lead) if plan.lead else None,
            "body": self.stream(plan, plan.body),
            "afterword": self.stream(plan, plan.afterword),
            "postscript": self.localised(plan, plan.postscript),
            "imported_from": f"{plan.key}#{digest(plan.item)}",
            **document,
            **fields,
        }

    def picture(self, media: Media) -> Any:
        """Return the stored picture."""
        picture, new = self.library.store_picture(media)
        self.report.pictures += new
        if media.photographer and not picture.photographer:
            picture.photographer = media.photographer
            picture.save(update_fields=["photographer"])
        return picture

    def document(self, media: Media) -> Any:
        """Return the stored document; its old address leads to it."""
        document, new = self.library.store_document(media)
        self.report.documents += new
        redirect_file(media.url, document.url, self.report)
        return document

    def stream(self, plan: Plan, pieces: list[Piece]) -> str:
        """Return pieces as what a body stores."""
        blocks = [self._block(plan, piece) for piece in pieces]
        return json.dumps([{"type": name, "value": value, "id": str(uuid.uuid4())} for name, value in blocks])

    def _block(self, plan: Plan, piece: Piece) -> tuple[str, Any]:
        """Return the block's type and stored value."""
        match piece:
            case Text():
                return "text", self.localised(plan, piece.html)
            case Photo():
                return "picture", self._photo(plan, piece)
            case File():
                return "document", {"document": self.document(plan.documents[piece.url]).pk, "text": piece.text}
            case _:
                return plain_block(piece)

    def _photo(self, plan: Plan, photo: Photo) -> dict[str, Any]:
        """Return a picture block; words that are the picture's own are left out, so that mending them there is enough."""
        picture = self.picture(plan.pictures[photo.key])
        words = {"alt": photo.alt, "caption": photo.caption, "photographer": photo.photographer}
        own = {"alt": picture.description, "caption": picture.caption, "photographer": picture.photographer}
        return {"image": picture.pk, **{name: word if word != own[name] else "" for name, word in words.items()}}

    def localised(self, plan: Plan, markup: str) -> str:
        """Return rich text with its links to the old site's documents as links to ours."""

        def anchor(found: re.Match[str]) -> str:
            media = plan.documents.get(html.unescape(found[1]))
            return f'<a linktype="document" id="{self.document(media).pk}">' if media else found[0]

        return HREF.sub(anchor, markup)

    def _byline(self, signer: Signer, portrait: int | None) -> Byline:
        roles = [("role", {"title": role.title, "employer": role.employer}) for role in signer.roles]
        return Byline(person=self._person(signer, portrait), name=signer.name, roles=roles)

    def _person(self, signer: Signer, portrait: int | None) -> Person:
        """Return the person of exactly that name, made now if there is none; a portrait is only ever added."""
        person = self.vocabulary.people.get(signer.name) or Person.objects.filter(name=signer.name).order_by("pk").first()
        if person is None:
            role = signer.roles[0] if signer.roles else Printed("")
            person = Person(name=signer.name, title=role.title[:200], employer=role.employer[:200])
            person.slug = _free(slugify(anyascii(signer.name)) or "person", set(Person.objects.values_list("slug", flat=True)))
            self.report.people += 1
        if person.pk is None or (portrait and person.portrait_id is None):
            person.portrait_id = portrait
            person.save()
        self.vocabulary.people[signer.name] = person
        return person


def plain_block(piece: Heading | Quote | Film | Button | Raw) -> tuple[str, Any]:
    """Return type and stored value of a block that needs nothing else to stand in the database."""
    match piece:
        case Heading():
            return "heading", {"text": piece.text, "level": piece.level}
        case Quote():
            return "quotation", {"text": piece.text, "source": piece.source}
        case Film():
            return "film", {"url": piece.url, "title": "", "length": ""}
        case Button():
            return "button", {"text": piece.text, "page": None, "address": piece.url}
        case Raw():
            return "html", piece.html


def free_slug(parent: Page, wanted: str, *, reserved: bool) -> str:
    """Return a slug that no page beside it has; `reserved` keeps free what stands at the root: sections, our own addresses."""
    slug = slugify(anyascii(wanted))[:240].strip("-") or "inlagg"
    taken = set(Page.objects.child_of(parent).filter(slug__startswith=slug).values_list("slug", flat=True))
    root = TAKEN | {model.SECTION[0] for model in content_types().values()} if reserved else frozenset()
    return _free(slug, taken | root)


def _free(slug: str, taken: set[str]) -> str:
    number = 2
    candidate = slug
    while candidate in taken:
        candidate, number = f"{slug}-{number}", number + 1
    return candidate


def _new_term(model: type[Term], name: str) -> Term:
    slug = _free(slugify(anyascii(name))[:90] or "amne", set(model.objects.values_list("slug", flat=True)))
    return model.objects.create(name=name, slug=slug)


def _remember(page: Post) -> None:
    """Give the page its first revision, dated as the post: the editor's history begins there."""
    revision = Revision.objects.create(
        content_type=ContentType.objects.get_for_model(page, for_concrete_model=False),
        base_content_type=page.get_base_content_type(),
        object_id=str(page.pk),
        created_at=page.latest_revision_created_at,
        content=page.serializable_data(),
        object_str=str(page),
    )
    Page.objects.filter(pk=page.pk).update(latest_revision=revision, live_revision=revision if page.live else None)
