"""An editor's way with a file of members, from its sending to its undoing; and the pages about one member."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from newsletter import members
from newsletter.importing import import_due
from newsletter.models import Delivery, Mailing, MailingList, Member, MemberImport, MemberTag
from tests.browser.accessibility import violations
from tests.newsletter.stage import make_mailing, make_member

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
ADMIN = "/admin/snippets/newsletter"
FILE = """E-post;Förnamn;Efternamn;Arbetsgivare;Medlemsnummer;Skostorlek
m1@exempel.se;Åsa;Öberg;Sjöbergs kommun;17;38
ny@exempel.se;Örjan;Ängström;Norrdals kommun;18;43
m2@exempel.se;Medlem;2;;19;40
fel@@exempel.se;Fel;Skriven;;20;41
"""


@pytest.fixture
def audience(site: str) -> MailingList:
    """A list with one who has it and one who has left it."""
    found = MailingList.objects.create(name="Medlemmar", slug="medlemmar", legal_basis="membership")
    make_member(1, found, timezone.now())
    left = make_member(2, found, timezone.now())
    members.unsubscribe(left.pk, found.pk, timezone.now(), source="one-click unsubscribe")
    return found


def clean(page: Page) -> None:
    """Demand that axe finds nothing in what is ours, at a wide and a narrow window."""
    expect(page.locator("main .newsletter-people, main .listing, main form").first).to_be_visible()
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 1000})
        assert violations(page, "main") == [], page.url
    page.set_viewport_size({"width": 1280, "height": 1000})


def test_a_file_from_its_sending_to_its_undoing(
    page: Page, sign_in: Any, eva: Any, audience: MailingList, tmp_path: Path, shoot: Any
) -> None:
    sign_in(eva)
    page.goto(f"{ADMIN}/memberimport/")
    page.get_by_role("link", name="Importera medlemmar").first.click()
    page.wait_for_url("**/upload/")
    clean(page)
    file = tmp_path / "medlemmar.csv"
    file.write_text(FILE, encoding="cp1252")
    page.get_by_label("Fil", exact=True).set_input_files(file)
    page.get_by_label("Varför vi får skriva till dem").fill("Medlemmar får nyhetsbrevet, § 4")
    page.get_by_role("button", name="Fortsätt till kolumnerna").click()

    expect(page.get_by_label("E-post", exact=True)).to_have_value("address")
    expect(page.get_by_label("Skostorlek")).to_have_value("")
    expect(page.get_by_text("Ängström")).to_be_visible()
    clean(page)
    shoot("import-columns", full_page=True)
    page.get_by_label("Arbetsgivare").select_option("")
    page.get_by_role("button", name="Visa vad som skulle hända").click()

    import_due(timezone.now())
    expect(page.get_by_text("4 rader är kontrollerade. Inget är ändrat än.")).to_be_visible()
    expect(page.get_by_role("row", name="m1@exempel.se")).to_contain_text("Åsa Öberg")
    expect(page.get_by_role("row", name="m2@exempel.se")).to_contain_text("Lämnade listan")
    clean(page)
    shoot("import-checked", full_page=True)
    page.get_by_role("link", name="Avvisade (1)").click()
    expect(page.get_by_role("row", name="fel@@exempel.se")).to_be_visible()
    expect(page.get_by_text("ny@exempel.se")).to_have_count(0)
    page.locator("summary", has_text="Importera …").click()
    shoot("import-ask", full_page=True)
    page.get_by_role("button", name="Ja, importera").click()

    expect(page.get_by_text("Importerar rad")).to_be_visible()
    import_due(timezone.now())
    expect(page.get_by_text("4 rader är importerade")).to_be_visible()
    assert Member.objects.get(address="ny@exempel.se").name == "Örjan Ängström"
    page.get_by_role("link", name="Ångra importen …").click()
    page.wait_for_url("**/undo/")
    clean(page)
    shoot("import-undo")
    page.get_by_role("button", name="Ja, ångra importen").click()
    import_due(timezone.now())
    expect(page.get_by_text("1 ny medlem är borttagen.")).to_be_visible()
    clean(page)
    shoot("import-undone", full_page=True)
    assert MemberImport.objects.get().state == "undone"
    assert sorted(Member.objects.values_list("name", flat=True)) == ["Medlem 1", "Medlem 2"]


def test_did_anna_get_it(page: Page, sign_in: Any, eva: Any, audience: MailingList, shoot: Any) -> None:
    now = timezone.now()
    anna = make_member(3, audience, now, employer="Sjöbergs kommun")
    Member.objects.filter(pk=anna.pk).update(name="Anna Alm")
    MemberTag.objects.create(name="styrelse")
    for subject, fields in (
        ("Vårens nummer", {"state": "accepted", "settled_at": now, "last_reply": "250 2.0.0 Ok: queued"}),
        ("Sommarens nummer", {"state": "refused", "reason": "soft", "settled_at": now, "last_reply": "550 mailbox full"}),
        ("Höstens nummer", {}),
    ):
        mailing = make_mailing(audience, now, frozen_at=now, state=Mailing.SENT)
        Mailing.objects.filter(pk=mailing.pk).update(subject=subject)
        if fields:
            Delivery.objects.create(mailing=mailing, member=anna, address=anna.address, **fields)
    sign_in(eva)
    page.goto(f"{ADMIN}/member/")
    shoot("member-list")
    page.get_by_role("link", name="Fick hen det?").click()
    page.wait_for_url("**/ask/")
    clean(page)
    page.get_by_label("Namn, e-postadress eller medlemsnummer").fill("anna")
    page.locator("#main").get_by_role("button", name="Sök", exact=True).click()
    expect(page.get_by_text("Ja: mottagarens e-postserver tog emot det")).to_be_visible()
    expect(page.get_by_text("Nej: var inte bland mottagarna när utskicket startade")).to_be_visible()
    clean(page)
    shoot("member-history", full_page=True)
    page.get_by_role("button", name="Ta bort från Medlemmar").click()
    expect(page.get_by_text("Medlemmen är borttagen från listan.")).to_be_visible()
    page.locator("summary", has_text="Sätt upp på en lista …").click()
    page.get_by_label("Varför vi får skicka det").fill("Bad om det per telefon")
    page.get_by_role("button", name="Sätt upp på listan").click()
    expect(page.get_by_text("”Bad om det per telefon”").first).to_be_visible()
    page.get_by_role("link", name="Redigera uppgifterna").click()
    page.wait_for_url("**/edit/**")
    expect(page.get_by_text("”Bad om det per telefon”").first).to_be_visible()
    shoot("member-edit", full_page=True)

    for path, name in ((f"member/history/{anna.pk}/erase/", "member-erase"), ("member/export/", "member-export"),
                       ("suppression/", "suppressions"), ("memberimport/", "import-list")):  # fmt: skip
        page.goto(f"{ADMIN}/{path}")
        clean(page)
        shoot(name, full_page=True)
