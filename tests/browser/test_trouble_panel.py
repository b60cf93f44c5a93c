"""The first page of the admin when a connection needs somebody."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from social import connection
from tests.browser.accessibility import violations

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
PANEL = {"include": [[".social-trouble"]]}


def test_a_connection_that_stands_still_is_told_on_the_first_page(page: Page, sign_in: Any, eva: Any, shoot: Any) -> None:
    connection.pause("linkedin", "Rollen räcker inte för att publicera på sidan.")
    sign_in(eva)
    for scheme, width in (("light", 1280), ("dark", 400)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("/admin/")
        expect(page.get_by_role("heading", name="Anslutningar som behöver dig")).to_be_visible()
        assert violations(page, PANEL) == []
        shoot(f"trouble-{scheme}")
    page.get_by_role("link", name="Till anslutningen").click()
    expect(page.get_by_text("Rollen räcker inte för att publicera på sidan.").first).to_be_visible()
