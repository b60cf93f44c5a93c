"""No secret stands in what a test prints, logs, raises, mails or is shown: a plugin of the whole suite.

The stand-ins mark every token and code that they give out, so that one look tells whether it leaked.
"""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.demo.linkedin_rules import MARK, Settings

SECRETS = (MARK, Settings().client_secret)
# What could carry them; their debug lines are looked at too.
LOGGERS = ("social", "cms", "urllib3")


class Leaked(AssertionError):
    """A secret stands where somebody could read it; says where, not which."""


def look(text: str, where: str) -> None:
    """Raise Leaked if `text` holds a secret."""
    if any(secret in text for secret in SECRETS):
        raise Leaked(f"A secret stands in {where}.")


def pytest_sessionstart() -> None:
    """Look at every page and header that Django's test client gets."""
    from django.test import Client

    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.DEBUG)
    ask = Client.request
    if getattr(ask, "looks", False):
        return

    def request(self: Client, **asked: Any) -> Any:
        response = ask(self, **asked)
        body = b"" if response.streaming else response.content
        look(f"{response.headers}{body.decode(errors='replace')}", f"the page {asked.get('PATH_INFO', '')}")
        return response

    request.looks = True  # type: ignore[attr-defined]
    Client.request = request  # type: ignore[method-assign]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Iterator[None]:
    """Fail a test whose output, log, traceback or mails hold a secret."""
    report: pytest.TestReport = yield
    try:
        look("\n".join([report.longreprtext, *_said(report)]), "the output, log or traceback")
        look(_mails(), "a mail")
    except Leaked as leak:
        report.outcome, report.longrepr, report.sections = "failed", f"{item.nodeid}, {call.when}: {leak}", []
    return report


def _said(report: pytest.TestReport) -> list[str]:
    # A report repeats what was said in the phases before its own.
    return [text for name, text in report.sections if name.endswith(report.when or "")]


def _mails() -> str:
    from django.core import mail

    mails = getattr(mail, "outbox", ())
    return "\n".join(f"{one.subject}\n{one.body}\n{getattr(one, 'alternatives', '')}" for one in mails)
