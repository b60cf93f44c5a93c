"""Whatever happens to a create: one post is live, whole, and none was made blindly. Real HTTP, handed time, all moods.

Each fault is played with LinkedIn's duplicate check on and off, and with unescaped characters cut or refused.
"""

import json
from datetime import timedelta

import pytest

from cms.models import Column
from social.models import Announcement, ChannelState
from tests.processes import until
from tests.social.calls import blind_repeats

pytestmark = pytest.mark.usefixtures("linkedin")

TEXT = (
    "Nya regler (S2026/01) för vård & omsorg – <nu> {se} [här] |\n\n"
    "Skriv till anna_b@example.se, *senast* ~15:e \\ fredag. #barnrätt #1 C# 👩‍👩‍👧 🇸🇪 #️⃣"
)
GHOST = json.dumps({"status": 422, "code": "DUPLICATE_POST", "message": "Content is a duplicate of urn:li:share:123."})
HTML = "<html><h1>Bad gateway</h1></html>"
LOST = {"do": "drop", "when": "after"}

# What happens to the create, in the stand-in's words, and what happens to the looks that follow.
ANSWERS = {
    "dropped": {"do": "drop"},
    "torn in its body": {"do": "torn"},
    "torn in its head": {"do": "half"},
    "201 without an id": {"do": "answer", "status": 201},
    "201 with an id of something else": {"do": "answer", "status": 201, "headers": {"x-restli-id": "urn:li:person:7"}},
    "200 in HTML": {"do": "answer", "status": 200, "body": HTML, "kind": "text/html"},
    "302": {"do": "answer", "status": 302, "headers": {"Location": "https://elsewhere.example/"}},
    "408": {"do": "answer", "status": 408},
    "409": {"do": "answer", "status": 409, "body": '{"code": "CONFLICT"}'},
    "500": {"do": "answer", "status": 500, "body": '{"message": "?"}'},
    "502 in HTML": {"do": "answer", "status": 502, "body": HTML, "kind": "text/html"},
    "503 in bad JSON": {"do": "answer", "status": 503, "body": '{"message": '},
    "a ghost's duplicate": {"do": "answer", "status": 422, "body": GHOST},
}
LOOKS = {
    "dropped": {"do": "drop"},
    "torn": {"do": "torn"},
    "500": {"do": "answer", "status": 500},
    "HTML": {"do": "answer", "status": 200, "body": HTML, "kind": "text/html"},
    "bad JSON": {"do": "answer", "status": 200, "body": '{"elements": [{"id": '},
    "no list": {"do": "answer", "status": 200, "body": '{"elements": null}'},
    "429": {"do": "answer", "status": 429, "headers": {"Retry-After": "5"}},
    "401": {"do": "answer", "status": 401},
}


class Stage:
    """A post whose announcement is watched until it is settled; LinkedIn's clock goes with the test's."""

    def __init__(self, linkedin, days, publish) -> None:
        self.linkedin, self.days, self.publish = linkedin, days, publish

    def later(self, seconds: float) -> dict[str, int]:
        self.days.later(seconds)
        self.linkedin.order("settings", ahead=self.days.ahead.total_seconds())
        return self.days.work()

    def begin(self) -> None:
        self.publish(Column, outlets={"linkedin": {"text": TEXT}})
        self.later(0)

    def next(self) -> str:
        """Go to when something is due, let it happen, and return the row's state."""
        row, quiet = Announcement.objects.get(), ChannelState.objects.get().quiet_until
        due = max(row.next_attempt_at, quiet or row.next_attempt_at) - self.days.now
        self.later(max(due / timedelta(seconds=1), 0) + 0.01)
        return Announcement.objects.get().state

    def settle(self) -> Announcement:
        for _ in range(12):
            if self.next() not in Announcement.UNSETTLED:
                return Announcement.objects.get()
        raise AssertionError(f"not settled: {Announcement.objects.get().last_error}")

    def is_out_once(self) -> None:
        row, (post,) = self.settle(), self.linkedin.posts
        assert (row.state, row.remote_id, row.last_error) == ("published", post["id"], "")
        assert post["visible"] == row.text == TEXT
        assert blind_repeats(self.linkedin.ask("calls")) == 0


@pytest.fixture(params=["truncate", "reject"])
def mode(request, linkedin):
    linkedin.order("settings", truncate=request.param == "truncate")


@pytest.fixture(params=["checked", "unchecked"])
def duplicates(request, linkedin):
    linkedin.order("settings", duplicates=request.param == "checked")


@pytest.fixture
def stage(linkedin, days, publish, duplicates, mode):
    return Stage(linkedin, days, publish)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_create_that_is_answered_so(stage, linkedin, answer, when):
    linkedin.script("create", when=when, **ANSWERS[answer])
    stage.begin()
    stage.is_out_once()
    assert linkedin.calls("create") == (1 if when == "after" else 2)


@pytest.mark.parametrize("look", LOOKS)
def test_a_look_for_a_lost_answer_that_is_answered_so(stage, linkedin, look):
    linkedin.script("create", **LOST)
    linkedin.script("finder", **LOOKS[look])
    stage.begin()
    assert stage.next() == ("published" if look == "401" else "unknown")
    if look != "401":
        stage.is_out_once()
    assert linkedin.calls("create") == 1


@pytest.mark.parametrize("wait", [1, 30])
@pytest.mark.parametrize("answer", ["dropped", "500", "a ghost's duplicate"])
def test_a_list_that_lags_three_seconds_behind(stage, linkedin, settings, answer, wait):
    settings.RECONCILE_WAIT_SECONDS = wait
    linkedin.order("settings", lag=3.0)
    linkedin.script("create", when="after", **ANSWERS[answer])
    stage.begin()
    stage.is_out_once()
    assert linkedin.calls("create") == 1


@pytest.fixture
def impatient(linkedin, settings):
    settings.SOCIAL_CHANNELS = {"linkedin": linkedin.options | {"timeout": 1.0}}
    yield
    linkedin.order("release")


def landed(linkedin) -> None:
    """Let LinkedIn go on with the request that nobody waits for any more."""
    linkedin.order("release")
    until(lambda: linkedin.ask("held") == 0 and linkedin.ask("calls")[0]["acted"])


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_that_comes_after_the_time_is_up(stage, linkedin, impatient, when):
    linkedin.script("create", "hold", when)
    stage.begin()
    landed(linkedin)
    stage.is_out_once()
    assert linkedin.calls("create") == 1


def test_a_create_that_lands_only_when_it_was_looked_for_twice(stage, linkedin, impatient):
    linkedin.script("create", "hold")
    stage.begin()
    assert [stage.next(), stage.next()] == ["unknown", "unknown"]
    landed(linkedin)
    stage.is_out_once()
    assert linkedin.calls("create") == 1


def test_a_slow_look_is_a_failed_look(stage, linkedin, impatient):
    linkedin.script("create", **LOST)
    linkedin.script("finder", "hold")
    stage.begin()
    assert stage.next() == "unknown"
    landed(linkedin)
    stage.is_out_once()


def test_a_token_that_ends_and_a_limit_that_is_reached_before_the_fault(stage, linkedin):
    linkedin.order("end", how="expired")
    for _ in range(2):
        linkedin.script("create", "answer", status=429, headers={"Retry-After": "1"})
    linkedin.script("create", **LOST)
    stage.begin()
    stage.is_out_once()
    assert linkedin.calls("token") == 1


def test_two_lost_creates_ask_an_editor_and_a_third_is_never_made(stage, linkedin):
    linkedin.script("create", "drop", times=2)
    stage.begin()
    assert stage.settle().state == "needs_check"
    stage.later(86_400)
    assert (linkedin.calls("create"), linkedin.posts) == (2, [])
    assert blind_repeats(linkedin.ask("calls")) == 0


def test_a_second_create_whose_answer_is_lost_is_looked_up_like_the_first(stage, linkedin):
    linkedin.script("create", "drop")
    linkedin.script("create", **LOST)
    stage.begin()
    stage.is_out_once()
    assert linkedin.calls("create") == 2


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_look_that_is_refused_for_good_asks_an_editor(stage, linkedin, status):
    linkedin.script("create", **LOST)
    linkedin.script("finder", "answer", status=status, body='{"message": "Nej"}', times=99)
    stage.begin()
    row = stage.settle()
    assert (row.state, row.last_status) == ("needs_check", status)
    assert row.last_error.startswith("Det gick inte att leta efter inlägget: ")
    assert linkedin.calls("create") == 1


def test_a_duplicate_of_something_that_cannot_be_read_is_looked_for_in_the_list(stage, linkedin):
    linkedin.script("create", when="after", **ANSWERS["a ghost's duplicate"])
    linkedin.script("get", "answer", status=400, body='{"message": "not a share"}')
    stage.begin()
    stage.is_out_once()


def test_an_error_of_our_own_in_a_look_leaves_the_row_unknown(stage, linkedin, monkeypatch, caplog):
    def broken(*_):
        raise ZeroDivisionError

    linkedin.script("create", **LOST)
    stage.begin()
    with monkeypatch.context() as patched:
        patched.setattr("social.channels.linkedin.matches", broken)
        assert stage.next() == "unknown"
    assert "ZeroDivisionError" in caplog.text
    assert "loggen" in Announcement.objects.get().last_error
    stage.is_out_once()


def test_the_stand_in_cuts_or_refuses_what_is_not_escaped(stage, linkedin, monkeypatch):
    monkeypatch.setattr("social.channels.linkedin.text.escape", lambda plain: plain)
    stage.begin()
    cut = [post["visible"] for post in linkedin.posts]
    assert cut in ([TEXT.partition("(")[0]], [])
    assert bool(cut) == linkedin.ask("settings")["truncate"]
