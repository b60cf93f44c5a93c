"""In whatever order a post is edited, changed, taken away and answers lost: what stands there is what was meant last."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cms.models import Column
from social import change_desk, changes
from social.announce import NotNow, announce_due
from social.channels import NotSent
from social.channels.memory import Memory
from social.models import Announcement, Change
from social.posts import draft

WORDS = st.sampled_from(["Ett", "Två"])
STEPS = st.one_of(
    st.tuples(st.just("edit"), WORDS),
    st.tuples(st.just("own"), WORDS.map("Eget: {}".format)),
    st.tuples(st.just("back"), st.none()),
    st.tuples(st.just("away"), st.none()),
    st.tuples(st.just("work"), st.sampled_from(["done", "lost before", "lost after", "died after"])),
)


class Died(BaseException):
    """A worker is no more."""


class Play:
    """A post that is out, what was meant last, and workers whose answers get lost."""

    def __init__(self, post, monkeypatch) -> None:
        self.post, self.patch, self.now, self.own = post, monkeypatch, timezone.now(), None
        self.away = False

    @property
    def row(self) -> Announcement:
        return Announcement.objects.select_related("post").get()

    def meant(self) -> str:
        return self.own or draft(self.row.post, "memory", self.now)[0].text

    def edit(self, words):
        Column.objects.update(summary=words)
        changes.follow(self.post)

    def own_text(self, words):
        if self.away:
            with pytest.raises(NotNow):
                change_desk.change_text(self.row, words, self.now)
            return
        try:
            change_desk.change_text(self.row, words, self.now)
        except NotNow:
            assert self.row.text == (words or self.meant())
        self.own = words or None

    def take_away(self, _nothing):
        if not self.away:
            change_desk.take_away(self.row, self.now)
        self.away = True

    def answer(self, act, outcome):
        def answered(*said):
            if "before" not in outcome:
                act(*said)
            if outcome != "done":
                raise NotSent("?") if "lost" in outcome else Died

        return answered

    def work(self, outcome):
        with self.patch.context() as patch:
            for name in ("update", "delete"):
                patch.setattr(Memory, name, self.answer(Memory.__dict__[name], outcome))
            self.now += timedelta(hours=2)
            with suppress(Died):
                changes.changes_due(self.now)

    def step(self, what, value):
        acts = {"edit": self.edit, "own": self.own_text, "back": self.own_text, "away": self.take_away, "work": self.work}
        acts[what](value or "")


@pytest.fixture
def post(publish, memory):
    """A post that is out."""
    made = publish(summary="Ett")
    announce_due(timezone.now() + timedelta(hours=1))
    return made


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=12))
@example(steps=[("edit", "Två"), ("work", "lost after"), ("edit", "Ett")])
@example(steps=[("own", "Eget"), ("work", "done"), ("back", None), ("edit", "Två")])
def test_what_stands_there_is_what_was_meant_last(post, monkeypatch, steps):
    [out] = Memory.posts
    first = out.wire
    with transaction.atomic():
        play = Play(post, monkeypatch)
        for what, value in steps:
            play.step(what, value)
        while changes.next_due(play.now):
            play.work("done")
        assert [found.text for found in Memory.posts] == ([] if play.away else [play.meant()])
        assert play.row.state == ("removed" if play.away else "published")
        assert play.away or (play.row.text, play.row.own_text) == (play.meant(), play.own or "")
        assert not Change.objects.filter(state__in=("waiting", "sending", "failed")).exists()
        transaction.set_rollback(True)
    Memory.posts[:], out.wire = [out], first
