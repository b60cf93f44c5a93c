"""An editor chooses people: a segment built by keyboard, counted while it grows, sent to; and a correction begun."""

import json
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from cms.models import Region
from newsletter.models import Delivery, Issue, Mailing, Member, Segment
from tests.browser.accessibility import OURS, violations
from tests.newsletter.stage import make_list, make_mailing, make_members

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
SEGMENTS = "/admin/snippets/newsletter/segment"


@pytest.fixture
def people(site: str) -> list[Member]:
    """Thirty members of a list: ten preside, half of those in Västra Götaland."""
    found = make_members(30, make_list("medlemmar"), timezone.now())
    west = Region.objects.create(name="Västra Götaland", slug="vastra-gotaland")
    Member.objects.filter(pk__in=[member.pk for member in found[:10]]).update(role="Ordförande")
    Member.objects.filter(pk__in=[member.pk for member in found[:5]]).update(region=west)
    return found


def test_a_segment_is_built_by_keyboard_and_counted_while_it_grows(
    page: Page, sign_in: Any, eva: Any, people: list[Member], shoot: Any
) -> None:
    sign_in(eva)
    page.goto(f"{SEGMENTS}/add/")
    expect(page.get_by_text("30 medlemmar")).to_be_visible()
    page.locator("[name=name]").fill("Ordförande i väst")
    page.get_by_role("button", name="Lägg till villkor").focus()
    page.keyboard.press("Enter")
    # The new row has the focus: what it is about, in what way, and with what.
    expect(page.get_by_label("Vad det gäller")).to_be_focused()
    expect(page.get_by_text("Något saknas i villkoret ”Region”.")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("V")
    expect(page.get_by_text("5 medlemmar")).to_be_visible()
    expect(page.get_by_label("Jämförs med: Region")).to_be_focused()
    page.get_by_role("button", name="Lägg till villkor").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Vad det gäller").last.select_option("role")
    page.get_by_label("Jämförs med: Roll").fill("ORDF")
    expect(page.get_by_text("5 av dem har fungerande adresser")).to_be_visible()
    page.get_by_label("Hur villkoren hör ihop").select_option("any")
    expect(page.get_by_text("10 medlemmar")).to_be_visible()
    expect(page.get_by_role("row", name="Medlem 0 Ordförande – Västra Götaland")).to_be_visible()
    page.get_by_role("button", name="Lägg till grupp").last.click()
    page.get_by_label("Hur villkoren hör ihop").last.select_option("none")
    page.get_by_label("Vad det gäller").last.select_option("status")
    page.get_by_label("Jämförs med: Status").select_option("bounced")
    expect(page.get_by_text("30 medlemmar")).to_be_visible()
    assert violations(page, OURS) == []
    shoot("segment-builder", full_page=True)
    page.get_by_role("button", name="Ta bort gruppen").click()
    expect(page.get_by_role("button", name="Lägg till villkor")).to_be_focused()
    expect(page.get_by_text("10 medlemmar")).to_be_visible()
    page.get_by_role("button", name="Spara").click()
    page.wait_for_url(f"**{SEGMENTS}/")
    made = Segment.objects.get()
    west = Region.objects.get(slug="vastra-gotaland").pk
    assert made.conditions == {
        "any": [{"field": "region", "op": "is", "value": west}, {"field": "role", "op": "contains", "value": "ORDF"}]
    }
    assert violations(page, OURS) == []
    page.goto(f"{SEGMENTS}/edit/{made.pk}/")
    expect(page.get_by_text("10 medlemmar")).to_be_visible()
    assert json.loads(page.locator("[name=conditions]").input_value()) == made.conditions


def test_a_correction_is_begun_on_the_mailings_page(page: Page, sign_in: Any, eva: Any, people: list[Member], shoot: Any) -> None:
    now = timezone.now()
    mailing = make_mailing(people[0].subscriptions.get().list, now, state=Mailing.SENT, frozen_at=now, frozen_count=30)
    states = ["accepted"] * 28 + ["refused"] * 2
    rows = zip(people, states, strict=True)
    Delivery.objects.bulk_create(Delivery(mailing=mailing, member=who, address=who.address, state=state) for who, state in rows)
    sign_in(eva)
    page.goto(f"/admin/snippets/newsletter/mailing/progress/{mailing.pk}/")
    page.get_by_role("link", name="Skicka rättelse …").click()
    expect(page.get_by_text("28 personer som fick ”Nytt från föreningen: <3 & mer” skulle få rättelsen.")).to_be_visible()
    assert violations(page, OURS) == []
    shoot("correction")
    assert not Issue.objects.filter(corrects=mailing).exists()
    page.get_by_role("button", name="Skriv rättelsen").click()
    expect(page.locator("[name=subject]")).to_have_value("Rättelse: Nytt från föreningen: <3 & mer")
    assert Issue.objects.get(corrects=mailing).mailing_list == mailing.list
