"""Imports and exports of members on SQLite: `python -m tests.bench.bench_imports` (100,000 rows; BENCH_ROWS for another number).

Prints rows per second of processor time, of one core, for checking, importing and undoing a file in which everybody is
new (the most work), and for writing everybody out; and by how much the peak memory rises above that of 1,000 rows.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime

from tests import environment

assert environment
ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
SLOWEST, MOST_MB = 1_500, 160


def peak() -> float:
    """Return the process's highest resident size so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(name: str, rows: int, act: Callable[[], object]) -> float:
    """Do it, print and return the rows per second of processor time."""
    began = time.process_time()
    act()
    pace = rows / (time.process_time() - began)
    print(f"{name}: {pace:,.0f} rows/s", flush=True)
    return pace


def table(rows: int, name: str) -> bytes:
    """Return a CSV in which everybody is new."""
    heading = "E-post;Förnamn;Efternamn;Arbetsgivare;Medlemsnummer;Medlem sedan;Befattning\n"
    line = "{name}.{n}@kommun{k}.se;Anna;Nilsson {n};Kommun {k};{name}{n};2020-01-0{d};chef\n"
    return (heading + "".join(line.format(name=name, n=n, k=n % 300, d=1 + n % 9) for n in range(rows))).encode()


def go(rows: int, name: str) -> list[float]:
    """Import so many and undo it; return the three paces."""
    from newsletter.importing import desk, work
    from newsletter.models import MailingList, MemberImport

    def on() -> object:
        return work.claim(source.pk, datetime.now(UTC)).work()

    found, _made = MailingList.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    source = desk.receive(f"{name}.csv", table(rows, name), found, datetime.now(UTC))
    desk.remap(source, source.mapping["layout"]["columns"])
    paces = [timed(f"check {rows:,}", rows, on)]
    source = MemberImport.objects.get(pk=source.pk)
    desk.start(source, datetime.now(UTC))
    paces.append(timed(f"import {rows:,}", rows, on))
    print(f"peak memory after {rows:,}: {peak():.0f} MB")
    write_out(rows)
    desk.undo(source, datetime.now(UTC))
    paces.append(timed(f"undo {rows:,}", rows, on))
    return paces


def write_out(rows: int) -> None:
    """Export everybody both ways."""
    from cms.csvfiles import as_csv
    from newsletter import exporting
    from newsletter.models import Member

    for name, write in (("CSV", as_csv), ("XLSX", exporting.as_xlsx)):
        timed(
            f"export {name}",
            rows,
            lambda write=write: sum(map(len, write(exporting.headings(), exporting.rows(Member.objects.all())))),
        )
        print(f"peak memory after the export: {peak():.0f} MB")


def main() -> int:
    """Measure; return 1 when a bound is missed."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3", "DJANGO_SETTINGS_MODULE": "deploy.settings"}
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        go(1_000, "warm")
        small = peak()
        paces = go(ROWS, "big")
        risen = peak() - small
    print(f"imports: {min(paces):,.0f} rows/s at least, peak memory {risen:+.0f} MB from 1,000 to {ROWS:,} rows")
    return int(min(paces) < SLOWEST or risen > MOST_MB)


if __name__ == "__main__":
    sys.exit(main())
