"""The client in docs/client: its types are those of the document, and the example uses every address of a real server."""

import json
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.processes import ROOT, free_port, running, until, world

CLIENT = ROOT / "docs" / "client"
DOCUMENT = ROOT / "tests" / "openapi.json"
STOCK = "from django.utils import timezone\nfrom tests.stocked import stock\nstock(timezone.now())"
# A preview needs an editor's token and a key; its tests are elsewhere.
PREVIEW = "/api/content/v1/preview/{token}"


def node(*words: str, cwd: Path = CLIENT) -> str:
    """Run a script with node and return what it printed."""
    assert shutil.which("node"), "node is missing: make debian"
    assert (CLIENT / "node_modules").is_dir(), "the packages of docs/client are missing: make client"
    done = subprocess.run(["node", *words], cwd=cwd, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_types_are_those_of_the_document_and_leave_nothing_open(tmp_path):
    kept = (CLIENT / "ordet.d.ts").read_text()
    node("types.mjs", str(DOCUMENT), str(tmp_path / "made.d.ts"))
    assert (tmp_path / "made.d.ts").read_text() == kept, "make types"
    code = re.sub(r"/\*.*?\*/", "", kept, flags=re.DOTALL)
    assert re.findall(r"\b(unknown|any)\b", code) == []
    assert len(code) > 20_000


def listens(port: int) -> bool:
    """Tell whether somebody answers at a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def server(tmp_path):
    """The address of a real server with a magazine behind it."""
    port = free_port()
    with world(tmp_path, STORAGE_URL=f"file://{tmp_path}/media", SITE_URL=f"http://127.0.0.1:{port}") as house:
        house.ask(STOCK)
        with running(house.start("runserver", "--noreload", f"127.0.0.1:{port}")):
            until(lambda: listens(port), seconds=60)
            yield f"http://127.0.0.1:{port}"


def test_the_example_is_typed_strictly_and_uses_every_address(server, tmp_path):
    node("node_modules/typescript/bin/tsc", "--outDir", str(tmp_path))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    found = json.loads(node("example.js", server, cwd=tmp_path))
    paths = json.loads(DOCUMENT.read_text())["paths"]
    assert found["asked"] == sorted(set(paths) - {PREVIEW})
    assert found["association"] == "Sveriges Socialtjänstchefer"
    assert (found["front"], found["issue"]) == ("list", "Nytt i mars")
    assert len(found["posts"]) > 8
    assert found["rendered"] > 1000
    assert found["dates"]
    assert found["person"]
    assert any("Ledarskap (" in topic for topic in found["topics"])
