"""Setting up a webhook as a person does: refused, made, its secret copied, tested, watched; light, dark and narrow."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from cms.models import HookEndpoint
from cms.webhooks.sending import hooks_due
from tests.browser.accessibility import OURS, violations
from tests.hook_server import HookServer

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def front_end() -> Iterator[HookServer]:
    with HookServer() as server:
        yield server


def seen(page: Page, shoot: Any, name: str) -> None:
    """Look at the page in light, in dark, and as on a phone: axe finds nothing."""
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 400)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 1000})
        shoot(f"webhooks-{name}-{scheme}-{width}", full_page=True)
        assert violations(page, OURS) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than {width}"
    page.set_viewport_size({"width": 1280, "height": 1000})


def test_from_the_menu_to_a_delivered_test(page: Page, sign_in: Any, eva: Any, front_end: HookServer, shoot: Any) -> None:
    sign_in(eva)
    page.goto("/admin/webhooks/")
    page.get_by_role("link", name="Ny webbkrok").click()
    page.get_by_role("textbox", name="Namn").fill("Webbplatsen")
    page.get_by_role("textbox", name="Adress").fill("https://10.0.0.1/hook")
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_text("ligger i ett nät som Ordet inte får anropa")).to_be_visible()
    seen(page, shoot, "form")
    page.get_by_role("textbox", name="Adress").fill(front_end.address)
    page.get_by_role("button", name="Spara").click()
    front_end.secret = HookEndpoint.objects.get().secret
    expect(page.get_by_text(front_end.secret)).to_be_visible()
    seen(page, shoot, "secret")
    page.get_by_role("link", name="Jag har kopierat den").click()
    page.get_by_role("button", name="Skicka ett test").click()
    expect(page.get_by_text("Testet är på väg")).to_be_visible()
    front_end.script = [500]
    assert hooks_due(timezone.now()) == {"failed": 1}
    expect(page.get_by_text("Den svarar med ett fel (500).")).to_be_visible()
    page.get_by_role("button", name="Skicka ett test").click()
    assert hooks_due(timezone.now()) == {"delivered": 1}
    expect(page.get_by_text("Levererat")).to_be_visible()
    expect(page.get_by_text("Det senaste meddelandet kom fram")).to_be_visible()
    seen(page, shoot, "endpoint")
    page.get_by_role("link", name="Testmeddelande").first.click()
    expect(page.get_by_text('"endpoint": "Webbplatsen"')).to_be_visible()
    seen(page, shoot, "delivery")
    page.goto("/admin/webhooks/")
    expect(page.get_by_text("Fungerar")).to_be_visible()
    seen(page, shoot, "list")
