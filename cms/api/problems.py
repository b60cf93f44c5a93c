"""Errors as `application/problem+json` (RFC 9457), for machines and their developers; in English."""

import functools
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from cms.listing import BadCursor


class Refused(Exception):
    """A request that can't be answered; `errors` maps parameters to what is wrong with them."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = errors


def problem(status: int, detail: str = "", **more: Any) -> HttpResponse:
    """Return a problem document with `status`."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return HttpResponse(
        json.dumps(body, ensure_ascii=False),
        status=status,
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store"},
    )


def refused(errors: dict[str, str]) -> HttpResponse:
    """Return a 422 that names each parameter."""
    named = [{"parameter": name, "detail": text} for name, text in errors.items()]
    return problem(422, "; ".join(f"{name}: {text}" for name, text in errors.items()), errors=named)


def told(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap an address of the API so that a method it doesn't know is a problem too."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        answer = view(request, **kwargs)
        if answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return answer
        refusal = problem(405, f"Only {answer['Allow']} is answered here.")
        refusal["Allow"] = answer["Allow"]
        return refusal

    return wrapped


def register(api: NinjaAPI) -> None:
    """Let `api` answer all its errors as problems."""

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(404, "Nothing public has this address.")

    @api.exception_handler(Refused)
    def refusal(request: HttpRequest, error: Refused) -> HttpResponse:
        return refused(error.errors)

    @api.exception_handler(BadCursor)
    def bad_cursor(request: HttpRequest, error: BadCursor) -> HttpResponse:
        return refused({"after": "not a key that this list gave"})

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return refused(
            {str(one["loc"][-1] if isinstance(one["loc"][-1], str) else one["loc"][-2]): one["msg"] for one in error.errors}
        )

    @api.exception_handler(HttpError)
    def other(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(error.status_code, str(error))
