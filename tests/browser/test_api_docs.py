"""The page about the content API, in a real browser: it works under the policy of the reader site, and can be tried on."""

from playwright.sync_api import expect


def test_the_api_can_be_read_and_tried_on(page, site, shoot):
    noise = []
    page.on("console", lambda message: noise.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: noise.append(str(error)))
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/api/content/v1/")
    page.locator("#operations-vocabulary-listTopics button.opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table td.response-col_status").last).to_contain_text("200")
    shoot("api-docs")
    assert noise == []
    assert [url for url in asked if not url.startswith((site, "data:"))] == []
