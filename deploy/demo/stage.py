"""Where the demo plays: its folder, its ports, its secrets, and the environment that follows from them.

Nothing here needs Django: the environment must stand before the settings are read.
"""

import json
import os
import secrets
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SECRETS = ("SECRET_KEY", "FIELD_KEYS", "LINK_KEYS", "SUPPRESSION_KEY", "METRICS_TOKEN")
# Stands in the folder once the house has been furnished.
READY = "ready"
# What people may have typed before; anything else is free when these are taken.
WISHES = {"web": 8000, "smtp": 1025, "mail": 8025, "linkedin": 8035}


@dataclass(frozen=True, slots=True)
class Stage:
    """The demo's folder and ports."""

    folder: Path
    ports: dict[str, int]

    def url(self, name: str) -> str:
        """Return the address of one of the web servers."""
        return f"http://127.0.0.1:{self.ports[name]}"


def free_port(wish: int = 0) -> int:
    """Return `wish` if nobody listens there, else any free port."""
    for port in (wish, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port")


def build(name: str, *, anew: bool = False) -> Stage:
    """Make `var/<name>/` and choose the ports; empty with `anew`, and when an earlier start did not come to its end."""
    folder = ROOT / "var" / name
    if anew or not (folder / READY).exists():
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    return Stage(folder, {key: free_port(0 if anew else wish) for key, wish in WISHES.items()})


def kept_secrets(folder: Path) -> dict[str, str]:
    """Return the demo's secrets, made at its first start and readable by its owner only."""
    path = folder / "secrets.json"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(json.dumps({name: secrets.token_urlsafe(48) for name in SECRETS}))
    found: dict[str, str] = json.loads(path.read_text())
    return found


def enter(stage: Stage, *, delay: int) -> None:
    """Set this process's environment, so that the settings and every child are the demo's.

    `delay`: seconds between a publication and its announcement.
    """
    for name in [name for name in os.environ if name.startswith(("MAIL_", "LINKEDIN_", "SENTRY_"))]:
        del os.environ[name]
    folder, port = stage.folder, stage.ports
    os.environ |= kept_secrets(folder) | {
        "DJANGO_SETTINGS_MODULE": "deploy.settings",
        "DEBUG": "0",
        "SITE_URL": stage.url("web"),
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "FRONTEND_URL": "",
        "DATABASE_URL": f"sqlite:///{folder / 'ordet.sqlite3'}",
        "STORAGE_URL": f"file://{folder / 'media'}",
        "JOURNAL_DIR": str(folder / "journal"),
        "MAIL_FROM": "Socialcheferna <nyhetsbrev@socialcheferna.example>",
        "MAIL_LIST_DOMAIN": "nyhetsbrev.socialcheferna.example",
        "MAIL_BOUNCE_DOMAIN": "studs.socialcheferna.example",
        "MAIL_RELAYS": f"smtp://127.0.0.1:{port['smtp']}?connections=4&name=brevladan",
        "OPERATOR_MAIL": "drift@socialcheferna.example",
        "LINKEDIN_API_URL": stage.url("linkedin"),
        "LINKEDIN_OAUTH_URL": stage.url("linkedin"),
        "LINKEDIN_UPLOAD_HOSTS": f"127.0.0.1:{port['linkedin']},127.0.0.1",
        "ANNOUNCE_DELAY_SECONDS": str(delay),
        "RECONCILE_WAIT_SECONDS": "5",
        "LEASE_SECONDS": "30",
        "FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
        "LOG_LEVEL": "WARNING",
    }
