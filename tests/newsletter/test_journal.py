"""The journal: what it keeps, what a cut leaves, who holds it."""

import fcntl
import os
import signal
import subprocess
import sys
import threading

import pytest

from newsletter import journal
from newsletter.journal import Closed, Journal
from newsletter.relays import ACCEPTED, UNSENT, Outcome


def test_what_was_noted_can_be_read_back():
    kept = Journal("a:1:x")
    kept.begin(1, 10)
    kept.done(1, 10, Outcome(ACCEPTED, "250 ok\nköad\tsom 1"))
    kept.begin(1, 11)
    kept.done(1, 13, Outcome(ACCEPTED, "taken", provider_id="b7bc2f4a"))
    kept.done(2, 12, Outcome("refused", "550 5.1.1", hard=True))
    notes = journal.read("a:1:x", {1, 2})
    assert notes == {
        (1, 10): Outcome(ACCEPTED, "250 ok köad som 1"),
        (1, 11): None,
        (1, 13): Outcome(ACCEPTED, "taken", provider_id="b7bc2f4a"),
        (2, 12): Outcome("refused", "550 5.1.1", hard=True),
    }
    assert journal.read("a:1:x", {2}) == {(2, 12): Outcome("refused", "550 5.1.1", hard=True)}
    kept.close(remove=True)
    assert journal.read("a:1:x", {1}) is None


def test_a_later_note_counts_and_emptying_forgets():
    kept = Journal("a")
    kept.begin(1, 10)
    kept.done(1, 10, Outcome(UNSENT, "gone"))
    kept.begin(1, 10)
    assert journal.read("a", {1}) == {(1, 10): None}
    kept.empty()
    assert journal.read("a", {1}) == {}
    kept.begin(2, 10)
    assert journal.read("a", {1, 2}) == {(2, 10): None}
    kept.close()


def test_a_journal_of_an_earlier_version_can_be_read(settings):
    settings.JOURNAL_DIR.mkdir(exist_ok=True)
    (settings.JOURNAL_DIR / "a.journal").write_bytes(b"B\t1\t10\nD\t1\t10\taccepted\t\t250 ok\n")
    assert journal.read("a", {1}) == {(1, 10): Outcome(ACCEPTED, "250 ok")}


def test_it_grows(monkeypatch):
    monkeypatch.setattr(journal, "SIZE", 4096)
    kept = Journal("a")
    for member in range(1_000):
        kept.begin(1, member)
    assert len(journal.read("a", {1})) == 1_000
    kept.close()


def test_a_note_that_was_cut_off_is_not_read(settings):
    kept = Journal("a")
    kept.begin(1, 10)
    kept.close()
    path = settings.JOURNAL_DIR / "a.journal"
    with path.open("r+b") as file:
        file.seek(7)
        file.write(b"D\t1\t10\tacc")
    assert journal.read("a", {1}) == {(1, 10): None}


def test_it_outlives_a_kill_and_its_lock_does_not(settings):
    script = f"""
import django, os, signal
django.setup()
from django.conf import settings
settings.JOURNAL_DIR = __import__("pathlib").Path({str(settings.JOURNAL_DIR)!r})
from newsletter.journal import Closed, Journal
kept = Journal("b")
kept.begin(5, 50)
print("ready", flush=True)
signal.pause()
"""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "deploy.settings"}
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout.readline() == "ready\n"
    assert journal.lives("b")
    assert journal.dead() == []
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not journal.lives("b")
    assert journal.dead() == ["b"]
    assert journal.read("b", {5}) == {(5, 50): None}
    journal.forget("b")
    assert not journal.known("b")


def test_a_closed_journal_lets_nobody_send():
    journal = Journal("host:1:late")
    journal.close()
    with pytest.raises(Closed):
        journal.begin(1, 2)


def test_a_file_that_a_clean_up_removed_in_between_is_made_anew(settings):
    Journal("b").close()
    path = journal._path("b")
    other = os.open(path, os.O_RDWR)
    fcntl.flock(other, fcntl.LOCK_EX)
    made = []
    waiting = threading.Thread(target=lambda: made.append(Journal("b")))
    waiting.start()
    path.unlink()
    os.close(other)
    waiting.join(10)
    assert journal.lives("b")
    made[0].close(remove=True)
