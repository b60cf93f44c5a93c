"""Kills at random moments: `make bench KILLS=100` runs 100 mailings to 10,000 people; without KILLS a few small ones.

In each a worker, the scheduler or the PostgreSQL server dies by kill -9. Prints what the mail server and
the ledger counted; exit code 1 when somebody was missed or got a letter twice, or too many were in doubt.
"""

import os
import random
import sys
import tempfile
import time
from pathlib import Path

from tests import environment
from tests.journeys.kills import CONNECTIONS, house

assert environment
FEW, MANY = (5, 2_000), 10_000


def main() -> int:
    """Run all, and print the sums."""
    given = os.environ.get("KILLS", "")
    runs, people = (int(given), MANY) if given else FEW
    seed = random.randrange(1_000_000)
    moment, began = random.Random(seed), time.monotonic()
    print(f"{runs} mailings to {people} people each, two workers, {CONNECTIONS} connections, seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        with house(Path(folder), people, runs, database_server=True) as made:
            for number, mailing in enumerate(made.mailings, 1):
                try:
                    made.run(mailing, moment)
                except AssertionError as error:
                    print(f"mailing {number}: {error}")
                    return 1
                if number % 10 == 0:
                    print(f"  {number} of {runs} after {time.monotonic() - began:.0f} s", flush=True)
        found = made.tally
    killed = ", ".join(f"{name} {count}" for name, count in sorted(found.killed.items()))
    print(f"killed: {killed}; invariant's sum held in {found.samples} samples")
    print(f"missed: {found.missed}, automatic doubles: {found.doubles} of {runs * people} letters")
    print(f"uncertain: {found.uncertain} in all, at most {found.most_uncertain} by one kill (bound: {CONNECTIONS})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
