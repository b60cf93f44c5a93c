"""The reader site in a real browser: accessible, usable without scripts, never wider than the screen."""

import gzip
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from wagtail.embeds.embeds import get_embed_hash
from wagtail.embeds.models import Embed

from newsletter.models import MailingList
from tests.browser.accessibility import violations
from tests.browser.magazine import printed

FILM = "https://vimeo.com/76979871"


@pytest.fixture
def posts(site: str) -> dict[str, Any]:
    """The magazine, with its film looked up, and a newsletter to subscribe to."""
    MailingList.objects.create(name="Nyhetsbrevet", slug="nyhetsbrevet", is_open=True, description="En gång i månaden.")
    Embed.objects.create(
        url=FILM, hash=get_embed_hash(FILM), type="video", html='<iframe src="https://player.vimeo.com/1"></iframe>'
    )
    return printed(timezone.now())


@pytest.fixture
def addresses(posts: dict[str, Any]) -> dict[str, str]:
    return {name: post.url for name, post in posts.items()} | {"nowhere": "/finns-inte/utlysning/"}


@pytest.fixture
def everywhere(addresses: dict[str, str]) -> dict[str, str]:
    """Pages that no editor writes, too; they have tests of their own for the rest."""
    return addresses | {"calendar": "/kalender/", "search": "/sok/?q=rapport", "people": "/personer/", "letters": "/nyhetsbrev/"}


def test_axe_finds_nothing_on_any_kind_of_page(page, addresses, shoot):
    problems = {}
    for name, path in addresses.items():
        page.goto(path)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            shoot(f"reader-{name.replace(' ', '-')}-{scheme}", full_page=True)
            problems[name, scheme] = violations(page)
    assert {name: found for name, found in problems.items() if found} == {}


def test_nothing_is_wider_than_the_screen(page, addresses, shoot):
    for name, path in addresses.items():
        page.goto(path)
        for width in (320, 390, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            shoot(f"reader-{name.replace(' ', '-')}-{width}", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)


def test_a_page_makes_no_noise_and_moves_nothing(page, everywhere):
    """What a policy in the headers keeps from running or showing is said on the console."""
    said: list[tuple[str, str]] = []
    page.on("console", lambda message: said.append((page.url, message.text)))
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries())"
        " window.moved += entry.value }).observe({ type: 'layout-shift', buffered: true })"
    )
    for name, path in everywhere.items():
        answer = page.goto(path, wait_until="networkidle")
        assert "script-src 'self';" in answer.headers["content-security-policy"]
        # A typeface that arrives late may move a line by a pixel.
        assert round(page.evaluate("window.moved"), 2) == 0, name
    assert [(url, text) for url, text in said if "404" not in text] == []


def test_an_editors_own_bar_is_not_kept_from_working(page, addresses, sign_in, eva):
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    sign_in(eva)
    page.goto(addresses["article"], wait_until="networkidle")
    page.locator(".w-userbar-trigger").click()
    expect(page.locator("#wagtail-userbar-items")).to_be_visible()
    page.goto("/admin/", wait_until="networkidle")
    assert [text for text in said if "Content Security Policy" in text] == []


@pytest.mark.parametrize("name", ["home", "article"])
def test_the_first_view_is_light_and_waits_for_no_script(page, addresses, name):
    """What comes over the wire as a server compresses it; pictures apart."""
    bodies: dict[str, bytes] = {}
    page.on("response", lambda answer: bodies.update({answer.url: answer.body()}))
    page.goto(addresses[name], wait_until="networkidle")
    own = {url: body for url, body in bodies.items() if "/media/" not in url}
    sizes = {url: len(body) if url.endswith(".woff2") else len(gzip.compress(body)) for url, body in own.items()}
    assert sum(sizes.values()) <= 100_000, sizes
    fonts = {url for url in own if url.endswith(".woff2")}
    assert page.evaluate("[...document.querySelectorAll('link[rel=preload][as=font]')].every(one => one.href)")
    assert len(fonts) == 2
    blocking = "filter(one => one.renderBlockingStatus === 'blocking').map(one => one.name)"
    waits = f"[...performance.getEntriesByType('resource')].{blocking}"
    assert [url for url in page.evaluate(waits) if not url.endswith(".css")] == []


def test_the_keyboard_reaches_the_text_at_once(page, addresses):
    page.goto(addresses["article"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Hoppa till innehållet"
    page.keyboard.press("Enter")
    page.wait_for_url("**/*#main")


def test_the_menu_of_a_small_screen_opens_and_closes(page, addresses):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(addresses["home"])
    link = page.get_by_role("link", name="Utlysningar", exact=True)
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Meny").click()
    expect(link).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()


def test_a_film_plays_after_a_click_and_not_before(page, addresses):
    asked: list[str] = []
    page.route("https://player.vimeo.com/**", lambda route: (asked.append(route.request.url), route.fulfill(body="film")))
    page.goto(addresses["film"], wait_until="networkidle")
    assert asked == []
    page.locator("a[data-player]").click()
    page.locator("iframe.player").wait_for()
    page.wait_for_function("document.activeElement.tagName === 'IFRAME'")
    assert asked == ["https://player.vimeo.com/1?dnt=1&autoplay=1"]


@pytest.fixture
def scriptless(chromium: Browser, site: str):
    context = chromium.new_context(base_url=site, java_script_enabled=False, viewport={"width": 390, "height": 800})
    yield context.new_page()
    context.close()


def test_everything_is_there_without_scripts(scriptless, addresses):
    page = scriptless
    page.goto(addresses["home"])
    page.get_by_role("button", name="Meny").click()
    page.get_by_role("link", name="Utlysningar", exact=True).click()
    page.get_by_role("link", name="Skicka in ditt abstract till forskningsdagarna").click()
    expect(page.get_by_text("12 dagar kvar")).to_be_visible()
    page.goto(addresses["film"])
    assert page.locator("a[data-player]").get_attribute("href") == FILM
    page.get_by_text("Läs vad som sägs i filmen").click()
    expect(page.get_by_text("Vi började med att fråga")).to_be_visible()


def test_print_shows_the_text_and_leaves_the_rest(page, addresses):
    page.goto(addresses["column"])
    page.emulate_media(media="print")
    assert page.get_by_text("Varma hälsningar").is_visible()
    assert not page.locator("#menu").is_visible()
    assert not page.locator(".related").is_visible()
