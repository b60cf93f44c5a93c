"""People in the API: who holds or held which role, and who somebody is."""

from datetime import date
from typing import Annotated, Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from cms import parts
from cms.api import cursors
from cms.api.schemas import FAILS, REFUSES, Day, Number, Term
from cms.models import Person as PersonRow
from cms.models import Role as RoleRow
from cms.renditions import bring

router = Router(tags=["people"])
Slug = Annotated[str, Field(pattern=r"^[-a-zA-Z0-9_]+$", max_length=200, description="The person's slug.")]


class Role(Schema):
    """An office, in the association or elsewhere; an open end is null."""

    title: str
    organisation: str
    begins: date | None
    ends: date | None


class Person(Schema):
    """Somebody in or near the association. What they wrote: `GET /posts?author=` the slug."""

    name: str
    slug: str
    title: str
    employer: str
    region: Term | None
    portrait: parts.Image | None
    competences: list[str]
    roles: list[Role]


class People(Schema):
    """One page of a list by name; `after` leads to the next and is null at the end."""

    items: list[Person]
    after: str | None


class PeopleFilters(Schema):
    """What `GET /people` can be narrowed by. With `on`, `role` or `organisation` each person has the roles asked for alone."""

    on: Day | None = Field(None, description="Those who hold a role that day, such as 2026-03-06.")
    role: list[str] = Field([], description="Roles as written, such as “Ordförande”.")
    organisation: list[str] = Field([], description="Organisations of the roles, as written; “” for roles that name none.")
    region: list[str] = Field([], description="Slugs of regions.")
    q: str = Field("", max_length=200, description="Words of name, occupation, employer or competences that all occur.")
    limit: Number = Field(20, ge=1, le=100)
    after: str = Field("", max_length=500, description="The key that the page before this one gave.")


def roles_asked_for(filters: PeopleFilters) -> QuerySet[RoleRow] | None:
    """Return the roles that the filters ask for; None when they ask for none in particular."""
    if filters.on is None and not filters.role and not filters.organisation:
        return None
    roles = RoleRow.objects.all()
    if filters.on:
        begun = Q(begins__isnull=True) | Q(begins__lte=filters.on)
        roles = roles.filter(begun, Q(ends__isnull=True) | Q(ends__gte=filters.on))
    if filters.role:
        roles = roles.filter(title__in=filters.role)
    return roles.filter(organisation__in=filters.organisation) if filters.organisation else roles


def with_words(people: QuerySet[PersonRow], asked: str) -> QuerySet[PersonRow]:
    """Keep the people in whom all words occur, in large or small letters."""
    for word in asked.split():
        fields = ("name", "title", "employer", "competences")
        # By regular expression: SQLite's LIKE takes å and Å for two letters.
        pattern = "".join(sign if sign.isalnum() else rf"\{sign}" for sign in word)
        people = people.filter(Q(*((f"{name}__iregex", pattern) for name in fields), _connector=Q.OR))
    return people


def with_all(people: QuerySet[PersonRow], roles: QuerySet[RoleRow] | None = None) -> QuerySet[PersonRow]:
    """Return `people` with all that the API shows of them, in a fixed number of queries."""
    shown = Prefetch("roles", queryset=RoleRow.objects.all() if roles is None else roles)
    return people.select_related("region").prefetch_related(shown, bring("portrait", "portrait", avif=False))


def found(filters: PeopleFilters) -> tuple[list[PersonRow], str | None]:
    """Return a page of the people whom `filters` ask for, and the key of the next. Raises BadCursor."""
    roles = roles_asked_for(filters)
    people = with_words(PersonRow.objects.all(), filters.q)
    if roles is not None:
        people = people.filter(Exists(roles.order_by().filter(person=OuterRef("pk"))))
    if filters.region:
        people = people.filter(region__slug__in=filters.region)
    return cursors.page(with_all(people, roles), ("name", "pk"), (str, int), after=filters.after, limit=filters.limit)


def shape(person: PersonRow) -> dict[str, Any]:
    """Return a Person of a row that was read with `with_all`."""
    region = person.region
    return {
        **{name: getattr(person, name) for name in ("name", "slug", "title", "employer")},
        "region": {"name": region.name, "slug": region.slug} if region else None,
        "portrait": parts.image(person.portrait, "portrait"),
        "competences": [word.strip() for word in person.competences.split(",") if word.strip()],
        "roles": [
            {name: getattr(role, name) for name in ("title", "organisation", "begins", "ends")} for role in person.roles.all()
        ],
    }


@router.get("people", response={200: People, **REFUSES}, operation_id="listPeople", summary="List people")
def list_people(request: HttpRequest, filters: Query[PeopleFilters]) -> Any:
    """People by name; with `on` those who hold a role that day, such as the board of a year."""
    people, after = found(filters)
    return {"items": [shape(person) for person in people], "after": after}


@router.get("people/{slug}", response={200: Person, **FAILS}, operation_id="getPerson", summary="One person")
def get_person(request: HttpRequest, slug: Path[Slug]) -> Any:
    """A person with all roles, in the editors' order."""
    person = with_all(PersonRow.objects.filter(slug=slug)).first()
    if person is None:
        raise Http404
    return shape(person)
