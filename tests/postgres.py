"""Run a command against a PostgreSQL cluster of its own: `python -m tests.postgres pytest …`.

The cluster lives in a temporary folder on a free port and is removed afterwards. PostgreSQL refuses to
run as root, so root starts it as the user that Debian's package has made.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg


def programs() -> Path:
    """Return the newest installed PostgreSQL's folder of programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if found:
        return found[-1]
    single = shutil.which("pg_ctl")
    if single is None:
        sys.exit("PostgreSQL is missing: install Debian's package postgresql.")
    return Path(single).resolve().parent


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """A throw-away PostgreSQL: its folder, port and processes."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ordet-postgres-"))
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.user)
        self.data, self.port = self.folder / "data", free_port()
        self.url = f"postgres://ordet@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        self._run("initdb", "-D", str(self.data), "-U", "ordet", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")

    def start(self) -> None:
        """Start the server as a child of ours (who else would bury it after a kill?) and wait until it answers."""
        options = ["-p", str(self.port), "-k", str(self.folder)]
        for setting in ("listen_addresses=127.0.0.1", "fsync=off", "full_page_writes=off", "max_connections=60"):
            options += ["-c", setting]
        command = [str(programs() / "postgres"), "-D", str(self.data), *options]
        with (self.folder / "log").open("ab") as log:
            self.server = subprocess.Popen(command, user=self.user, cwd=self.folder, stdout=log, stderr=log)
        end = time.monotonic() + 60
        while not self._answers():
            assert self.server.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < end, "PostgreSQL doesn't start"
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        self.server.send_signal(signal.SIGQUIT)
        self.server.wait(timeout=30)

    def kill(self) -> None:
        """Kill -9 the server and everything that it has started; wait until nothing of it is left."""
        for process in [self.server.pid, *children(self.server.pid)]:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.server.wait(timeout=10)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(programs() / program), *arguments]
        subprocess.run(command, check=True, user=self.user, cwd=self.folder, stdout=subprocess.DEVNULL)


def children(parent: int) -> list[int]:
    """Return the processes that `parent` has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name in brackets may hold anything; the parent is the second field after it.
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Start a throw-away cluster, and remove it at the end."""
    made = Cluster()
    try:
        made.create()
        made.start()
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(made.folder, ignore_errors=True)


@contextmanager
def cluster() -> Iterator[str]:
    """Start a throw-away cluster and yield its DATABASE_URL."""
    with running_cluster() as made:
        yield made.url


def migrate(url: str) -> str:
    """Make a migrated database that others begin as copies of, and return its name: migrating takes longer than most tests."""
    name = "migrated"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    environment = os.environ | {"DATABASE_URL": f"{url.rpartition('/')[0]}/{name}"}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0", "--skip-checks"], env=environment, check=True)
    return name


def run(command: list[str]) -> int:
    """Run `command` on a cluster of its own and return its exit code."""
    # The environment of the tests: what migrations write may depend on it.
    import tests.environment  # noqa: F401

    with cluster() as url:
        told = {"DATABASE_URL": url, "TEMPLATE_DATABASE": migrate(url)}
        return subprocess.run(command, env=os.environ | told, check=False).returncode


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
