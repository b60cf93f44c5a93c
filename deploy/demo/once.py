"""The main job, unattended: import → publish → API → issue → members' mail → LinkedIn → report.

Real processes do the work; this file only plays the editor and counts at the far ends: the mail server,
LinkedIn's stand-in, the API.
"""

import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from cms.fetch import FetchError, fetch
from cms.models import Post
from deploy.demo import welcome
from deploy.demo.audience import LIST
from deploy.demo.furnish import Furnisher
from deploy.demo.posts import COLUMN
from deploy.demo.stage import ROOT, Stage
from newsletter.models import Member, Subscription, Suppression
from social.announce import announce_again

CORPUS = ROOT.parent / "shared" / "corpus"
HERE = Path(__file__).parent
PATIENCE = 45.0


class Failed(Exception):
    """A part of the main job did not come out as it should."""


class MainJob:
    """Plays the job; `figures` holds what was counted, `failed` what went wrong."""

    def __init__(self, stage: Stage, export: Path | None = None) -> None:
        self.stage = stage
        # The real site's export where it lies beside the project, else one of the same shape, written for the demo.
        self.export = export or (CORPUS if CORPUS.exists() else HERE / "data")
        self.figures: dict[str, Any] = {}
        self.failed: list[str] = []
        self.began = time.monotonic()
        self.mailing = 0

    def play(self) -> None:
        """Play the parts in order; what one part breaks is noted, and the later ones still run where they can."""
        parts = (self.wake, self.bring, self.write, self.ask_the_api, self.post_letters, self.announce, self.account)
        for part in parts:
            started = time.monotonic()
            try:
                part()
            except (Failed, FetchError) as error:
                self.failed.append(f"{part.__name__}: {error}")
            except Exception as error:
                self.failed.append(f"{part.__name__}: {type(error).__name__}: {error}")
            print(f"{part.__name__:<14} {time.monotonic() - started:5.1f} s", flush=True)

    def wake(self) -> None:
        """Wait until everybody is ready, and connect LinkedIn."""
        from deploy.demo.run import connect

        self.until(lambda: self.answers(f"{self.stage.url('linkedin')}/_control/settings"), "LinkedIn's stand-in")
        connect(self.stage)
        self.until(lambda: self.answers(f"{self.stage.url('web')}/health/ready"), "/health/ready")
        self.until(lambda: self.answers(f"{self.stage.url('mail')}/counts.json"), "the mail server")

    def bring(self) -> None:
        """Import the old site; nothing of it may go out."""
        report = self.command(
            "import_wordpress",
            str(self.export / "wordpress-export.xml"),
            f"--media={self.export / 'media'}",
            f"--map={HERE / 'wordpress-map.json'}",
        )
        imported = Post.objects.exclude(imported_from="")
        self.figures |= {
            "imported_posts": imported.filter(live=True).count(),
            "drafts": imported.filter(live=False).count(),
            "import_problems": len(report["problems"]),
        }
        self.expect("imported_posts", 11)
        self.expect("drafts", 1)

    def write(self) -> None:
        """Publish a column of our own, as an editor does."""
        furnisher = Furnisher(timezone.now())
        self.column = furnisher.publish(furnisher.post(COLUMN))

    def ask_the_api(self) -> None:
        """Ask the content API and the reader site for what was published."""
        listed = self.json(f"{self.stage.url('web')}/api/content/v1/posts?limit=100")
        items = listed["items"]
        self.figures["api_posts"] = len(items)
        wanted = Post.objects.filter(listed=True).count()
        if len(items) != wanted:
            raise Failed(f"the API lists {len(items)} posts of {wanted}")
        for post in (self.column, self.imported("call"), self.imported("award")):
            if not any(post.title == item["title"] for item in items):
                raise Failed(f"the API does not list “{post.title}”")
            page = fetch("GET", f"{self.stage.url('web')}{post.path_on_site}")
            if page.status != 200 or post.title not in page.body.decode():
                raise Failed(f"the page of “{post.title}” answers {page.status}")

    def post_letters(self) -> None:
        """Send an issue of the imported call and award and our own column to every member who wants it."""
        posts = [self.column, self.imported("call"), self.imported("award")]
        issue: Any = welcome.issue("Nytt och gammalt från Socialcheferna", posts, "Vårt första brev från det nya systemet.")
        self.mailing = self.command("start_mailing", str(issue.pk), f"--list={LIST}")["mailing"]
        wanted = {member.ascii_address for member in consenting()}
        self.figures |= {"members": len(wanted), "members_total": Member.objects.count()}
        started = time.monotonic()
        self.until(lambda: self.mails()["total"] >= len(wanted), f"{len(wanted)} mails")
        self.figures["mailing_seconds"] = round(time.monotonic() - started, 2)
        self.until(lambda: self.report()["state"] == "sent", "the mailing's end")
        counts = self.mails()["addresses"]
        self.figures["mails_received"] = sum(counts.values())
        if set(counts) != wanted:
            raise Failed(f"mail went to {sorted(set(counts) - wanted)} and not to {sorted(wanted - set(counts))}")
        if twice := [address for address, count in counts.items() if count != 1]:
            raise Failed(f"more than one mail to {twice}")

    def announce(self) -> None:
        """Announce the imported call and award by hand; the column goes out by itself."""
        for kind in ("call", "award"):
            announce_again(self.imported(kind), "linkedin", timezone.now())
        self.until(lambda: len(self.linkedin()) >= 3, "three posts on LinkedIn")
        # Time enough for a second one to show itself.
        time.sleep(2)
        posts = self.linkedin()
        self.figures["linkedin_posts"] = len(posts)
        titles = sorted(post["content"]["article"]["title"] for post in posts)
        wanted = sorted(post.title for post in (self.column, self.imported("call"), self.imported("award")))
        if titles != wanted:
            raise Failed(f"LinkedIn shows {titles} instead of {wanted}")

    def account(self) -> None:
        """Compare the rows with what the other sides counted."""
        report = self.report()
        self.figures["deliveries"] = {state: count for state, count in report["counts"].items() if count}
        if report["counts"]["accepted"] != self.figures["mails_received"] or sum(report["counts"].values()) != report["frozen"]:
            raise Failed(f"the ledger says {report['counts']}")
        states = [row["state"] for row in self.command("announcements")]
        self.figures["announcements"] = {state: states.count(state) for state in sorted(set(states))}
        if states != ["published"] * 3:
            raise Failed(f"the announcements stand at {states}")

    # --- asking

    def imported(self, kind: str) -> Any:
        """Return the imported post of a kind. Raises Failed."""
        found = Post.objects.filter(kind=kind, live=True).exclude(imported_from="").order_by("pk").first()
        if found is None:
            raise Failed(f"the import brought no {kind}")
        return found.specific

    def report(self) -> dict[str, Any]:
        """Return the mailing's report."""
        found: dict[str, Any] = self.command("mailing_report", str(self.mailing))
        return found

    def mails(self) -> dict[str, Any]:
        """Return the mail server's counts."""
        found: dict[str, Any] = self.json(f"{self.stage.url('mail')}/counts.json")
        return found

    def linkedin(self) -> list[dict[str, Any]]:
        """Return the posts that LinkedIn's stand-in shows."""
        return [post for post in self.json(f"{self.stage.url('linkedin')}/_control/posts") if post["live"]]

    def command(self, *arguments: str) -> Any:
        """Run a management command with --json and return its answer."""
        output = io.StringIO()
        call_command(*arguments, "--json", stdout=output)
        return json.loads(output.getvalue())

    def json(self, url: str) -> Any:
        """Return the JSON that stands at `url`. Raises Failed, FetchError."""
        answer = fetch("GET", url)
        if answer.status != 200:
            raise Failed(f"{url} answers {answer.status}: {answer.body[:200].decode(errors='replace')}")
        return json.loads(answer.body)

    def answers(self, url: str) -> bool:
        """Tell whether `url` answers with 200."""
        try:
            return fetch("GET", url, timeout=5).status == 200
        except FetchError:
            return False

    def until(self, holds: Callable[[], Any], what: str) -> None:
        """Wait until `holds()`. Raises Failed."""
        end = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > end:
                raise Failed(f"{what}: not within {PATIENCE:.0f} s")
            time.sleep(0.1)

    def expect(self, name: str, value: int) -> None:
        """Compare a figure. Raises Failed."""
        if self.figures[name] != value:
            raise Failed(f"{name} is {self.figures[name]} instead of {value}")


def consenting() -> list[Member]:
    """Return the members who want the letter and may get it, reckoned apart from the newsletter's own rules."""
    subscribed = Subscription.objects.filter(state=Subscription.SUBSCRIBED, list__slug=LIST).values("member_id")
    silenced = Suppression.objects.values("address_hash")
    return list(Member.objects.filter(pk__in=subscribed, status=Member.ACTIVE).exclude(address_hash__in=silenced))
