"""The API's schema is a promise: a change of it is seen and reviewed (`make openapi` rewrites the snapshot)."""

import json
from pathlib import Path

from cms.api import PREFIX, api
from cms.models import content_types

SNAPSHOT = Path(__file__).parent.parent / "openapi.json"


def test_the_schema_is_the_one_that_was_reviewed(client, db):
    served = client.get(f"{PREFIX}openapi.json").json()
    assert served == json.loads(SNAPSHOT.read_text())
    assert served == json.loads(json.dumps(api.get_openapi_schema(path_prefix=PREFIX)))


def test_it_is_openapi_3_1_and_knows_every_type():
    schema = api.get_openapi_schema(path_prefix=PREFIX)
    assert schema["openapi"].startswith("3.1")
    mapping = schema["paths"][f"{PREFIX}posts/{{key}}"]["get"]["responses"][200]["content"]["application/json"]["schema"]
    assert set(mapping["discriminator"]["mapping"]) == set(content_types())
