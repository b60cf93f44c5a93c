"""In whatever order a post is edited, its text changed and a worker's answers lost: what stands there is what was meant last."""

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
    st.tuples(st.just("work"), st.sampled_from(["done", "lost before", "lost after", "died after"])),
)


class Died(BaseException):
    """A worker is no more."""


class Play:
    """A post that is out, what was meant last, and workers whose answers get lost."""

    def __init__(self, post, monkeypatch) -> None:
        self.post, self.patch, self.now, self.own = post, monkeypatch, timezone.now(), None

    @property
    def row(self) -> Announcement:
        return Announcement.objects.select_related("post").get()

    def meant(self) -> str:
        return self.own or draft(self.row.post, "memory", self.now)[0].text

    def edit(self, words):
        Column.objects.update(summary=words)
        changes.follow(self.post)

    def own_text(self, words):
        try:
            change_desk.change_text(self.row, words, self.now)
        except NotNow:
            assert self.row.text == (words or self.meant())
        self.own = words or None

    def work(self, outcome):
        update = Memory.__dict__["update"]

        def answer(channel, remote_id, text):
            if "before" not in outcome:
                update(channel, remote_id, text)
            if outcome != "done":
                raise NotSent("?") if "lost" in outcome else Died

        with self.patch.context() as patch:
            patch.setattr(Memory, "update", answer)
            self.now += timedelta(hours=2)
            with suppress(Died):
                changes.changes_due(self.now)

    def step(self, what, value):
        {"edit": self.edit, "own": self.own_text, "back": self.own_text, "work": self.work}[what](value or "")


@pytest.fixture
def post(publish, memory):
    """A post that is out."""
    made = publish(summary="Ett")
    announce_due(timezone.now() + timedelta(hours=1))
    return made


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
        assert [found.text for found in Memory.posts] == [play.meant()]
        assert (play.row.text, play.row.own_text) == (play.meant(), play.own or "")
        assert not Change.objects.filter(state__in=("waiting", "sending", "failed")).exists()
        transaction.set_rollback(True)
    out.wire = first
