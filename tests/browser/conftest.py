"""A real browser against a live server; set SHOTS to a folder to keep the pictures that the tests take."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
]

expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def chromium(django_db_setup: None) -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    contents = getattr(connection, "_test_serialized_contents", None)
    # Playwright's loop runs in this thread, and Django takes that for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        # Under that loop Django opens a second connection, which must know too what to fill an emptied database with.
        if contents is not None:
            connection._test_serialized_contents = contents  # type: ignore[attr-defined]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def site(django_db_serialized_rollback: None, live_server: Any, settings: Any) -> Iterator[str]:
    """The address of a live server whose database holds what the migrations put there."""
    settings.SITE_URL = live_server.url
    settings.WAGTAILADMIN_BASE_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    settings.ALLOWED_HOSTS = ["*"]
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SECURE_PROXY_SSL_HEADER = None
    yield str(live_server.url)
    # A window closes its connections a moment later; the server's threads must end while they may share the database.
    deadline = time.monotonic() + 10
    while any("process_request_thread" in thread.name for thread in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.02)


@pytest.fixture
def page(chromium: Browser, site: str) -> Iterator[Page]:
    """A fresh window in Swedish; an error that a script raises fails the test."""
    context = chromium.new_context(
        base_url=site, locale="sv-SE", timezone_id="Europe/Stockholm", viewport={"width": 1280, "height": 900}
    )
    context.set_default_timeout(15_000)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []


@pytest.fixture
def sign_in(page: Page, client: Any, site: str) -> Callable[..., None]:
    """Sign a user in without the login page: `sign_in(user)`."""

    def into(user: Any) -> None:
        client.force_login(user)
        page.context.add_cookies([{"name": name, "value": found.value, "url": site} for name, found in client.cookies.items()])

    return into


@pytest.fixture
def shoot(page: Page) -> Callable[..., None]:
    """Keep a picture of the window: `shoot("name")`; nothing without SHOTS."""

    def keep(name: str, **options: Any) -> None:
        if folder := os.environ.get("SHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png", **options)

    return keep
