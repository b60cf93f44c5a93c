"""Navigation in the API: the menu, the footer, and who the association is."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from ninja import Router, Schema
from wagtail.models import Page

from cms import listing, navigation, parts
from cms.addresses import own_url, public_url, site_path
from cms.api.schemas import REFUSES
from cms.identity import Identity

router = Router(tags=["pages"])
# Home pages stand at depth 2.
SECTIONS, BELOW = 3, 4


class Place(Schema):
    """A page as menus name it; `path` begins with a slash, `url` is where readers find it."""

    title: str
    path: str
    url: str


class MenuItem(Place):
    """A page of the menu and those below it."""

    children: list[Place]


class Association(Schema):
    """Who the association is; what nobody has filled in is empty."""

    name: str
    short_name: str
    tagline: str
    logo: parts.Image | None
    postal_address: list[str]
    organisation_number: str
    email: str
    footer: str


class Navigation(Schema):
    """What stands around every page."""

    menu: list[MenuItem]
    header: list[Place]
    footer: list[Place]
    association: Association


def place(page: Any) -> dict[str, Any]:
    """Return a Place of something with a title and a path."""
    return {"title": page.title, "path": page.path, "url": public_url(page.path)}


def menu() -> list[dict[str, Any]]:
    """Return MenuItems: the sections in the menu with their pages in the menu, in the editors' order; one query."""
    pages = listing.public(Page.objects.in_menu().filter(depth__in=(SECTIONS, BELOW))).order_by("path")
    items: dict[str, dict[str, Any]] = {}
    for page in pages:
        shown = place(navigation.Place(page.title, site_path(page)))
        if page.depth == SECTIONS:
            items[page.path] = {**shown, "children": []}
        elif (above := items.get(page.path[: -page.steplen])) is not None:
            above["children"].append(shown)
    return list(items.values())


def footer(identity: Identity) -> list[dict[str, Any]]:
    """Return the Places of the footer: the page about personal data, the lists that no editor writes, the newsletter."""
    page = identity.privacy_page
    privacy = [navigation.place(page)] if page and listing.public(Page.objects.filter(pk=page.pk)).exists() else []
    return [place(one) for one in (*privacy, *navigation.in_footer())] + newsletter()


def newsletter() -> list[dict[str, Any]]:
    """Return the Place where one subscribes, which Ordet itself serves; nothing where there is no newsletter."""
    try:
        path = reverse("newsletter")
    except NoReverseMatch:
        return []
    return [{"title": _("Newsletter"), "path": path, "url": own_url(path)}]


def association(identity: Identity) -> dict[str, Any]:
    """Return an Association."""
    words = ("name", "short_name", "tagline", "organisation_number", "email", "footer")
    return {
        **{name: getattr(identity, name) for name in words},
        "logo": parts.image(identity.logo, "logo"),
        "postal_address": identity.postal_address.splitlines(),
    }


@router.get("navigation", response={200: Navigation, **REFUSES}, operation_id="getNavigation", summary="Menu, footer, identity")
def get_navigation(request: HttpRequest) -> Any:
    """The menu with its pages, the footer, and the association's name, logo and addresses."""
    identity = Identity.objects.select_related("logo", "privacy_page").first() or Identity()
    sections = menu()
    header = navigation.in_header([navigation.Place(item["title"], item["path"]) for item in sections])
    return {
        "menu": sections,
        "header": [place(one) for one in header],
        "footer": footer(identity),
        "association": association(identity),
    }
