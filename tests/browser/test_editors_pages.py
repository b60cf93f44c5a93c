"""The editors' pages in a real browser: accessible, narrow and wide, light and dark; the checks work while they write."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from cms import thumbs
from cms.models import Call, Column, Post
from newsletter.models import MembershipApplication
from tests.browser.accessibility import OURS, violations
from tests.newsletter.newsroom import picture

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
BODY = [("heading", {"text": "Litet först", "level": "h3"}), ("text", '<p>Rapporten finns <a href="https://a.example.se">här</a>.</p>')]
WIDER = "[...document.querySelectorAll('html, main')].some((one) => one.scrollWidth > one.clientWidth)"
SKIPPED = "Felaktig rubrikhierarki"


@pytest.fixture
def post(publish: Any) -> Any:
    """A column with something to remark, beside a call that closes today; somebody wants to become a member."""
    publish(Call, title="Utlysning", slug="utlysning", deadline=timezone.localdate())
    publish(Column, slug="med-bild", lead_image=picture()).lead_image.get_rendition(thumbs.SPEC)
    made = publish(Column, summary="", body=BODY)
    Post.objects.filter(pk=made.pk).update(review_by=date(2026, 3, 1))
    MembershipApplication.objects.create(name="Anna Åkesson", address="anna@exempel.se", message="Jag vill vara med.")
    return made


def test_every_page_is_for_everybody(page: Page, sign_in: Any, eva: Any, post: Any, shoot: Any) -> None:
    sign_in(eva)
    places = {
        "calendar": reverse("cms_planned") + "?visa=manad",
        "remarked": reverse("cms_remarked"),
        "remarks": reverse("cms_remarks", args=[post.pk]),
        "review": reverse("cms_review"),
        "roles": reverse("wagtailusers_groups:index"),
        "posts": reverse("wagtailadmin_explore", args=[post.get_parent().pk]),
        "applications": reverse("newsletter_applications"),
        "become-member": "/bli-medlem/",
    }
    # Wagtail's own table is as wide as it is.
    wide, found = {"posts"}, []
    for name, address in places.items():
        page.goto(address)
        for scheme, width in (("light", 1280), ("dark", 400)):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 900})
            shoot(f"editors-{name}-{scheme}", full_page=True)
            found += [(name, scheme, one) for one in violations(page, OURS)]
            if name not in wide and page.evaluate(WIDER):
                found.append((name, scheme, "wider than the screen"))
    assert found == []


def test_the_checks_stand_beside_the_text(page: Page, sign_in: Any, eva: Any, post: Any, shoot: Any) -> None:
    sign_in(eva)
    page.goto(reverse("wagtailadmin_pages:edit", args=[post.pk]))
    page.get_by_role("button", name="Växla kontroller").click()
    remarks = page.locator("[data-remarks]")
    expect(remarks).to_contain_text("Ingressen saknas")
    expect(remarks).to_contain_text("Länken ”här” säger inte vart den leder.")
    expect(page.locator("[data-checks-panel]")).to_contain_text(SKIPPED)
    shoot("editors-checks")


def test_the_bar_checks_a_page_and_readers_have_none(page: Page, sign_in: Any, eva: Any, post: Any, shoot: Any) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(post.url, wait_until="networkidle")
    assert "userbar" not in page.content()
    sign_in(eva)
    page.goto(post.url, wait_until="networkidle")
    page.locator(".w-userbar-trigger").click()
    page.locator("#checker-trigger").click()
    expect(page.locator("#checker-results")).to_contain_text(SKIPPED)
    shoot("editors-bar")
    # Wagtail itself tells what it found, as an error.
    assert [text for text in said if not text.startswith("axe.run results")] == []
