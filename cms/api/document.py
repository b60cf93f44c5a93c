"""The API's own description: OpenAPI 3.1, made once per process, and a page to read and try it on."""

import functools
import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

PROBLEM = "application/problem+json"
FAILURE = 400
UNCHANGED = {"description": "Nothing has changed since the ETag in If-None-Match."}
# How long a browser or a proxy takes the document for true; it changes with a new version of Ordet alone.
CACHE_CONTROL = "public, max-age=300"


class ContentAPI(NinjaAPI):
    """NinjaAPI whose document tells the truth of errors and of answers that have not changed."""

    prefix = "/api/content/v1/"

    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        """Return the document."""
        made: OpenAPISchema = super().get_openapi_schema(path_prefix=self.prefix)
        for operations in made["paths"].values():
            for operation in operations.values():
                operation["responses"] = dict(sorted(responses(operation["responses"]).items()))
                operation["parameters"] = [untitled(sendable(parameter)) for parameter in operation["parameters"]]
        schemas = untitled(made["components"]["schemas"])
        # What a query can hold stands with the parameters; nobody sends or gets the whole of it.
        made["components"]["schemas"] = {name: schemas[name] for name in schemas if f'/{name}"' in json.dumps(made)}
        return made


def responses(found: dict[int, Any]) -> dict[int, Any]:
    """Return an operation's responses: failures as problems, and the 304 that each address can give."""
    told = {}
    for status, response in found.items():
        kind = next(iter(response.get("content", {}).values()), None)
        told[status] = {**response, "content": {PROBLEM: kind}} if status >= FAILURE else response
    return {**told, 304: UNCHANGED}


def sendable(parameter: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter without null: in an address, what isn't sent is left out."""
    schema = dict(parameter["schema"])
    kinds = [kind for kind in schema.pop("anyOf", []) if kind.get("type") != "null"]
    return {**parameter, "schema": {**schema, **(kinds[0] if kinds else {})}}


def untitled(schema: Any) -> Any:
    """Return a schema without the titles that only repeat its names; a property may well be called "title"."""
    if isinstance(schema, list):
        return [untitled(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: untitled(one) for name, one in schema.items() if name != "title" or not isinstance(one, str)}


@functools.cache
def written(api: NinjaAPI) -> tuple[bytes, str]:
    """Return the document as JSON, and its ETag."""
    from cms.api.answers import digest

    body = json.dumps(api.get_openapi_schema(), ensure_ascii=False, separators=(",", ":")).encode()
    return body, f'"{digest(body)}"'


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Give the document."""
    from cms.api import api

    body, etag = written(api)
    answer = HttpResponse(body, content_type="application/json; charset=utf-8")
    answer["ETag"], answer["Cache-Control"] = etag, CACHE_CONTROL
    return get_conditional_response(request, etag=etag, response=answer)


@require_safe
def beginning(request: HttpRequest) -> HttpResponse:
    """Lead whoever looks at the API's address to the page about it."""
    return redirect("content:docs")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the page to read and try the API on."""
    answer = render(request, "site/api_docs.html")
    answer["Cache-Control"] = CACHE_CONTROL
    return answer
