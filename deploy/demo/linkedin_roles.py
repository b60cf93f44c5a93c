"""On which pages the stand-in's account has which role, and what LinkedIn tells of them."""

from collections.abc import Collection
from typing import Any, Protocol

ACCOUNT = "urn:li:person:demo"


class Held(Protocol):
    """The settings that say so: one page, and `pages` of the same three words each."""

    organization: str
    name: str
    role: str
    pages: list[dict[str, str]]


def held(settings: Held) -> list[dict[str, str]]:
    """Return organization, name and role of each page; a page with an empty role isn't the account's."""
    own = {"organization": settings.organization, "name": settings.name, "role": settings.role}
    return [page for page in (own, *settings.pages) if page["role"]]


def may(settings: Held, organization: Any, roles: Collection[str]) -> bool:
    """Tell whether the account has one of `roles` on `organization`."""
    return any(page["organization"] == organization and page["role"] in roles for page in held(settings))


def listed(settings: Held, start: int, count: int) -> dict[str, Any]:
    """Return a part of the account's roles, with a link to the next."""
    about = {"state": "APPROVED", "roleAssignee": ACCOUNT}
    found = [{"organization": page["organization"], "role": page["role"]} | about for page in held(settings)]
    links = [{"rel": "next", "type": "application/json", "href": "/rest/organizationAcls"}] if start + count < len(found) else []
    return {"elements": found[start : start + count], "paging": {"start": start, "count": count, "links": links}}


def told(settings: Held, number: str) -> dict[str, Any] | None:
    """Return what an administrator may see of the page with this number; None for whoever is none."""
    for page in held(settings):
        if page["organization"].endswith(f":{number}") and page["role"] == "ADMINISTRATOR":
            return {"id": int(number), "localizedName": page.get("name", ""), "vanityName": f"page-{number}"}
    return None
