"""What axe finds on a page that has come to rest."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
# Of the admin the page's own part alone: Wagtail's frame, messages and text editor have faults of their own.
OURS = {"include": [["main"]], "exclude": [[".messages"], [".Draftail-Editor"]]}

# Endless and paused animations never finish.
AT_REST = """Promise.all(document.getAnimations()
    .filter((one) => one.playState === "running" && one.effect.getComputedTiming().iterations !== Infinity)
    .map((one) => Promise.race([one.finished.catch(() => null), new Promise((done) => setTimeout(done, 1000))])))
    .then(() => null)"""


def violations(page: Page, context: Any = None) -> list[str]:
    """Return what breaks WCAG 2.2 AA within `context`, once colours and messages have stopped fading."""
    page.evaluate(AT_REST)
    found = Axe().run(page, context=context, options=WCAG).response["violations"]
    return [f"{one['id']}: {node['html'][:150]} {node.get('failureSummary', '')[:300]}" for one in found for node in one["nodes"]]
