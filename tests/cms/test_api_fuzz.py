"""The API keeps to its own document, whatever is sent to it; `make bench ONLY=fuzz` sends many more."""

from django.core.wsgi import get_wsgi_application
from django.utils import timezone

from tests.fuzzing import fuzz
from tests.stocked import stock


def test_the_api_keeps_to_its_document(db):
    stock(timezone.now())
    found = fuzz(get_wsgi_application(), 10)
    assert sum(found.values()) > 150
    assert set(found) <= {"200", "404", "422", "405"}
    assert found["200"] > 60
