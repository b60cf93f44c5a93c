"""Sending with ledger and journal against postfix's own tools and Django's loop, in one run.

Rounds of ours and of the baseline alternate, and the ratio is that of the medians, so that a busy machine
troubles both. `SCALE=1` takes a million people where otherwise a hundred thousand must do. Exit code 1 when
a stated ratio is missed.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack

from tests import environment
from tests.bench import crowd, postfix
from tests.bench.faraway import far_away

assert environment
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
PEOPLE = int(os.environ.get("BENCH_PEOPLE", "15000"))
LOOP = int(os.environ.get("BENCH_LOOP", "200"))
MANY = 1_000_000 if os.environ.get("SCALE") == "1" else int(os.environ.get("BENCH_MANY", "100000"))
FEW, FILLS, DELAY = 1_000, 2_000, 0.05
UNSIGNED, CPU, FAR, FILL_MS, FLAT_MB, FREEZE, PAUSE = 0.9, 30, 3.5, 0.03, 16, 2.0, 2.0


class Verdicts:
    """What was measured beside what is stated."""

    def __init__(self):
        self.missed = []

    def say(self, name, line, holds):
        print(line + ("" if holds else "   MISSED"), flush=True)
        if not holds:
            self.missed.append(name)


def relay(port, connections=4):
    return f"smtp://127.0.0.1:{port}?connections={connections}&name=bench"


class Bench:
    """One database, one sink, one list of people."""

    def __init__(self, port, now):
        self.port, self.now, self.content = port, now, crowd.letter()
        self.people = crowd.subscribed("bank", PEOPLE, now)
        self.size = len(self.compiled().fill(1, "m1@exempel.se", "Medlem 1", now))

    def compiled(self):
        from newsletter.compiled import Compiled, Envelope

        return Compiled(self.content, Envelope(7, "bank", "Bänken"))

    def engine(self, port, connections=4, listed=None):
        """Return (messages a second, CPU seconds a message) of one mailing, from claim to the last mark."""
        from django.conf import settings

        from newsletter import mailings

        settings.MAIL_RELAYS = [relay(port, connections)]
        mailing = crowd.prepared(listed or self.people, self.now, self.content)
        busy, began = time.process_time(), time.perf_counter()
        crowd.send(mailing, self.now)
        spent, busy = time.perf_counter() - began, time.process_time() - busy
        report = mailings.report(mailing)
        assert report.counts["accepted"] == report.frozen, report
        return report.frozen / spent, busy / report.frozen

    def against_source(self, rounds, port, sessions, count, **ours):
        """Return the medians of ours, of smtp-source, and our CPU seconds a message, over alternated rounds."""
        fast, base, busy = [], [], []
        for _ in range(rounds):
            base.append(postfix.source(port, count, sessions, self.size))
            rate, cpu = self.engine(port, **ours)
            fast.append(rate)
            busy.append(cpu)
        return statistics.median(fast), statistics.median(base), statistics.median(busy)

    def round_of_three(self):
        """Return the rates of ours and of smtp-source, and the CPU seconds a message of ours and of Django's loop."""
        base = postfix.source(self.port, PEOPLE, 16, self.size)
        rate, cpu = self.engine(self.port)
        return rate, base, cpu, self.django_loop()

    def django_loop(self):
        """Return the CPU seconds a message that Django takes as its documentation shows it, over one open connection."""
        from django.core.mail.backends.smtp import EmailBackend

        backend = EmailBackend(host="127.0.0.1", port=self.port, alias="bench")
        backend.open()
        spent = crowd.timed(time.process_time, lambda: [backend.send_messages([self._message(n)]) for n in range(LOOP)])
        backend.close()
        return spent / LOOP

    def _message(self, number):
        from django.core.mail import EmailMultiAlternatives

        from newsletter import identity, letter

        html, text = self.content.html, self.content.text
        values = {letter.NAME: f"Medlem {number}", letter.UNSUBSCRIBE: identity.unsubscribe_url(1, number)}
        for slot, value in values.items():
            html, text = html.replace(slot, value), text.replace(slot, value)
        message = EmailMultiAlternatives(self.content.subject, text, "a@example.se", [f"m{number}@exempel.se"])
        message.attach_alternative(html, "text/html")
        message.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return message


def speed(bench, verdicts):
    """Unsigned with four connections, and the CPU beside that of Django's loop."""
    fast, base, busy, loop = map(statistics.median, zip(*(bench.round_of_three() for _ in range(ROUNDS)), strict=True))
    print(f"  smtp-source -s 16 {base:7.0f}/s   ours {fast:7.0f}/s   {busy * 1000:.3f} ms CPU a message")
    verdicts.say("unsigned-4", f"unsigned-4: {fast / base:.2f} × smtp-source (at least {UNSIGNED})", fast >= UNSIGNED * base)
    words = f"cpu: 1/{loop / busy:.0f} of EmailMultiAlternatives' {loop * 1000:.2f} ms (at most 1/{CPU})"
    verdicts.say("cpu", words, loop >= CPU * busy)


def signed(bench):
    """The same with a key; stated by nobody, so it is only told."""
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from django.conf import settings

    for name, key in (("ed25519", ed25519.Ed25519PrivateKey.generate()), ("rsa-2048", rsa.generate_private_key(65_537, 2_048))):
        settings.MAIL_DKIM_KEY = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        fast, base, busy = bench.against_source(3, bench.port, 16, PEOPLE)
        print(f"signed-4 {name}: {fast / base:.2f} × smtp-source ({busy * 1000:.3f} ms CPU a message)", flush=True)
    settings.MAIL_DKIM_KEY = ""


def distance(bench, verdicts):
    """A server that is 50 ms away, with fifty connections on both sides."""
    with far_away(bench.port, DELAY) as port:
        fast, base, _busy = bench.against_source(3, port, 50, PEOPLE // 5, connections=50)
    print(f"  {DELAY * 1000:.0f} ms away: smtp-source -s 50 {base:7.0f}/s   ours {fast:7.0f}/s")
    verdicts.say("distance", f"distance-50: {fast / base:.2f} × smtp-source -s 50 (at least {FAR})", fast >= FAR * base)


def filling(bench, verdicts):
    """The time that one member's letter takes."""
    compiled, spent = bench.compiled(), []
    for _ in range(7):
        begun = time.process_time()
        for number in range(FILLS):
            compiled.fill(number, f"m{number}@exempel.se", f"Medlem å {number}", bench.now)
        spent.append((time.process_time() - begun) * 1000 / FILLS)
    best = statistics.median(spent)
    verdicts.say("fill", f"fill: {best:.4f} ms for {bench.size // 1000} kB (at most {FILL_MS})", best <= FILL_MS)


def pausing(bench, verdicts):
    """From a pause in the middle of a mailing until no letter is in anybody's hands."""
    from django.conf import settings
    from django.db import connection

    from newsletter import engine, mailings
    from newsletter.models import Delivery

    settings.MAIL_RELAYS = [relay(bench.port)]
    mailing = crowd.prepared(bench.people, bench.now, bench.content)

    def work():
        engine.send_due(bench.now, seconds=60)
        connection.close()

    rows = Delivery.objects.filter(mailing_id=mailing.pk)
    worker = threading.Thread(target=work)
    worker.start()
    while not rows.filter(state=Delivery.ACCEPTED).exists():
        time.sleep(0.02)
    mailings.pause(mailing)
    paused = time.perf_counter()
    while rows.filter(state=Delivery.SENDING).exists():
        time.sleep(0.02)
    spent = time.perf_counter() - paused
    worker.join()
    left = rows.filter(state=Delivery.WAITING).count()
    mailings.cancel(mailing, bench.now)
    verdicts.say(
        "pause", f"pause: effective after {spent:.2f} s with {left} left (below {PAUSE:.0f} s)", spent < PAUSE and left > 0
    )


def alone(*arguments, **environment):
    command = [sys.executable, "-m", "tests.bench.alone", *map(str, arguments)]
    done = subprocess.run(command, env=os.environ | environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def memory(bench, verdicts):
    """Peak memory of a process that sends to few, and of one that sends to many."""
    from tests.newsletter.stage import make_mailing

    peaks = []
    for people in (FEW, MANY):
        mailing = make_mailing(crowd.subscribed(f"minne{people}", people, bench.now), bench.now, bench.content)
        told = alone("send", mailing.pk, bench.port)
        peaks.append(told["peak_mb"])
        print(f"  peak memory for {people:9,} people {told['peak_mb']:6.1f} MB ({told['seconds']:.0f} s)", flush=True)
    more = peaks[1] - peaks[0]
    verdicts.say("memory", f"memory: {more:+.1f} MB from {FEW:,} to {MANY:,} people (within {FLAT_MB})", more <= FLAT_MB)


def freezing(verdicts):
    """Freezing an audience on PostgreSQL beside the bare INSERT … SELECT."""
    from tests.postgres import cluster

    with cluster() as url:
        told = alone("freeze", MANY, DATABASE_URL=url)
    ratio = told["ours"] / told["bare"]
    words = f"enqueue: {ratio:.2f} × INSERT … SELECT of {MANY:,} rows on PostgreSQL ({told['ours']:.1f} s; at most {FREEZE})"
    verdicts.say("enqueue", words, ratio <= FREEZE)


def main() -> int:
    """Run everything and sum up in the last line."""
    verdicts = Verdicts()
    try:
        postfix.tools()
    except postfix.Missing as error:
        print(error)
        return 1
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        database = {"DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3", "JOURNAL_DIR": f"{folder}/journal"}
        os.environ |= database | {"LEASE_SECONDS": "60", "DJANGO_SETTINGS_MODULE": "deploy.settings"}
        import django

        django.setup()
        from django.core.management import call_command
        from django.utils import timezone

        from newsletter import engine

        call_command("migrate", verbosity=0)
        bench = Bench(stack.enter_context(postfix.sink()), timezone.now())
        print(f"{bench.size // 1000} kB messages to smtp-sink, ledger in SQLite; load {os.getloadavg()[0]:.1f}", flush=True)
        filling(bench, verdicts)
        speed(bench, verdicts)
        signed(bench)
        distance(bench, verdicts)
        pausing(bench, verdicts)
        engine.shut_down()
        memory(bench, verdicts)
        freezing(verdicts)
    print(f"send: missed {', '.join(verdicts.missed)}" if verdicts.missed else "send: every stated ratio was reached")
    return 1 if verdicts.missed else 0


if __name__ == "__main__":
    sys.exit(main())
