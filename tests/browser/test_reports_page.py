"""Returned mail and providers' events as an editor sees them."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from newsletter.bounces import take_bounce
from newsletter.models import ProviderEvent
from tests.browser.accessibility import OURS, violations
from tests.newsletter.test_bounces import dsn

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
REPORTS, EVENTS = "/admin/snippets/newsletter/bouncereport/", "/admin/snippets/newsletter/providerevent/"


def test_what_came_back_is_read_by_an_editor(page: Page, sign_in: Any, eva: Any) -> None:
    sign_in(eva)
    for address, words in ((REPORTS, "Inget har kommit tillbaka."), (EVENTS, "Ingen leverantör har rapporterat något.")):
        page.goto(address)
        expect(page.get_by_text(words)).to_be_visible()
        assert violations(page, OURS) == []
    take_bounce(dsn(), timezone.now(), keep=True)
    ProviderEvent.objects.create(provider="postmark", event_id="1", kind="bounced", recipient="m2@exempel.se", reason="550 5.1.1")
    page.goto(EVENTS)
    expect(page.get_by_text("m2@exempel.se")).to_be_visible()
    assert violations(page, OURS) == []
    page.goto(REPORTS)
    expect(page.get_by_text("Adressen finns inte")).to_be_visible()
    assert violations(page, OURS) == []
    page.get_by_role("link", name="m1@exempel.se").click()
    expect(page.get_by_text("Reporting-MTA: dns; mx.example.se")).to_be_visible()
    assert violations(page, OURS) == []
