"""Mailings whose workers, scheduler or database server are killed at random moments: counted at the mail server.

Used by `test_mailing_kill` and by `tests.bench.bench_kills`. Two workers share one relay's budget all the
time; each run is a mailing of its own, in which something dies once, and is started again.
"""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.postgres import Cluster, running_cluster
from tests.processes import ROOT, World, world
from tests.smtp_server import SmtpServer

CONNECTIONS = 4
# What a relay says on a bad day. One letter's answer is lost, so one more may be in doubt.
HOSTILE = (
    {"at": "rcpt", "match": "m17@", "say": "451 4.7.1 greylisted", "times": 1},
    {"at": "dot", "match": "m23@", "say": "", "act": "lose", "times": 1},
    {"at": "rcpt", "match": "m31@", "say": "421 4.7.0 closing", "act": "close_after", "times": 1},
    {"at": "dot", "match": "m411@", "say": "451 4.3.0 later", "times": 1},
)
# Nobody waits for five minutes here.
AGAIN = "UPDATE newsletter_delivery SET next_attempt_at = first_attempt_at WHERE mailing_id = {mailing} AND state = 'deferred'"
PREPARE = """
from django.utils import timezone
from newsletter.models import Mailing
from tests.newsletter.stage import make_list, make_mailing, make_members
now = timezone.now()
found = make_list()
make_members({people}, found, now)
for _ in range({runs}):
    print(make_mailing(found, now, state=Mailing.HELD).pk)
"""
# One statement, so one moment: the rows, what the tally says of them, and how many were frozen.
SUM = """
SELECT (SELECT frozen_count FROM newsletter_mailing WHERE id = {mailing}), COALESCE(SUM(rows), 0), COALESCE(SUM(ABS(wrong)), 0)
FROM (SELECT state, SUM(n) AS rows, SUM(n) - SUM(t) AS wrong FROM (
    SELECT state, 1 AS n, 0 AS t FROM newsletter_delivery WHERE mailing_id = {mailing}
    UNION ALL SELECT state, 0 AS n, count AS t FROM newsletter_tally WHERE mailing_id = {mailing}) AS lines
  GROUP BY state) AS sums
"""


@dataclass
class Tally:
    """What came of all runs together."""

    runs: int = 0
    missed: int = 0
    doubles: int = 0
    uncertain: int = 0
    most_uncertain: int = 0
    samples: int = 0
    fell: int = 0
    killed: dict[str, int] = field(default_factory=dict)


class House:
    """Two workers and a scheduler on one database, and the mail server that they send to."""

    def __init__(self, place: World, server: SmtpServer, people: int, runs: int, cluster: Cluster | None) -> None:
        self.place, self.server, self.people, self.cluster = place, server, people, cluster
        self.mailings = [int(line) for line in place.ask(PREPARE.format(people=people, runs=runs)).split()]
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.tally = Tally()

    def start(self, name: str) -> None:
        """Start "worker 1", "worker 2" or "scheduler"."""
        environment = self.place.environment | {"LOG_LEVEL": "WARNING"}
        command = [sys.executable, "manage.py", name.partition(" ")[0]]
        with (self.place.folder / "log").open("ab") as log:
            self.processes[name] = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def tend(self) -> None:
        """Start again what ended by itself, as a supervisor does; it is counted."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                self.tally.fell += 1
                self.start(name)

    def stop(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()

    def kill(self, victim: str) -> None:
        """Kill -9, and start it again."""
        self.tally.killed[victim.partition(" ")[0]] = self.tally.killed.get(victim.partition(" ")[0], 0) + 1
        if victim == "database":
            assert self.cluster is not None
            self.cluster.kill()
            self.cluster.start()
            return
        self.processes[victim].kill()
        self.processes[victim].wait()
        self.start(victim)

    def run(self, mailing: int, moment: random.Random, *, hostile: bool = False, preparing: bool = False) -> None:
        """Send one mailing, kill something in its midst or while it is prepared, and see that all is well in the end."""
        # Workers most often, and each of the others in its turn.
        victims = ["worker 1", "worker 2", "database" if self.cluster else "worker 1", "scheduler", "worker 2"]
        victim, at = victims[self.tally.runs % len(victims)], 0 if preparing else moment.randrange(self.people)
        self.server.ask(forget=True)
        self.server.script(*HOSTILE * hostile)
        self.place.write(f"UPDATE newsletter_mailing SET state = 'preparing' WHERE id = {mailing}")
        end, killed = time.monotonic() + 60 + self.people / 50, False
        while not killed or not self.settled(mailing):
            assert time.monotonic() < end, (victim, at, len(self.server.counts()), self.states(mailing), self.traces())
            if not killed and sum(self.server.counts().values()) >= at:
                self.kill(victim)
                killed = True
            self.sample(mailing)
            if hostile:
                self.hasten(mailing)
            self.tend()
            time.sleep(0.02)
        self.judge(mailing, victim, CONNECTIONS + hostile)

    def hasten(self, mailing: int) -> None:
        with suppress(psycopg.OperationalError):
            if "deferred" in self.states(mailing):
                self.place.write(AGAIN.format(mailing=mailing))

    def traces(self) -> list[object]:
        """What helps to understand a run that came to no end."""
        tables = ("newsletter_batch", "newsletter_relayshare", "newsletter_relaystate", "deploy_heartbeat")
        found: list[object] = [self.place.query(f"SELECT * FROM {table}") for table in tables]
        found += [sorted(path.name for path in (self.place.folder / "journal").glob("*"))]
        found += [{name: process.pid if process.poll() is None else -1 for name, process in self.processes.items()}]
        return [*found, (self.place.folder / "log").read_text()[-3_000:]]

    def sample(self, mailing: int) -> None:
        """Look at one moment: the sum holds, the tally is true, and no more connections are open than there may be."""
        with suppress(psycopg.OperationalError):
            ((frozen, rows, wrong),) = self.place.query(SUM.format(mailing=mailing))
            assert (rows, wrong) == (frozen, 0)
        # A dead worker's connections are closed by the system, which the server learns a moment later.
        if self.server.ask()["open"] > CONNECTIONS:
            self.server.wait_for(lambda known: known["open"] <= CONNECTIONS, 1)
        self.tally.samples += 1

    def states(self, mailing: int) -> dict[str, int]:
        rows = self.place.query(f"SELECT state, count(*) FROM newsletter_delivery WHERE mailing_id = {mailing} GROUP BY state")
        return dict(rows)

    def settled(self, mailing: int) -> bool:
        try:
            states = self.states(mailing)
        except psycopg.OperationalError:
            return False
        return sum(states.values()) == self.people and not {"waiting", "sending", "deferred"} & set(states)

    def judge(self, mailing: int, victim: str, most: int) -> None:
        """Everybody got it once, or is known to be in doubt: at most `most`."""
        counts, tally = self.server.counts(), self.tally
        rows = dict(self.place.query(f"SELECT address, state FROM newsletter_delivery WHERE mailing_id = {mailing}"))
        uncertain = [address for address, state in rows.items() if state == "uncertain"]
        tally.runs += 1
        tally.missed += sum(1 for address, state in rows.items() if address not in counts and state != "uncertain")
        tally.doubles += sum(count - 1 for count in counts.values())
        tally.uncertain += len(uncertain)
        tally.most_uncertain = max(tally.most_uncertain, len(uncertain))
        assert set(rows.values()) <= {"accepted", "uncertain"}, (victim, self.states(mailing))
        assert (tally.missed, tally.doubles) == (0, 0), victim
        assert len(uncertain) <= most, (victim, uncertain)
        assert self.server.ask()["violations"] == []


@contextmanager
def house(folder: Path, people: int, runs: int, *, database_server: bool) -> Iterator[House]:
    """A house whose database is a file, or a PostgreSQL of its own that may be killed too."""
    fields = {"LEASE_SECONDS": "2", "SITE_URL": "https://ordet.example.se"}
    with SmtpServer(delay=0.001) as server:
        fields["MAIL_RELAYS"] = server.relay(connections=CONNECTIONS, name="relay")
        if database_server:
            with running_cluster() as cluster:
                place = World(folder, cluster.url, **fields)
                place.run("migrate", "--verbosity=0")
                with _staffed(House(place, server, people, runs, cluster)) as made:
                    yield made
            return
        with world(folder, **fields) as place, _staffed(House(place, server, people, runs, None)) as made:
            yield made


@contextmanager
def _staffed(made: House) -> Iterator[House]:
    try:
        for name in ("worker 1", "worker 2", "scheduler"):
            made.start(name)
        yield made
    finally:
        made.stop()
