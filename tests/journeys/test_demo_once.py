"""The main job end to end, as `make demo ONCE=1` runs it: real processes, counted at the far ends."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_main_job_comes_out_as_promised():
    done = subprocess.run(
        [sys.executable, "-m", "deploy.demo", "--once"], cwd=ROOT, capture_output=True, text=True, timeout=400, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["failed"] == []
    assert (figures["imported_posts"], figures["drafts"]) == (11, 1)
    assert figures["api_posts"] == 24
    assert figures["members"] == figures["mails_received"] == 43
    assert figures["linkedin_posts"] == 3
