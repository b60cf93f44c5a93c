"""Unpublishing and deleting what is announced: the question, answered with mouse and keyboard, in light and dark."""

import json
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from cms.models import Column, Home, section_for
from social import connection
from social.models import Announcement, Change
from tests.browser.accessibility import OURS, violations

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def desk(page: Page, sign_in: Any, eva: Any, settings: Any) -> Page:
    """The admin, with LinkedIn connected."""
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
    now = timezone.now()
    fields = {"channel": "linkedin", "access_token": "t", "organization": "urn:li:organization:1", "active_since": now}
    connection.ChannelState.objects.create(**fields)
    sign_in(eva)
    return page


def announced(title: str, number: int) -> Column:
    """Return a live post that stands on LinkedIn."""
    post = section_for(Column, Home.objects.get()).add_child(instance=Column(title=title, live=False))
    post.save_revision().publish()
    urn = f"urn:li:share:{7_000_000_000 + number}"
    out = {"state": "published", "settled_at": timezone.now(), "sending_since": timezone.now(), "wire": json.dumps({"x": 1})}
    address = {"remote_id": urn, "remote_url": f"https://www.linkedin.com/feed/update/{urn}/"}
    Announcement.objects.filter(post=post).update(**out, **address, text=title)
    return post


def look(page: Page, shoot: Any, name: str) -> list[str]:
    """Return what axe finds wide and narrow, light and dark."""
    found = []
    for scheme, width in (("light", 1280), ("dark", 400)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        found += violations(page, OURS)
        shoot(f"{name}-{scheme}", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})
    return found


def test_one_post_is_unpublished_and_taken_away(desk: Page, shoot: Any) -> None:
    post = announced("Vi behöver varandra", 1)
    desk.goto(f"/admin/pages/{post.pk}/unpublish/")
    desk.get_by_role("button", name="Ja, avpublicera den").click()
    expect(desk.get_by_role("heading", name="Innan det avpubliceras")).to_be_visible()
    assert look(desk, shoot, "unpublish-question") == []
    assert Column.objects.get().live
    desk.get_by_role("button", name="Avpublicera", exact=True).click()
    expect(desk.locator("input:invalid").first).to_be_attached()
    desk.get_by_label("Ta bort också där").check()
    desk.get_by_role("button", name="Avpublicera", exact=True).click()
    expect(desk.get_by_text("1 inlägg tas bort på sociala medier.")).to_be_visible()
    assert not Column.objects.get().live
    assert Change.objects.get().kind == "delete"


def test_many_are_deleted_with_one_answer_for_all_and_another_for_one(desk: Page, shoot: Any) -> None:
    posts = [announced(title, number) for number, title in enumerate(("Ett", "Två", "Tre"))]
    section = posts[0].get_parent()
    desk.goto(f"/admin/pages/{section.pk}/delete/")
    desk.get_by_role("button", name="Ja, ").click()
    expect(desk.get_by_role("heading", name="Innan det raderas")).to_be_visible()
    desk.get_by_role("button", name="Radera", exact=True).click()
    expect(desk.get_by_role("alert")).to_contain_text("Svara för varje inlägg.")
    assert look(desk, shoot, "delete-question") == []
    desk.get_by_label("Ta bort alla också där").check()
    desk.get_by_role("group", name="Två").get_by_label("Låt stå kvar").check()
    desk.get_by_role("button", name="Radera", exact=True).click()
    expect(desk.get_by_text("2 inlägg tas bort på sociala medier.")).to_be_visible()
    assert not Column.objects.exists()
    assert set(Change.objects.values_list("announcement__post_title", flat=True)) == {"Ett", "Tre"}


def test_an_announcements_page_changes_and_takes_away(desk: Page, shoot: Any) -> None:
    announced("Vi behöver varandra", 1)
    row = Announcement.objects.get()
    desk.goto(f"/admin/social/{row.pk}/")
    desk.get_by_label("Text på LinkedIn").fill("Eget (ord)")
    desk.get_by_role("button", name="Ändra texten där den redan ligger").click()
    expect(desk.get_by_role("heading", name="Texten ska ändras på LinkedIn")).to_be_visible()
    found = look(desk, shoot, "change-waits")
    desk.get_by_role("button", name="Stoppa ändringen").click()
    expect(desk.get_by_text("Stoppat. Inget ändras där.")).to_be_visible()
    desk.get_by_role("link", name="Ta bort från LinkedIn").click()
    expect(desk.get_by_text("Det går inte att ångra")).to_be_visible()
    found += look(desk, shoot, "take-away")
    desk.get_by_role("button", name="Ta bort från LinkedIn").click()
    expect(desk.get_by_role("heading", name="Det ska tas bort från LinkedIn")).to_be_visible()
    assert found == []
