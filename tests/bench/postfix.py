"""Debian's `smtp-sink` and `smtp-source`: the fastest mail server and client that there are to measure against.

They belong to the package postfix, which needn't be installed for it (an installed mail server would start):
its file is fetched with apt-get, unpacked into `var/postfix`, and run from there.
"""

import os
import pwd
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent.parent / "var" / "postfix"


class Missing(Exception):
    """The tools can't be had; the words say what to do."""


@cache
def tools() -> tuple[Path, dict[str, str]]:
    """Return the folder of the two programs and the environment that they need. Raises Missing."""
    installed = [Path(found).parent for name in ("smtp-sink", "smtp-source") if (found := shutil.which(name))]
    if len(installed) == 2:
        return installed[0], dict(os.environ)
    programs = FOLDER / "usr" / "sbin"
    if not (programs / "smtp-source").exists():
        _unpack("postfix")
    libraries = [FOLDER / "usr" / "lib" / "postfix", *FOLDER.glob("usr/lib/*-linux-gnu*")]
    environment = os.environ | {"LD_LIBRARY_PATH": ":".join(map(str, libraries))}
    if lacking := _lacking(programs / "smtp-source", environment):
        _unpack(*_wanted_libraries())
        libraries += FOLDER.glob("usr/lib/*-linux-gnu*")
        environment["LD_LIBRARY_PATH"] = ":".join(dict.fromkeys(map(str, libraries)))
        if lacking := _lacking(programs / "smtp-source", environment):
            raise Missing(f"postfix's tools lack {', '.join(lacking)}; install Debian's package postfix.")
    return programs, environment


def _lacking(program: Path, environment: dict[str, str]) -> list[str]:
    said = subprocess.run(["ldd", str(program)], env=environment, capture_output=True, text=True, check=False).stdout
    return re.findall(r"(\S+) => not found", said)


def _wanted_libraries() -> list[str]:
    package = next(FOLDER.glob("postfix_*.deb"))
    depends = subprocess.run(["dpkg-deb", "-f", str(package), "Depends"], capture_output=True, text=True, check=True).stdout
    return [name for part in depends.split(",") if (name := part.split()[0]).startswith("lib")]


def _unpack(*packages: str) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        raise Missing("smtp-sink and smtp-source are missing, and so is apt-get to fetch them: install postfix's tools.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not _fetched(packages) and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], capture_output=True, check=False)
    for package in packages:
        found = sorted(FOLDER.glob(f"{package}_*.deb"))
        if not found and not _fetched([package]):
            raise Missing(f"apt-get could not fetch Debian's package {package}; install it, or see to the network.")
        found = sorted(FOLDER.glob(f"{package}_*.deb"))
        subprocess.run(["dpkg", "-x", str(found[-1]), str(FOLDER)], check=True)


def _fetched(packages: tuple[str, ...] | list[str]) -> bool:
    return not subprocess.run(["apt-get", "download", "-qq", *packages], cwd=FOLDER, capture_output=True, check=False).returncode


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def sink() -> Iterator[int]:
    """Run smtp-sink and yield its port."""
    programs, environment = tools()
    port = free_port()
    # It refuses to run as root.
    user = ["-u", pwd.getpwnam("nobody").pw_name] if os.geteuid() == 0 else []
    process = subprocess.Popen([str(programs / "smtp-sink"), *user, f"127.0.0.1:{port}", "1024"], env=environment)
    try:
        wait_for(port)
        yield port
    finally:
        process.kill()
        process.wait()


def wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise Missing(f"nobody listens on port {port}")


def source(port: int, count: int, sessions: int, size: int) -> float:
    """Send `count` messages of `size` bytes with smtp-source, connections kept; return messages a second."""
    programs, environment = tools()
    addresses = ["-f", "bank@example.se", "-t", "mia@exempel.se"]
    command = [str(programs / "smtp-source"), "-d", "-s", str(sessions), "-m", str(count), "-l", str(size), *addresses]
    began = time.perf_counter()
    subprocess.run([*command, f"127.0.0.1:{port}"], env=environment, check=True)
    return count / (time.perf_counter() - began)
