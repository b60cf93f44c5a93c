"""The preflight page: an editor finds a fault, is led to its block, mends it, and watches the links being tried."""

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from newsletter import linkcheck
from newsletter.models import Issue, LinkCheck, MailingList, Member, Subscription
from tests.browser.accessibility import violations
from tests.newsletter import newsroom

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
ISSUE = "/admin/snippets/newsletter/issue"


@pytest.fixture
def issue(site: str, settings: Any) -> Issue:
    """An issue with faults in its subject and its third block, and a link that leads to this server."""
    settings.SITE_URL = site.replace("localhost", "127.0.0.1")
    newsroom.association()
    members = MailingList.objects.create(name="Medlemmar", slug="medlemmar", legal_basis="membership")
    member = Member.objects.create(name="Mia", address="mia@example.se")
    Subscription.objects.create(member=member, list=members)
    made = newsroom.issue([], mailing_list=members, subject="NU ÄR DET VÅR I FÖRENINGEN")
    made.content = [
        ("text", "<h2>Från kansliet</h2><p>" + "Vi hörs snart igen. " * 40 + "</p>"),
        ("quotation", {"text": "Det är i vardagen som rättigheter blir verkliga.", "source": "Ur berättelsen"}),
        ("text", "<h2>Hej</h2><p>Kära [namn], välkommen.</p>"),
        ("button", {"text": "Bli medlem hos oss", "url": f"{settings.SITE_URL}/documents/404/x.pdf"}),
    ]
    made.save()
    made.save_revision().publish()
    return made


def test_a_fault_leads_to_its_block_and_links_are_tried_while_one_watches(
    page: Page, sign_in: Any, eva: Any, issue: Issue, shoot: Any
) -> None:
    sign_in(eva)
    address = f"{ISSUE}/preflight/{issue.pk}/"
    page.goto(address)
    expect(page.get_by_text("1 sak måste rättas innan numret kan skickas")).to_be_visible()
    expect(page.get_by_text("Ämnesraden är skriven med bara versaler.")).to_be_visible()
    shoot("preflight", full_page=True)
    found = violations(page)

    page.get_by_role("link", name=re.compile("^Del 3, texten")).click()
    block = page.locator(f"[id='block-{issue.content[2].id}-section']")
    expect(block).to_be_visible()
    expect(block).to_be_in_viewport()
    # The editor's own requests end before the page is left: all share the test's one connection.
    page.wait_for_load_state("networkidle")

    page.goto(address)
    page.get_by_role("button", name="Kontrollera länkarna").click()
    expect(page.get_by_text("0 av 1 länkar har provats.")).to_be_visible()
    found += violations(page)
    assert linkcheck.links_due(timezone.now()) == 1
    expect(page.get_by_text("trasig: sidan finns inte (404)", exact=True)).to_be_visible()
    expect(page.get_by_text("2 saker måste rättas")).to_be_visible()
    found += violations(page)
    shoot("preflight-broken", full_page=True)
    page.get_by_role("button", name="Jag har öppnat").click()
    expect(page.get_by_text("någon har öppnat den, och den fungerar")).to_be_visible()
    assert LinkCheck.objects.get().vouched_at is not None
    page.set_viewport_size({"width": 400, "height": 900})
    found += violations(page)
    shoot("preflight-narrow", full_page=True)
    assert found == []

    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{ISSUE}/send/{issue.pk}/")
    expect(page.get_by_role("link", name=re.compile("^Del 3, texten"))).to_be_visible()
    shoot("preflight-send", full_page=True)


def test_the_subjects_fault_leads_to_the_subject(page: Page, sign_in: Any, eva: Any, issue: Issue) -> None:
    sign_in(eva)
    page.goto(f"{ISSUE}/preflight/{issue.pk}/")
    page.locator("[data-code=subject-capitals] a").click()
    expect(page.locator("[name=subject]")).to_be_in_viewport()
