"""Requests that a machine makes up from the API's own document, valid and invalid ones, and what each answer must keep to."""

import json
import logging
from collections import Counter
from ipaddress import IPv4Address
from itertools import count
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks as openapi_checks

PREFIX = "/api/content/v1/"
# A preview needs a key and an editor's token; that neither is ever guessed has tests of its own.
LEFT_OUT = "/preview"
CHECKS = [
    schemathesis.checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.negative_data_rejection,
]
# What a schema can't say of a text: that we gave it, that a day lies in our calendar, that it holds no NUL.
MEANING = {"after", "published_from", "published_to", "deadline_from", "deadline_to", "from", "to", "on"}


def from_many_addresses(application: Any) -> Any:
    """Wrap a WSGI application so that each request comes from elsewhere: limits per address are not what is looked at."""
    numbers = count(1)

    def asked(environ: dict[str, Any], start_response: Any) -> Any:
        elsewhere = str(IPv4Address("10.0.0.0") + next(numbers))
        return application({**environ, "REMOTE_ADDR": elsewhere}, start_response)

    return asked


def known() -> dict[str, list[Any]]:
    """Return what a made-up request can't guess: ids, slugs and paths that are there."""
    from cms.models import Person, Post
    from newsletter.models import Mailing

    posts = list(Post.objects.filter(live=True))
    return {
        "getPost": [{"key": str(post.translation_key)} for post in posts],
        "getPerson": [{"slug": slug} for slug in Person.objects.values_list("slug", flat=True)],
        "getIssue": [{"key": key} for key in Mailing.objects.values_list("pk", flat=True)],
        "getByPath": [{"path": path} for path in ("/", "/nyheter/", *(post.path_on_site for post in posts))],
    }


def meant(case: Any, number: int, there: list[Any]) -> None:
    """Make three of four valid requests mean something: an id that is there, no made-up key of a list, days of ours."""
    if number % 4 == 0:
        return
    if there:
        target = case.query if "path" in there[0] else case.path_parameters
        target.update(there[number % len(there)])
    query = case.query or {}
    for name in MEANING & set(query):
        if name == "after" or not "1900" <= str(query[name])[:4] < "2200":
            del query[name]


def fuzz(application: Any, each: int) -> Counter[str]:
    """Send `each` valid and as many invalid requests to every operation; return how many answers had which status.

    Raises the first failure with the request that shows it.
    """
    logging.disable(logging.WARNING)
    try:
        found: Counter[str] = Counter()
        there = known()
        schema = schemathesis.openapi.from_wsgi(f"{PREFIX}openapi.json", from_many_addresses(application))
        for result in schema.get_all_operations():
            operation = result.ok()
            for mode in list(GenerationMode) if LEFT_OUT not in operation.path else ():
                run(operation, mode, each, found, there.get(operation.definition.raw["operationId"], []))
        return found
    finally:
        logging.disable(logging.NOTSET)


def run(operation: Any, mode: Any, each: int, found: Counter[str], there: list[Any]) -> None:
    """Send requests of one kind to one operation and count the answers."""
    if mode is GenerationMode.NEGATIVE and not list(operation.iter_parameters()):
        return

    numbers = count()

    # Each run makes up others; a failure prints what it sent.
    @settings(max_examples=each, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            meant(case, next(numbers), there)
        response = case.call_and_validate(checks=CHECKS)
        found[str(response.status_code)] += 1
        if response.status_code == 422 and mode is GenerationMode.POSITIVE:
            wrong = {error["parameter"]: error["detail"] for error in json.loads(response.content)["errors"]}
            assert not {name for name, why in wrong.items() if "NUL" not in why} - MEANING, (case, wrong)

    send()
