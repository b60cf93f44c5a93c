"""What strangers may send: strange text, impossible dates and made-up keys are refused by name and never crash."""

import base64
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cms.models import Article

API = "/api/content/v1"
# The database holds nothing that an example changes, so that examples may share it.
odd = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
# What a browser can send: surrogates have no UTF-8.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=220)
TEXT_PARAMETERS = ["q", "topic", "region", "author", "after", "type", "order", "published_from", "deadline_to", "open", "limit"]


def key(words):
    """Return a key that looks like one of ours, whatever stands in it."""
    return base64.urlsafe_b64encode(words.encode()).rstrip(b"=").decode()


moments = st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())
keys = st.one_of(
    texts,
    texts.map(key),
    st.tuples(st.one_of(moments, texts), st.one_of(st.integers().map(str), texts)).map("|".join).map(key),
)
EXTREMES = [
    "0001-01-01T00:00:00+14:00|1",
    "0001-01-01T00:00:00+00:00|1",
    "9999-12-31T23:59:59.999999-12:00|1",
    "9999-12-31T23:59:59.999999+00:00|1",
    "2024-01-01T00:00:00+00:00:01.5|1",
    f"2024-01-01T00:00:00+00:00|{2**63 - 1}",
    f"2024-01-01T00:00:00+00:00|{2**63}",
    "2024-01-01T00:00:00+00:00|0",
    "2024-01-01T00:00:00+00:00|-1",
    f"2024-01-01T00:00:00+00:00|{'9' * 5000}",
]


@pytest.fixture
def stocked(publish, client):
    """A client of a site with something to list."""
    cache.clear()
    publish(Article, title="Tillit")
    return client


@odd
@example(name="q", text='"')
@example(name="q", text='a"b')
@example(name="q", text="a\\")
@example(name="q", text="'")
@example(name="q", text="%s %d")
@example(name="q", text="a " * 100)
@example(name="q", text="NEAR(a b) AND NOT *")
@given(st.sampled_from(TEXT_PARAMETERS), texts)
def test_any_text_is_answered_or_refused_by_name(stocked, name, text):
    response = stocked.get(f"{API}/posts?{urlencode({name: text})}")
    assert response.status_code in (200, 422)
    if response.status_code == 422:
        assert [error["parameter"] for error in response.json()["errors"]] == [name]


@odd
@example(path="\t/[")
@example(path="?\0")
@example(path="//[/")
@given(texts)
def test_any_path_is_found_or_not(stocked, path):
    assert stocked.get(f"{API}/by-path?{urlencode({'path': path})}").status_code in (200, 404, 422)


@odd
@given(keys)
def test_any_key_is_answered_or_refused(stocked, after):
    assert stocked.get(f"{API}/posts?{urlencode({'after': after})}").status_code in (200, 422)
    assert stocked.get(f"/?{urlencode({'efter': after})}").status_code in (200, 404)


@pytest.mark.parametrize("words", EXTREMES)
def test_an_extreme_key_is_answered_or_refused(stocked, words):
    for order in ("date", "-date"):
        assert stocked.get(f"{API}/posts?{urlencode({'after': key(words), 'order': order})}").status_code in (200, 422)
    assert stocked.get(f"/?{urlencode({'efter': key(words)})}").status_code in (200, 404)


@pytest.mark.parametrize("name", ["published_from", "published_to", "deadline_from", "deadline_to"])
@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2201-01-01", "9999-12-31"])
def test_a_day_out_of_all_reason_is_refused_by_name(stocked, name, day):
    response = stocked.get(f"{API}/posts?{name}={day}")
    assert response.status_code == 422
    assert [error["parameter"] for error in response.json()["errors"]] == [name]


@pytest.mark.parametrize("name", ["published_from", "published_to", "deadline_from", "deadline_to"])
@pytest.mark.parametrize("day", ["1900-01-01", "2200-12-31"])
def test_the_first_and_the_last_day_are_answered(stocked, name, day):
    assert stocked.get(f"{API}/posts?{name}={day}").status_code == 200


@pytest.mark.parametrize(
    "path", ["posts?q=", "posts?topic=", "posts?region=a&region=", "posts?author=", "posts?after=", "by-path?path="]
)
def test_a_nul_is_refused_by_name(stocked, path):
    response = stocked.get(f"{API}/{path}a%00b")
    assert response.status_code == 422
    assert [error["parameter"] for error in response.json()["errors"]] == [path.rsplit("?")[-1].split("=")[0]]


def test_signs_without_a_word_find_nothing_and_quotation_marks_do_not_matter(stocked, settings):
    from django.core.management import call_command

    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
    call_command("wagtail_update_index", verbosity=0)

    def found(words):
        return len(stocked.get(f"{API}/posts?{urlencode({'q': words})}").json()["items"])

    assert [found(words) for words in ('"', "!?", "\\", "'")] == [0, 0, 0, 0]
    assert [found(words) for words in ('"Tillit"', "Tillit!", 'Tillit "', "  tillit ", "")] == [1, 1, 1, 1, 1]
