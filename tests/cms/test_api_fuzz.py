"""The API keeps to its own document, whatever is sent to it; `make bench ONLY=fuzz` sends many more."""

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone

from tests.fuzzing import fuzz
from tests.stocked import stock


@pytest.fixture
def application(db):
    """The application as a server runs it, but for the test's connection, which stays as Django's own client keeps it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_the_api_keeps_to_its_document(application):
    stock(timezone.now())
    found = fuzz(application, 10)
    assert sum(found.values()) > 150
    assert set(found) <= {"200", "404", "422", "405"}
    assert found["200"] > 60
