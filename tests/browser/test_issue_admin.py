"""An editor's way with an issue: compose, look, test, send, follow, decide."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from newsletter import mailings
from newsletter.models import Delivery, Issue, Mailing, MailingList, Member, NewsletterRules, SingleMail, Subscription
from tests.browser.accessibility import OURS, violations
from tests.newsletter import newsroom

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
ISSUES = "/admin/snippets/newsletter/issue"
MOST_CLICKS = 5
POSTBOX = {"default": {"BACKEND": "newsletter.postbox.Postbox"}}


@pytest.fixture
def members(site: str) -> MailingList:
    """A list of 40 members."""
    found = MailingList.objects.create(name="Medlemmar", slug="medlemmar", legal_basis="membership")
    for number in range(40):
        member = Member.objects.create(name=f"Medlem {number}", address=f"medlem{number}@example.se")
        Subscription.objects.create(member=member, list=found)
    return found


@pytest.fixture
def posts(site: str, publish: Any, settings: Any) -> dict[str, Any]:
    """One post of every kind, by a named association; found by searching at once."""
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
    newsroom.association()
    return newsroom.posts(publish)


def compose(page: Page, title: str) -> None:
    """Write an issue of one post and save it as a draft."""
    page.goto(f"{ISSUES}/add/")
    page.locator("[name=preheader]").fill("Om mod och möten")
    page.locator("[name=subject]").fill("Vårens nummer")
    page.locator("[name=mailing_list]").select_option(label="Medlemmar")
    expect(page.get_by_text("13 tecken; de flesta program visar högst 60")).to_be_visible()
    page.locator("[data-contentpath=content] .c-sf-add-button").last.click()
    page.get_by_role("option", name="Inlägg", exact=True).click()
    page.locator("[data-contentpath=content] [data-chooser-action-choose]").first.click()
    chooser = page.get_by_role("dialog").last
    expect(chooser.get_by_role("radio", name="Nytt sedan förra numret")).to_be_checked()
    chooser.get_by_role("link", name=title).click()
    expect(page.get_by_text(title).first).to_be_visible()
    page.get_by_role("button", name="Spara utkast").click()
    page.wait_for_url("**/edit/**")


def follow(page: Page, shoot: Any) -> None:
    """Watch the mailing move without touching the page."""
    mailing = Mailing.objects.exclude(state=Mailing.CANCELLED).get()
    rows = Delivery.objects.filter(mailing_id=mailing.pk)
    keys = list(rows.values_list("member_id", flat=True))
    rows.filter(member_id__in=keys[:30]).update(state="accepted", settled_at=timezone.now())
    rows.filter(member_id=keys[30]).update(state="uncertain", relay="a")
    rows.filter(member_id=keys[31]).update(state="refused", reason="hard", last_reply="550 5.1.1 User unknown")
    expect(page.get_by_text("Skickat till 30 av 40 · 8 väntar · 1 osäker")).to_be_visible()
    expect(page.get_by_text("Avvisat: adressen finns inte")).to_be_visible()
    shoot("progress-running")
    page.get_by_role("button", name="Låt medlem30@example.se vara").click()
    expect(page.get_by_text("Skickat till 30 av 40 · 8 väntar", exact=True)).to_be_visible()
    assert rows.get(member_id=keys[30]).state == "left"


def as_a_member(page: Page, shoot: Any) -> None:
    """Look at the letter as somebody on the list, found by name inside the preview."""
    page.locator("#id_preview_mode").select_option("member")
    letter = page.frame_locator("#w-preview-iframe, iframe[title]").first
    letter.get_by_label("Namn eller adress").fill("medlem 17")
    letter.get_by_role("button", name="Sök").click()
    letter.get_by_role("button", name="Medlem 17").click()
    expect(letter.get_by_text("Visas så som Medlem 17 skulle få det")).to_be_visible()
    shoot("issue-as-member")


def clicks_to_send(page: Page, shoot: Any) -> int:
    """Go from the editor of a finished draft to a started mailing; return how many clicks that took."""
    names = [("link", "Skicka …"), ("button", "Godkänn det som står nu"), ("button", "Skicka numret")]
    for step, (role, name) in enumerate(names):
        page.get_by_role(role, name=name).click()  # type: ignore[arg-type]
        if step < len(names) - 1:
            expect(page.get_by_text("Medlemmar: 40 mottagare")).to_be_visible()
            assert violations(page, OURS) == []
            shoot(f"issue-send-{step}")
    page.wait_for_url("**/progress/**")
    assert Mailing.objects.count() == 1
    return len(names)


def test_an_issue_from_the_first_word_to_the_last_mail(
    page: Page, sign_in: Any, eva: Any, posts: Any, members: MailingList, settings: Any, shoot: Any
) -> None:
    settings.MAILERS = POSTBOX
    # Wagtail saves by itself while one writes; a click in the midst of its first save makes a second issue.
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 0
    sign_in(eva)
    page.set_viewport_size({"width": 1280, "height": 1400})
    compose(page, posts["column"].title)
    assert not Issue.objects.get().approved

    page.locator("[data-side-panel-toggle=preview]").click()
    letter = page.frame_locator("#w-preview-iframe, iframe[title]").first
    expect(letter.get_by_role("heading", name=posts["column"].title)).to_be_visible()
    shoot("issue-edit")

    as_a_member(page, shoot)

    page.get_by_role("link", name="Testutskick till mig").click()
    page.get_by_role("button", name="Skicka testet", exact=True).click()
    expect(page.get_by_text("Testutskicket är på väg till eva@example.se.")).to_be_visible()
    assert SingleMail.objects.get().recipient == "eva@example.se"

    page.goto(f"{ISSUES}/edit/{Issue.objects.get().pk}/")
    assert clicks_to_send(page, shoot) <= MOST_CLICKS
    expect(page.get_by_text("Går iväg om")).to_be_visible()
    assert violations(page, OURS) == []
    shoot("progress-undo")
    page.get_by_role("button", name="Ångra").click()
    expect(page.get_by_text("Utskicket är återkallat.")).to_be_visible()
    NewsletterRules.objects.update_or_create(defaults={"undo_seconds": 0})
    page.get_by_role("button", name="Skicka numret").click()
    expect(page.get_by_text("Startar alldeles strax")).to_be_visible()

    mailings.begin_due(timezone.now())
    expect(page.get_by_text("Skickat till 0 av 40 · 40 väntar")).to_be_visible()
    follow(page, shoot)

    page.get_by_role("button", name="Pausa").click()
    expect(page.get_by_text("Utskicket är pausat.")).to_be_visible()
    page.get_by_role("button", name="Fortsätt").click()
    page.get_by_text("Avbryt utskicket …").click()
    expect(page.get_by_text("8 personer som ännu väntar får inte brevet.")).to_be_visible()
    shoot("progress-cancel")
    page.get_by_role("button", name="Ja, avbryt utskicket").click()
    expect(page.get_by_text("Utskicket är avbrutet.")).to_be_visible()
    expect(page.get_by_text("· Skickat till 30 av 40")).to_be_visible()
    assert not Mailing.objects.exclude(state=Mailing.CANCELLED).exists()


def test_the_progress_page_works_without_scripts(chromium: Any, site: str, client: Any, eva: Any, members: MailingList) -> None:
    newsroom.association()
    issue = newsroom.issue([], mailing_list=members)
    mailing = mailings.start_mailing(issue, members, timezone.now())
    client.force_login(eva)
    context = chromium.new_context(base_url=site, locale="sv-SE", java_script_enabled=False)
    context.add_cookies([{"name": name, "value": found.value, "url": site} for name, found in client.cookies.items()])
    page = context.new_page()
    page.goto(f"/admin/snippets/newsletter/mailing/progress/{mailing.pk}/")
    mailings.begin_due(timezone.now())
    page.get_by_role("link", name="Visa hur det står till nu").click()
    expect(page.get_by_text("Skickat till 0 av 40 · 40 väntar")).to_be_visible()
    context.close()


def test_filling_with_new_posts_keeps_what_was_just_written(
    page: Page, sign_in: Any, eva: Any, posts: Any, members: MailingList, settings: Any, shoot: Any
) -> None:
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 0
    sign_in(eva)
    page.goto(f"{ISSUES}/add/")
    page.locator("[name=subject]").fill("Skrivet nyss")
    page.locator("[name=mailing_list]").select_option(label="Medlemmar")
    page.get_by_role("button", name="Fyll på med nya inlägg").click()
    expect(page.get_by_text("nya inlägg lades till sist i numret")).to_be_visible()
    issue = Issue.objects.get().get_latest_revision_as_object()
    assert issue.subject == "Skrivet nyss"
    assert next(block.value["post"].specific for block in issue.content) == posts["column"]
    assert violations(page, OURS) == []
    shoot("issue-filled", full_page=True)
    page.locator("[data-contentpath=content] .c-sf-add-button").last.click()
    page.get_by_role("option", name="Inlägg", exact=True).click()
    page.locator("[data-contentpath=content] [data-chooser-action-choose]:visible").last.click()
    expect(page.get_by_role("dialog").last.get_by_role("link", name=posts["film"].title)).to_be_visible()
    shoot("issue-chooser")
    page.goto(f"{ISSUES}/")
    expect(page.get_by_text("Utkast")).to_be_visible()
    assert violations(page, OURS) == []
    shoot("issues")
