"""From the last word of a column to the site, the next issue and LinkedIn; and what the post's page tells afterwards."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from cms.models import Column, Home, section_for
from newsletter.models import Issue, MailingList
from social import connection
from social.announce import announce_due
from social.channels.linkedin.client import read_tokens
from social.models import Announcement, Figure
from tests.browser.accessibility import violations
from tests.newsletter import newsroom
from tests.social.standin import ORGANIZATION, standing_in

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
MOST_CLICKS = 6
OURS = {"include": [[".spread"]]}
COUNT = "addEventListener('click', (event) => event.isTrusted && pressed(), true)"


@pytest.fixture(scope="module")
def network(tmp_path_factory: Any) -> Any:
    with standing_in(tmp_path_factory.mktemp("linkedin")) as server:
        yield server


@pytest.fixture
def linkedin(network: Any, site: str, settings: Any) -> Any:
    """LinkedIn, connected since yesterday, with a regret window of ten minutes."""
    network.order("reset")
    settings.SOCIAL_CHANNELS = {"linkedin": network.options}
    settings.ANNOUNCE_DELAY_SECONDS = 600
    # A press in the midst of the first automatic saving makes a second page.
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 0
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
    now = timezone.now()
    tokens = read_tokens(network.order("token"), now)
    connection.connect("linkedin", tokens, ORGANIZATION, now - timedelta(days=1), role="ADMINISTRATOR")
    return network


@pytest.fixture
def members(site: str) -> MailingList:
    """A list with a draft."""
    newsroom.association()
    found = MailingList.objects.create(name="Medlemmar", slug="medlemmar", legal_basis="membership")
    newsroom.issue([], mailing_list=found, subject="Vårens nummer", live=False).save_revision()
    return found


@pytest.fixture
def clicks(page: Page) -> list[int]:
    """A place for each click that the page has felt."""
    felt: list[int] = []
    page.expose_function("pressed", lambda: felt.append(1))
    page.add_init_script(COUNT)
    return felt


def write(page: Page) -> None:
    """Write a column, by keys alone."""
    section = section_for(Column, Home.objects.get())
    page.goto(f"/admin/pages/add/cms/column/{section.pk}/")
    page.locator("[name=title]").fill("Vi behöver varandra")
    page.locator("[name=summary]").fill("Om samarbete i vardagen.")
    page.locator("[name=sign_off]").fill("Varma hälsningar")


def test_a_column_goes_everywhere_in_six_clicks(
    page: Page, sign_in: Any, eva: Any, linkedin: Any, members: MailingList, clicks: list[int], shoot: Any
) -> None:
    sign_in(eva)
    write(page)
    page.get_by_role("button", name="Fler åtgärder").click()
    page.get_by_role("button", name="Publicera").click()
    expect(page.locator(".messages").get_by_text("Se var ”Vi behöver varandra” finns")).to_be_visible()
    page.locator(".messages").get_by_role("link", name="Spridning").click()
    expect(page.get_by_text("På webbplatsen", exact=True)).to_be_visible()
    shoot("spread-published", full_page=True)
    page.get_by_role("button", name="Skicka nu").click()
    expect(page.get_by_text("Det går ut inom någon minut.")).to_be_visible()
    page.get_by_role("button", name="Lägg i nästa nummer").click()
    page.wait_for_url("**/issue/edit/**")
    expect(page.get_by_text("”Vi behöver varandra” ligger i det här numret.")).to_be_visible()
    page.wait_for_load_state("networkidle")
    shoot("spread-issue")
    assert 0 < len(clicks) <= MOST_CLICKS
    assert announce_due(timezone.now()) == {"published": 1}
    assert [post["live"] for post in linkedin.posts] == [True]
    post = Column.objects.get(title="Vi behöver varandra")
    issue = Issue.objects.get().get_latest_revision_as_object()
    assert [block.value["post"].pk for block in issue.content if block.block_type == "post"] == [post.pk]
    assert post.live

    row = Announcement.objects.get()
    Figure.objects.create(announcement=row, taken_at=timezone.now(), impressions=1204, clicks=56, reactions=12)
    for scheme, width in (("light", 1280), ("dark", 400)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"/admin/spread/{post.pk}/")
        expect(page.get_by_text("1\u00a0204 visningar, 56 klick, 12 reaktioner")).to_be_visible()
        expect(page.get_by_text("I nr 3, ”Vårens nummer”", exact=True)).to_be_visible()
        assert violations(page, OURS) == []
        shoot(f"spread-{scheme}", full_page=True)


def test_what_failed_is_mended_in_the_editor(
    page: Page, sign_in: Any, eva: Any, linkedin: Any, members: MailingList, publish: Any, shoot: Any
) -> None:
    post = publish()
    Announcement.objects.update(state="refused", settled_at=timezone.now(), last_error="LinkedIn tog inte emot inlägget.")
    sign_in(eva)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        # The editor asks who else is there once it stands; the tests' one database connection takes one thing at a time.
        page.goto(f"/admin/pages/{post.pk}/edit/", wait_until="networkidle")
        page.get_by_role("tab", name="Spridning").click()
        expect(page.get_by_role("heading", name="Behöver dig")).to_be_visible()
        assert violations(page, OURS) == []
        shoot(f"spread-tab-{scheme}", full_page=True)
    page.get_by_role("button", name="Kopiera adressen").click()
    expect(page.get_by_text("Kopierat")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").endswith("/vi-behover-varandra/")
    page.get_by_role("button", name="Skicka igen").click()
    expect(page.get_by_text("Det går ut inom någon minut.")).to_be_visible()
    page.wait_for_url(f"**/pages/{post.pk}/edit/**")
    assert Announcement.objects.get().state == "waiting"
