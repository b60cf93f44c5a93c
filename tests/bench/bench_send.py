"""Sending with ledger and journal against Django's own loop, in one run: `python -m tests.bench.bench_send`.

Both send the same 50 kB letter to a local sink. Rounds alternate; the ratio is that of the medians.
Then the time to fill one letter, and the memory that a small and a large mailing take.
Exit code 1 when the ratio is missed or memory isn't flat in the number of recipients.
"""

import gc
import os
import statistics
import sys
import tempfile
import time
import tracemalloc

from tests import environment
from tests.bench.sink import sink

assert environment
LEAST = 3.0
PEOPLE = int(os.environ.get("BENCH_PEOPLE", "2000"))
LOOP = int(os.environ.get("BENCH_LOOP", "300"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
FEW, MANY = 1_000, int(os.environ.get("BENCH_MANY", "20000"))
FILLS, FILL_MS = 2_000, 0.03
# What a mailing to MANY may take more than one to FEW.
FLAT = 1.5


def letter():
    from newsletter.letter import NAME, UNSUBSCRIBE, Letter

    paragraph = '<p style="margin:0;font-family:Arial,Helvetica,sans-serif;font-size:16px">Räksmörgås på Åland & mer därtill.</p>'
    html = f'<html lang="sv"><body><p>Hej {NAME}!</p>{paragraph * 260}<a href="{UNSUBSCRIBE}">Avregistrera</a></body></html>'
    return Letter("Bänkens nyhetsbrev: å, ä och ö", html, f"Hej {NAME}!\n\n" + "Räksmörgås på Åland.\n" * 100 + UNSUBSCRIBE)


def django_loop(port, content):
    """Send as Django's documentation shows it: one message object per member, one open connection."""
    from django.core.mail import EmailMultiAlternatives
    from django.core.mail.backends.smtp import EmailBackend

    from newsletter import identity
    from newsletter import letter as slots

    backend = EmailBackend(host="127.0.0.1", port=port, alias="bench")
    backend.open()
    began = time.perf_counter()
    for number in range(LOOP):
        html, text = content.html, content.text
        values = {slots.NAME: f"Medlem {number}", slots.UNSUBSCRIBE: identity.unsubscribe_url(1, number)}
        for slot, value in values.items():
            html, text = html.replace(slot, value), text.replace(slot, value)
        message = EmailMultiAlternatives(content.subject, text, "a@example.se", [f"m{number}@exempel.se"])
        message.attach_alternative(html, "text/html")
        message.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        backend.send_messages([message])
    spent = time.perf_counter() - began
    backend.close()
    return LOOP / spent


def engine_round(mailing_list, content, now):
    """Send one mailing with the ledger, from claim to the last mark."""
    from newsletter import mailings
    from tests.newsletter.stage import make_mailing

    mailing = make_mailing(mailing_list, now, content)
    mailings.begin_due(now)
    began = time.perf_counter()
    send(mailing, PEOPLE, now)
    return PEOPLE / (time.perf_counter() - began)


def send(mailing, people, now):
    from newsletter import engine, mailings
    from newsletter.models import Mailing

    while Mailing.objects.get(pk=mailing.pk).state != Mailing.SENT:
        engine.send_due(now, seconds=60)
    report = mailings.report(mailing)
    assert report.counts["accepted"] == people == report.frozen, report


def fill_time(mailing_list, content, now):
    """Return the milliseconds that one member's letter takes, median of rounds."""
    from newsletter import mailings
    from tests.newsletter.stage import make_mailing

    compiled = mailings.compiled(make_mailing(mailing_list, now, content, state="cancelled", finished_at=now))
    spent = []
    for _ in range(2 * ROUNDS + 1):
        began = time.perf_counter()
        for number in range(FILLS):
            compiled.fill(number, f"m{number}@exempel.se", f"Medlem {number}", now)
        spent.append((time.perf_counter() - began) * 1000 / FILLS)
    return statistics.median(spent)


def memory(people, first, content, now):
    """Return the most bytes that a mailing to `people` took at any moment, from its freezing to its end."""
    from newsletter import mailings
    from tests.newsletter.stage import make_list, make_mailing, make_members

    mailing_list = make_list(f"minne-{people}")
    make_members(people, mailing_list, now, first)
    mailing = make_mailing(mailing_list, now, content)
    gc.collect()
    tracemalloc.start()
    mailings.begin_due(now)
    send(mailing, people, now)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def small(content, mailing_list, now):
    """Print the time to fill a letter and what memory mailings take; return whether memory is flat."""
    print(f"{fill_time(mailing_list, content, now):.4f} ms to fill a letter (aim: at most {FILL_MS})")
    few = memory(FEW, PEOPLE, content, now)
    many = memory(MANY, PEOPLE + FEW, content, now)
    print(f"  memory for {FEW:6} people {few / 1e6:8.1f} MB")
    print(f"  memory for {MANY:6} people {many / 1e6:8.1f} MB")
    print(f"{many / few:.2f} × memory for {MANY // FEW} × the people (at most {FLAT})")
    return many <= FLAT * few


def main() -> int:
    """Run all rounds and print the ratio."""
    with tempfile.TemporaryDirectory() as folder, sink() as (name, port):
        os.environ |= {
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            "JOURNAL_DIR": f"{folder}/journal",
            "LEASE_SECONDS": "60",
        }
        os.environ["DJANGO_SETTINGS_MODULE"] = "deploy.settings"
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.utils import timezone

        from newsletter import engine
        from tests.newsletter.stage import make_list, make_members

        call_command("migrate", verbosity=0)
        now, content = timezone.now(), letter()
        mailing_list = make_list()
        make_members(PEOPLE, mailing_list, now)
        settings.MAIL_RELAYS = [f"smtp://127.0.0.1:{port}?connections=4&name=bench"]
        loops, engines = [], []
        for _ in range(ROUNDS):
            loops.append(django_loop(port, content))
            engines.append(engine_round(mailing_list, content, now))
        size = len(content.html) // 1000
        print(f"{size} kB letters to {name}, medians of {ROUNDS} rounds:")
        slow, fast = statistics.median(loops), statistics.median(engines)
        print(f"  EmailMultiAlternatives loop {slow:8.0f}/s")
        print(f"  engine with ledger          {fast:8.0f}/s")
        ratio = fast / slow
        print(f"{ratio:.1f} × EmailMultiAlternatives loop (at least {LEAST})")
        flat = small(content, mailing_list, now)
        engine.shut_down()
    return 0 if ratio >= LEAST and flat else 1


if __name__ == "__main__":
    sys.exit(main())
