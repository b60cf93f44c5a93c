"""The API's schema is a promise: a change of it is seen and reviewed (`make openapi` rewrites the snapshot)."""

import json
from pathlib import Path

import pytest

from cms.api import PREFIX
from cms.api.schemas import DETAILS
from cms.models import content_types
from deploy.urls import content_api

SNAPSHOT = Path(__file__).parent.parent / "openapi.json"
SAYS = {"type", "$ref", "anyOf", "oneOf", "allOf", "const", "enum"}


@pytest.fixture(scope="module")
def schema():
    return json.loads(json.dumps(content_api.get_openapi_schema()))


def schemas(value, path=""):
    """Yield every schema of the document with its place."""
    if not isinstance(value, dict):
        return
    for name, schema in value.get("properties", {}).items():
        yield from within(schema, f"{path}.{name}")
    for key in ("anyOf", "oneOf", "allOf"):
        for number, schema in enumerate(value.get(key, [])):
            yield from within(schema, f"{path}/{key}{number}")
    if "items" in value:
        yield from within(value["items"], f"{path}[]")


def within(schema, path):
    yield path, schema
    yield from schemas(schema, path)


def everywhere(schema):
    for name, one in schema["components"]["schemas"].items():
        yield from within(one, name)
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                yield from within(parameter["schema"], f"{path}?{parameter['name']}")
            for status, response in operation["responses"].items():
                for content in response.get("content", {}).values():
                    yield from within(content["schema"], f"{path} {status}")


def models(kind):
    """Yield every class that pydantic makes a schema of, down from `kind`."""
    from pydantic import BaseModel

    seen, waiting = set(), [kind]
    while waiting:
        one = waiting.pop()
        if isinstance(one, type) and issubclass(one, BaseModel) and one not in seen:
            seen.add(one)
            one.model_rebuild()
            waiting += [field.annotation for field in one.model_fields.values()]
        waiting += getattr(one, "__args__", ())
        waiting += [one.__value__] if hasattr(one, "__value__") else []
    return seen


def test_the_schema_is_the_one_that_was_reviewed(client, db, schema):
    served = client.get(f"{PREFIX}openapi.json")
    assert served.json() == json.loads(SNAPSHOT.read_text())
    assert served.json() == schema
    assert client.get(f"{PREFIX}openapi.json", headers={"if-none-match": served["ETag"]}).status_code == 304


def test_the_document_is_made_once(client, db, monkeypatch):
    client.get(f"{PREFIX}openapi.json")
    monkeypatch.setattr(type(content_api), "get_openapi_schema", None)
    assert client.get(f"{PREFIX}openapi.json").status_code == 200


def test_it_is_openapi_3_1_and_knows_every_type(schema):
    assert schema["openapi"].startswith("3.1")
    assert set(schema["components"]["schemas"]["Post"]["discriminator"]["mapping"]) == set(content_types())


def test_nothing_in_it_is_without_a_type(schema):
    found = list(everywhere(schema))
    assert len(found) > 400
    assert [path for path, one in found if not SAYS & set(one)] == []
    assert [path for path, one in found if one.get("type") == "object" and "properties" not in one] == []
    assert [path for path, one in found if one.get("type") == "array" and "items" not in one] == []


def test_no_two_shapes_share_a_name(schema):
    """Two classes of one name would be one schema, and which of them is chance."""
    responses = [
        response
        for router in content_api._get_bound_routers()
        for view in router.path_operations.values()
        for operation in view.operations
        for response in operation.response_models.values()
        if operation.include_in_schema and response is not None
    ]
    found = set().union(*(models(one) for one in [*responses, *DETAILS.values()])) - set(responses)
    names = [one.__name__ for one in found]
    assert sorted(names) == sorted(set(names))
    assert len(names) > 50


def test_every_operation_says_what_it_is(schema):
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    for operation in operations:
        assert operation["operationId"]
        assert operation["summary"]
        assert operation["description"]
        for status, response in operation["responses"].items():
            kind = "application/problem+json" if int(status) >= 400 else "application/json"
            assert list(response.get("content", {})) == ([] if status == "304" else [kind])
    assert len({operation["operationId"] for operation in operations}) == len(operations)


@pytest.mark.parametrize("path", ["nowhere", "posts/", "people/", "openapi.json/x", "posts/x%0Ay", "%0A"])
def test_any_other_address_is_a_problem(client, db, path):
    answer = client.get(f"{PREFIX}{path}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_the_page_to_read_it_on_needs_nobody_else(client, db):
    page = client.get(PREFIX, follow=True)
    assert page.status_code == 200
    assert "//" not in page.content.decode().replace("http://www.w3.org", "")
    assert "<script>" not in page.content.decode()
