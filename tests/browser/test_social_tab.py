"""The tab "Sociala medier" in the editor of a post: the suggestion follows, the editor's words stay, reminders are chosen."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from cms.models import Call, Home, section_for
from social import connection
from social.models import Announcement
from tests.browser.accessibility import violations
from tests.browser.press import picture

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
TAB = {"include": [[".social-outlet"]]}


@pytest.fixture
def desk(page: Page, sign_in: Any, eva: Any, settings: Any) -> Page:
    """The admin, with LinkedIn prepared by hand since yesterday."""
    # A press in the midst of the first automatic saving makes a second page.
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 0
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
    connection.announce_by_hand("linkedin", timezone.now() - timedelta(days=1))
    sign_in(eva)
    return page


def tab(page: Page) -> Any:
    """Open the tab and return LinkedIn's part of it."""
    page.get_by_role("tab", name="Sociala medier").click()
    return page.locator("[data-social-outlet=linkedin]")


def beginning(text: str) -> Any:
    """Return a pattern for a value that begins with `text`."""
    return re.compile(re.escape(text))


def close_calendar(page: Page) -> None:
    """Put away the calendar that a date field opens a moment after it gets the focus."""
    calendar = page.locator(".xdsoft_datetimepicker:visible")
    expect(calendar).to_be_visible()
    page.keyboard.press("Tab")
    expect(calendar).to_have_count(0)


def write(page: Page, deadline: Any) -> None:
    """Begin a call for submissions."""
    section = section_for(Call, Home.objects.get())
    page.goto(f"/admin/pages/add/cms/call/{section.pk}/")
    page.locator("[name=title]").fill("Lämna abstract till Socialcheferna (2027)")
    page.locator("[name=summary]").fill("Berätta om er forskning. " * 12)
    page.wait_for_load_state("networkidle")
    page.locator("[name=deadline]").fill(f"{deadline:%Y-%m-%d}")
    close_calendar(page)


def test_what_is_announced_follows_the_post_until_the_editor_writes(desk: Page, shoot: Any) -> None:
    deadline = timezone.localdate() + timedelta(days=30)
    write(desk, deadline)
    part = tab(desk)
    shown = part.get_by_label("Text på LinkedIn")
    expect(shown).to_have_value(beginning("Lämna abstract till Socialcheferna (2027)\n\nSista dag"))
    expect(part.get_by_text("tecken, så som LinkedIn räknar")).to_be_visible()
    expect(part.get_by_text("…visa mer")).to_be_visible()
    expect(part.get_by_text("Det finns ingen bild")).to_be_visible()
    shoot("social-tab", full_page=True)
    assert violations(desk, TAB) == []
    desk.get_by_role("tab", name="Text").click()
    desk.locator("[name=title]").fill("Nu kan ni lämna abstract")
    tab(desk)
    expect(shown).to_have_value(beginning("Nu kan ni lämna abstract\n\nSista dag"))
    shown.fill("Mina egna ord om [detta] #forskning @Forte https://exempel.se")
    expect(part.get_by_text("Det här är din egen text.")).to_be_visible()
    expect(part.get_by_text("”@Forte” blir vanlig text")).to_be_visible()
    expect(part.get_by_text("Det står en länk i texten")).to_be_visible()
    expect(part.locator(".social-preview b")).to_have_text("#forskning")
    part.get_by_role("checkbox", name="7 dagar före").check()
    shoot("social-tab-own", full_page=True)
    desk.get_by_role("button", name="Spara utkast").click()
    desk.wait_for_url("**/edit/**")
    desk.wait_for_load_state("networkidle")
    part = tab(desk)
    expect(part.get_by_label("Text på LinkedIn")).to_have_value("Mina egna ord om [detta] #forskning @Forte https://exempel.se")
    expect(part.get_by_role("checkbox", name="7 dagar före")).to_be_checked()
    part.get_by_role("button", name="Använd förslaget igen").click()
    expect(part.get_by_label("Text på LinkedIn")).to_have_value(beginning("Nu kan ni lämna abstract"))


def test_a_time_a_picture_and_a_reminder_become_rows(desk: Page, shoot: Any) -> None:
    deadline = timezone.localdate() + timedelta(days=30)
    chosen = picture("Händer", ("#123456", "#456789", "#89abcd"), (1300, 700), description="Två händer")
    write(desk, deadline)
    part = tab(desk)
    part.get_by_label("Vid en vald tid").check()
    part.locator("[name$=-at]").fill(f"{timezone.localdate() + timedelta(days=2):%Y-%m-%d} 09:30")
    close_calendar(desk)
    part.get_by_label("En annan bild").check()
    part.get_by_role("button", name="Välj en bild").click()
    desk.get_by_role("link", name="Händer").click()
    expect(part.get_by_role("img", name="Två händer")).to_be_visible()
    part.get_by_role("checkbox", name="Dagen före").check()
    shoot("social-tab-chosen", full_page=True)
    desk.get_by_role("button", name="Spara utkast").click()
    desk.wait_for_url("**/edit/**")
    desk.wait_for_load_state("networkidle")
    desk.get_by_role("button", name="Fler åtgärder").click()
    desk.get_by_role("button", name="Publicera").click()
    desk.wait_for_url(re.compile(r"/admin/pages/\d+/$"))
    first, reminder = Announcement.objects.order_by("next_attempt_at")
    assert timezone.localtime(first.next_attempt_at).strftime("%H:%M") == "09:30"
    assert reminder.occasion == "reminder:deadline.1:1"
    assert timezone.localtime(reminder.next_attempt_at).date() == deadline - timedelta(days=1)
    desk.goto(f"/admin/social/{first.pk}/")
    expect(desk.get_by_role("img", name="Två händer")).to_be_visible()
    shoot("announcement-waiting", full_page=True)
    assert violations(desk, {"include": [[".social"]]}) == []
    desk.goto("/admin/social/")
    shoot("social-queue", full_page=True)
    assert violations(desk, {"include": [[".social"]]}) == []
    assert chosen.pk == first.post.outlets["linkedin"]["picture_id"]
