"""Connecting LinkedIn as a person does: the question there, the choice of a page, what the page tells, and the way out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from social.lookover import look_over_due
from tests.browser.accessibility import OURS, violations
from tests.social.standin import StandIn, standing_in

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
PAGE = "/admin/social/connection/linkedin/"


@pytest.fixture(scope="module")
def _standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    folder: Path = tmp_path_factory.mktemp("linkedin")
    with standing_in(folder) as server:
        yield server


@pytest.fixture
def linkedin(_standin: StandIn, settings: Any) -> StandIn:
    """The stand-in as new, which the settings name; nothing is connected."""
    _standin.order("reset")
    settings.SOCIAL_CHANNELS = {"linkedin": _standin.options}
    return _standin


def seen(page: Page, shoot: Any, name: str) -> None:
    """Look at the page in light, in dark, and as on a phone: axe finds nothing."""
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 400)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 1000})
        shoot(f"connection-{name}-{scheme}-{width}", full_page=True)
        assert violations(page, OURS) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than {width}"
    page.set_viewport_size({"width": 1280, "height": 1000})


def answer(page: Page, start: str, reply: str) -> None:
    """Press `start`, and answer LinkedIn's question."""
    page.get_by_role("link", name=start).click()
    expect(page.get_by_role("heading", name="Ordet vill ansluta till LinkedIn")).to_be_visible()
    page.get_by_role("link", name=reply).click()


def test_from_the_first_press_to_the_last(page: Page, sign_in: Any, eva: Any, linkedin: StandIn, shoot: Any) -> None:
    others = [("urn:li:organization:2002", "Socialchefernas akademi", "CONTENT_ADMINISTRATOR")]
    others += [(f"urn:li:organization:{number}", "Annan", "ANALYST") for number in (3003, 4004)]
    pages = [{"organization": urn, "name": name, "role": role} for urn, name, role in others]
    linkedin.order("settings", pages=pages)
    sign_in(eva)
    page.goto(PAGE)
    seen(page, shoot, "before")

    answer(page, "Anslut LinkedIn", "Avbryt")
    expect(page.get_by_text("Anslutningen avbröts hos LinkedIn.")).to_be_visible()

    answer(page, "Anslut LinkedIn", "Tillåt")
    expect(page.get_by_text("2 sidor där rollen inte räcker visas inte.")).to_be_visible()
    seen(page, shoot, "choose")
    page.get_by_label("Socialcheferna", exact=True).check()
    page.get_by_role("button", name="Anslut").click()
    expect(page.get_by_text("LinkedIn är anslutet.")).to_be_visible()
    expect(page.get_by_text("Anslutningen kontrolleras.")).to_be_visible()
    assert look_over_due(timezone.now()) == {"fine": 1}
    page.goto(PAGE)
    expect(page.get_by_text("Superadministratör (ADMINISTRATOR)")).to_be_visible()
    seen(page, shoot, "connected")

    answer(page, "Anslut på nytt", "Tillåt")
    expect(page.get_by_text("LinkedIn är anslutet.")).to_be_visible()
    answer(page, "Byt sida", "Tillåt")
    expect(page.get_by_text("Ordet publicerar för Socialcheferna i dag.")).to_be_visible()
    seen(page, shoot, "other-page")
    page.get_by_role("link", name="Avbryt").click()

    page.get_by_label("Pausa, därför att").fill("Sommaruppehåll till 15 augusti")
    page.get_by_role("button", name="Pausa").click()
    expect(page.get_by_text("Sommaruppehåll till 15 augusti")).to_be_visible()
    seen(page, shoot, "paused")
    page.get_by_role("button", name="Fortsätt").click()

    page.get_by_role("link", name="Koppla från").click()
    expect(page.get_by_text("Det som är publicerat ligger kvar.")).to_be_visible()
    seen(page, shoot, "disconnect")
    page.get_by_role("button", name="Koppla från").click()
    expect(page.get_by_role("link", name="Anslut LinkedIn")).to_be_visible()


def test_what_is_amiss_is_told_before_anything_fails(page: Page, sign_in: Any, eva: Any, linkedin: StandIn, shoot: Any) -> None:
    linkedin.order("settings", role="CONTENT_ADMIN", refresh=False, scopes=["w_organization_social", "rw_organization_admin"])
    sign_in(eva)
    page.goto(PAGE)
    answer(page, "Anslut LinkedIn", "Tillåt")
    expect(page.get_by_text("Rättigheten r_organization_social beviljades inte.")).to_be_visible()
    expect(page.get_by_text("Rollen får inte ladda upp bilder")).to_be_visible()
    expect(page.get_by_text("Den kan inte förnyas av sig själv")).to_be_visible()
    seen(page, shoot, "amiss")


def test_without_an_app_the_way_to_one_is_shown(page: Page, sign_in: Any, eva: Any, settings: Any, shoot: Any) -> None:
    sign_in(eva)
    page.goto(PAGE)
    expect(page.get_by_role("heading", name="Så ansluts LinkedIn")).to_be_visible()
    expect(page.get_by_text(f"{settings.SITE_URL}/social/linkedin/callback")).to_be_visible()
    seen(page, shoot, "steps")
