"""Figures of announcements as an editor sees them: the curves on an announcement's page, and the report."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from cms.models import Article, Column
from social import announce, connection
from social.channels.memory import Memory
from social.models import Announcement, Figure
from tests.browser.accessibility import OURS, violations

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
TITLES = {Column: ("Vi behöver varandra", "Socialtjänsten i siffror"), Article: ("Ny lag om barnets rätt – från nyår",)}


@pytest.fixture
def out(settings: Any, publish: Any, site: str) -> list[Announcement]:
    """Three posts that went out a week ago, counted every six hours since."""
    Memory.reset()
    settings.SOCIAL_CHANNELS = {"memory": {"BACKEND": "social.channels.memory.Memory"}}
    settings.ANNOUNCE_DELAY_SECONDS = 0
    now = timezone.now()
    connection.announce_by_hand("memory", now - timedelta(days=1))
    for model, titles in TITLES.items():
        for title in titles:
            publish(model, title=title)
    announce.announce_due(timezone.now())
    begun = now - timedelta(days=7)
    Announcement.objects.update(settled_at=begun)
    rows = list(Announcement.objects.order_by("pk"))
    for factor, row in enumerate(rows, 1):
        Figure.objects.bulk_create(
            Figure(
                announcement=row,
                taken_at=begun + timedelta(hours=6 * number),
                impressions=factor * (2400 * number) // (number + 6),
                clicks=factor * number * 3,
                reactions=factor * number * 2,
                comments=number // 4,
                shares=0,
            )
            for number in range(28)
        )
    return rows


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_curves_and_report_can_be_read_by_everybody(
    page: Page, sign_in: Any, eva: Any, out: list[Announcement], shoot: Any, scheme: Any
) -> None:
    sign_in(eva)
    page.emulate_media(color_scheme=scheme)
    page.goto(f"/admin/social/{out[0].pk}/")
    expect(page.get_by_role("img", name="Visningar från")).to_be_visible()
    page.get_by_text("Dag för dag").click()
    expect(page.get_by_role("columnheader", name="Reaktioner")).to_be_visible()
    assert violations(page, OURS) == []
    shoot(f"social-figures-{scheme}", full_page=True)
    page.goto("/admin/reports/social/")
    expect(page.get_by_role("link", name="Vi behöver varandra")).to_be_visible()
    assert violations(page, OURS) == []
    shoot(f"social-report-{scheme}", full_page=True)


def test_the_report_is_found_in_the_menu_chosen_from_and_taken_away_as_a_file(
    page: Page, sign_in: Any, eva: Any, out: list[Announcement], shoot: Any
) -> None:
    sign_in(eva)
    page.goto("/admin/")
    page.get_by_role("button", name="Rapporter").click()
    page.locator('a[href="/admin/reports/social/"]').click()
    page.get_by_role("combobox", name="Typ").select_option(label="Artikel")
    page.get_by_role("button", name="Visa", exact=True).click()
    expect(page.get_by_role("link", name="Ny lag om barnets rätt")).to_be_visible()
    expect(page.get_by_role("link", name="Vi behöver varandra")).to_have_count(0)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Ladda ner som CSV").click()
    assert "Ny lag om barnets rätt" in taken.value.path().read_text("utf-8-sig")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/admin/reports/social/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shoot("social-report-narrow", full_page=True)
