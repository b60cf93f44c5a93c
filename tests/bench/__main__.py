"""`make bench`: run the benchmarks, each in a process of its own; exit 1 when a stated ratio is missed.

A group is a module `bench_<name>.py` beside this one, run as a program.
"""

import argparse
import subprocess
import sys
from pathlib import Path


def groups() -> list[str]:
    """Return the names of all groups."""
    return sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))


def main() -> int:
    """Run the chosen groups and sum up."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--only", choices=groups(), help="one group alone")
    chosen = parser.parse_args().only
    missed = []
    for name in [chosen] if chosen else groups():
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"tests.bench.bench_{name}"], check=False).returncode:
            missed.append(name)
    print(f"missed: {', '.join(missed)}" if missed else "every stated ratio was reached")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
