"""The guard over the whole suite's output guards."""

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path

from tests.processes import ROOT
from tests.secrecy import SECRETS, Leaked, look

pytest_plugins = ["pytester"]
SECRET = SECRETS[0]
LEAKS = {
    "prints": "print(secret)",
    "logs": "logging.getLogger('x').warning(secret)",
    "logs_details": "logging.getLogger('social.x').debug(secret)",
    "raises": "raise ValueError(secret)",
    "logs_a_traceback": "\n    try:\n        raise ValueError(secret)\n    except ValueError:\n        logging.exception('no')",
    "mails": "monkeypatch.setattr(mail, 'outbox', [mail.EmailMessage('no', secret)], raising=False)",
    "keeps_silent": "len(secret)",
}
TEST = """
def test_{name}(monkeypatch):
    secret = {first!r} + {rest!r}
    {act}
"""


def test_every_test_that_leaks_fails_without_repeating_the_secret(pytester, monkeypatch):
    # A process of its own: what is logged here would be this test's own output.
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    tests = "".join(TEST.format(name=name, act=act, first=SECRET[:3], rest=SECRET[3:]) for name, act in LEAKS.items())
    pytester.makepyfile(f"import logging\nfrom django.core import mail\n{tests}")
    done = pytester.runpytest_subprocess("-p", "tests.secrecy", "-p", "no:django", "-p", "no:cacheprovider")
    said = "\n".join([*done.outlines, *done.errlines])
    done.assert_outcomes(passed=1, failed=len(LEAKS) - 1)
    assert "FAILED" in said
    assert "test_keeps_silent" not in said
    assert SECRET not in said


PAGES = {
    "page": lambda _: HttpResponse(f"<p>{SECRET}</p>"),
    "header": lambda _: HttpResponse(headers={"Location": f"/?token={SECRET}"}),
    "refusal": lambda _: HttpResponse(SECRET, status=500),
}
urlpatterns = [path(f"{name}/", view) for name, view in PAGES.items()]
urlpatterns += [path("fine/", lambda _: HttpResponse("fine")), path("stream/", lambda _: StreamingHttpResponse([b"fine"]))]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_shows_a_secret_is_noticed(client, settings, name):
    settings.MIDDLEWARE = []
    with pytest.raises(Leaked):
        client.get(f"/{name}/")


@pytest.mark.urls(__name__)
def test_other_pages_are_let_be(client, settings):
    settings.MIDDLEWARE = []
    assert [client.get(f"/{name}/").status_code for name in ("fine", "stream")] == [200, 200]
    look("fine", "a page")
