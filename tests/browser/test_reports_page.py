"""Returned mail and providers' events as an editor sees them."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from newsletter.bounces import take_bounce
from newsletter.models import ProviderEvent
from tests.newsletter.test_bounces import dsn

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
REPORTS, EVENTS = "/admin/snippets/newsletter/bouncereport/", "/admin/snippets/newsletter/providerevent/"


def no_violations(page: Page) -> bool:
    """Tell whether axe finds nothing on the page's own part; Wagtail's frame around it isn't ours."""
    found = Axe().run(page, context="main")
    assert found.violations_count == 0, found.generate_report()
    return True


def test_what_came_back_is_read_by_an_editor(page: Page, sign_in: Any, eva: Any) -> None:
    sign_in(eva)
    for address, words in ((REPORTS, "Inget har kommit tillbaka."), (EVENTS, "Ingen leverantör har rapporterat något.")):
        page.goto(address)
        expect(page.get_by_text(words)).to_be_visible()
        assert no_violations(page)
    take_bounce(dsn(), timezone.now(), keep=True)
    ProviderEvent.objects.create(provider="postmark", event_id="1", kind="bounced", recipient="m2@exempel.se", reason="550 5.1.1")
    page.goto(EVENTS)
    expect(page.get_by_text("m2@exempel.se")).to_be_visible()
    assert no_violations(page)
    page.goto(REPORTS)
    expect(page.get_by_text("Adressen finns inte")).to_be_visible()
    assert no_violations(page)
    page.get_by_role("link", name="m1@exempel.se").click()
    expect(page.get_by_text("Reporting-MTA: dns; mx.example.se")).to_be_visible()
    assert no_violations(page)
