"""The landing pages in a real browser: accessible, narrow and wide, light and dark, with and without scripts."""

import os
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from wagtail.search.index import insert_or_update_object

from cms.models import Call, Person, Post, Region, Role, Topic
from tests.browser.accessibility import violations
from tests.browser.magazine import printed
from tests.browser.press import person, publish

PATHS = {
    "people": "/personer/",
    "person": "/personer/karin-ek/",
    "topics": "/amnen/",
    "region": "/regioner/norrland/",
    "year": f"/arkiv/{timezone.localdate().year}/",
    "calendar": "/kalender/",
    "past": f"/kalender/?ar={timezone.localdate().year - 1}",
    "search": "/sok/?q=chefer",
    "nothing": "/sok/?q=ledarskapande",
}
LOOKS = [(360, "light"), (1280, "dark")]
MORE = [(360, "dark"), (1280, "light"), (768, "light")] if os.environ.get("SHOTS") else []


@pytest.fixture
def magazine(site):
    """The magazine with a board, a call that has closed, and an index as the db_worker would make it."""
    posts = printed(timezone.now())
    Role.objects.update(organisation="FSS", begins=date(2022, 3, 15))
    norr = Region.objects.get()
    Person.objects.update(region=norr, email="karin@example.se")
    names = ("Amir Haddad", "Åsa Öberg", "Birgitta Vallin-Söderström", "Bo Ek")
    for title, name in zip(("vice ordförande", "kassör", "ledamot", "revisor"), names, strict=True):
        made = person(name, name.split()[0].lower().replace("å", "a"), "socialchef", "Söderviks kommun", region=norr)
        Role.objects.create(person=made, title=title, organisation="", begins=date(2023, 3, 15))
    gone = timezone.localdate() - timedelta(days=365)
    publish(Call, posts["home"], title="Nominera till årets chef", deadline=gone, date=timezone.now() - timedelta(days=400))
    for row in [*(post.specific for post in Post.objects.all()), *Topic.objects.all(), *Person.objects.all()]:
        insert_or_update_object(row)
    return posts


@pytest.fixture
def scriptless(chromium, site):
    context = chromium.new_context(base_url=site, java_script_enabled=False, viewport={"width": 390, "height": 800})
    yield context.new_page()
    context.close()


def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(page, magazine, shoot):
    problems = {}
    for name, path in PATHS.items():
        assert page.goto(path).status == 200
        for width, scheme in [*LOOKS, *MORE]:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            shoot(f"landing-{name}-{width}-{scheme}", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            if (width, scheme) in LOOKS:
                problems[name, width] = violations(page)
    assert {name: found for name, found in problems.items() if found} == {}


def test_suggestions_are_chosen_by_keyboard_and_nothing_needs_a_script(page, scriptless, magazine, shoot):
    page.goto("/sok/")
    field = page.get_by_role("combobox", name="Sök efter")
    expect(field).to_be_focused()
    field.press_sequentially("kar")
    option = page.get_by_role("option", name="Karin Ek")
    expect(option).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
    shoot("landing-suggestions")
    assert violations(page) == []
    field.press("Escape")
    expect(option).to_be_hidden()
    field.press_sequentially("i")
    expect(option).to_be_visible()
    field.press("ArrowUp")
    expect(option).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    page.wait_for_url("**/personer/karin-ek/")


    page.goto("about:blank")
    without_scripts(scriptless)


def without_scripts(page):
    page.goto("/sok/")
    page.get_by_role("searchbox", name="Sök efter").fill("ledarskapsdagar tillit")
    page.get_by_role("button", name="Sök").click()
    page.wait_for_url("**/sok/?q=*")
    page.goto("/kalender/")
    page.get_by_label("Visa", exact=True).select_option("sista-dag")
    page.get_by_role("button", name="Visa datumen").click()
    expect(page.get_by_text("12 dagar kvar")).to_be_visible()
    page.goto("/personer/")
    page.get_by_label("Dag", exact=True).fill("2022-06-01")
    page.get_by_role("button", name="Visa styrelsen").click()
    expect(page.get_by_role("heading", name="Styrelsen den 1 juni 2022")).to_be_visible()
    expect(page.locator(".seat")).to_have_count(1)
