"""Run a command against a PostgreSQL cluster of its own: `python -m tests.postgres pytest …`.

The cluster lives in a temporary folder on a free port and is removed afterwards. PostgreSQL refuses to
run as root, so root starts it as the user that Debian's package has made.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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


@contextmanager
def cluster() -> Iterator[str]:
    """Start a throw-away cluster and yield its DATABASE_URL."""
    folder = Path(tempfile.mkdtemp(prefix="ordet-postgres-"))
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:
        shutil.chown(folder, user)
    data, port, bin_folder = folder / "data", free_port(), programs()

    def run(program: str, *arguments: str) -> None:
        command = [str(bin_folder / program), *arguments]
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)

    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c max_connections=60"
    try:
        run("initdb", "-D", str(data), "-U", "ordet", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgres://ordet@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    with cluster() as url:
        code = subprocess.run(sys.argv[1:], env=os.environ | {"DATABASE_URL": url}, check=False).returncode
    sys.exit(code)
