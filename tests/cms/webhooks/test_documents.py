"""What the guide for front ends tells them to write works."""

import re
import subprocess
import time

import pytest
from standardwebhooks import WebhookVerificationError

from cms.webhooks.events import LABELS
from cms.webhooks.signing import new_secret, signatures
from tests.test_house import ROOT

GUIDE = (ROOT / "docs" / "front-end.md").read_text().partition("## Webhooks\n")[2]
BODY = '{"type":"ping","timestamp":"2026-03-06T11:00:00Z","data":{"endpoint":"Å ✓"}}'


def code(language):
    return re.search(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)[1]


@pytest.fixture
def message():
    secret, now = new_secret(), int(time.time())
    signed = signatures([new_secret(), secret], "msg_1", now, BODY.encode())
    return secret, {"webhook-id": "msg_1", "webhook-timestamp": str(now), "webhook-signature": signed}


def test_the_guide_names_every_event():
    assert sorted(re.findall(r"^\| `([a-z_.]+)` \|", GUIDE, re.MULTILINE)) == sorted(LABELS)


def test_the_python_works(message):
    secret, headers = message
    names = {}
    exec(code("python"), names)
    assert names["verify"](secret, headers, BODY)["type"] == "ping"
    with pytest.raises(WebhookVerificationError):
        names["verify"](secret, headers, BODY + " ")


def test_the_javascript_works(message, tmp_path):
    secret, headers = message
    calls = f"""
    const check = (...given) => {{ try {{ return verify(...given).data.endpoint }} catch (error) {{ return error.message }} }};
    const [secret, headers, body] = [{secret!r}, {headers!r}, {BODY!r}];
    const other = {{ ...headers, "webhook-signature": "v2,AAAA v1,AAAA" }};
    console.log(check(secret, headers, body), check(secret, headers, body + " "), check(secret, headers, body, 1));
    console.log(check(secret, other, body));
    """
    (tmp_path / "check.mjs").write_text(code("js") + calls)
    done = subprocess.run(["node", "check.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "Å ✓ wrong signature too old\nwrong signature\n"
