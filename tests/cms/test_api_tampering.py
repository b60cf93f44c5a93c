"""Tampered keys of pages, ids and ETags: refused or not found, never data that wasn't asked for, never a crash."""

import base64
import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cms.api import cursors
from cms.models import Article, Call, Person, section_for

API = "/api/content/v1"
odd = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LISTS = ["posts", "key-dates", "people", "issues"]


@pytest.fixture
def stocked(publish, client):
    """A client of a site with something in each list."""
    cache.clear()
    for number in range(3):
        publish(Call, title=f"Kort {number}", deadline=timezone.localdate() + timedelta(days=number))
        Person.objects.create(name=f"Bo {number}", slug=f"bo-{number}")
    return client


def sealed(value):
    return base64.urlsafe_b64encode(value if isinstance(value, bytes) else json.dumps(value).encode()).rstrip(b"=").decode()


plain = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20))
values = st.one_of(st.lists(plain, max_size=5), st.dictionaries(st.text(max_size=3), plain, max_size=2), plain)


@odd
@given(key=st.one_of(values.map(sealed), st.binary(max_size=60).map(sealed), st.text(max_size=60)))
@example(key=sealed(["2026-01-01T00:00:00+00:00", 1, "\ud800", 1]))
@example(key=sealed(["0001-01-01T00:00:00+14:00", 1]))
@example(key=sealed(["2026-01-01T00:00:00+00:00", True, "deadline", 1]))
@example(key=sealed(["2026-01-01T00:00:00+00:00", 2**63, "deadline", 1]))
@example(key=sealed(["Bo\0", 1]))
@example(key=sealed(b"[" * 150))
@example(key=sealed(b'["' + b"9" * 40 + b'", ' + b"9" * 100 + b"]"))
def test_a_key_that_no_list_gave_is_refused_or_leads_on(stocked, key):
    for name in LISTS:
        answer = stocked.get(f"{API}/{name}", {"after": key[:200]})
        assert answer.status_code in (200, 422), (name, answer.content)
        if answer.status_code == 422:
            assert [error["parameter"] for error in answer.json()["errors"]] == ["after"]


def test_a_key_holds_for_its_own_list_alone_and_cut_short_for_none(stocked):
    given = {name: stocked.get(f"{API}/{name}?limit=1").json()["after"] for name in ("posts", "key-dates", "people")}
    for name, key in given.items():
        assert stocked.get(f"{API}/{name}", {"after": key, "limit": 1}).json()["items"]
        for wrong in (key[:-3], key[1:], f"{key}=x", *(other for own, other in given.items() if own != name)):
            assert stocked.get(f"{API}/{name}", {"after": wrong}).status_code == 422, (name, wrong)


def test_ids_that_are_not_public_are_not_there(stocked, publish, home):
    draft = section_for(Article, home).add_child(instance=Article(title="Utkast", live=False))
    for key in (draft.translation_key, uuid.uuid4(), draft.pk, "..", "%00", "1' OR '1'='1", "x" * 300):
        for path in (f"posts/{key}", f"people/{key}", f"by-path?path=/{key}/"):
            answer = stocked.get(f"{API}/{path}")
            assert answer.status_code in (404, 422), path
            assert "Utkast" not in answer.content.decode()


@pytest.mark.parametrize("tag", ['"x"', "*", 'W/"x"', '"', "", "x" * 5000, '"a", "b"', "\x7f"])
def test_a_made_up_etag_gets_the_whole_answer_or_what_http_says(stocked, tag):
    answer = stocked.get(f"{API}/posts", headers={"if-none-match": tag})
    # A star means "whatever there is" (RFC 9110).
    assert answer.status_code == (304 if tag == "*" else 200)
    stale = stocked.get(f"{API}/posts", headers={"if-modified-since": "Sun, 32 Foo 2026 99:99:99 GMT"})
    assert stale.status_code == 200


@pytest.mark.parametrize("path", ["posts", "posts/x", "people", "navigation", "issues", "openapi.json"])
def test_nothing_is_written_here(stocked, path):
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(stocked, method)(f"{API}/{path}")
        assert answer.status_code in (404, 405), (method, answer.content)
        assert path == "openapi.json" or answer["Content-Type"] == "application/problem+json"
        assert answer.status_code == 404 or "GET" in answer["Allow"]


@odd
@given(name=st.text(max_size=30), number=st.integers(1, 2**63 - 1), moment=st.datetimes(timezones=st.just(UTC)))
def test_what_was_sealed_is_read_again(name, number, moment):
    try:
        assert cursors.read(cursors.made(name, number, moment), str, int, datetime) == [name, number, moment]
    except cursors.BadCursor:
        assert "\0" in name
