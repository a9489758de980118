"""Every failure as problem details (RFC 9457), the same shape for 400 and for 500."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, request
from pydantic import BaseModel, Field, ValidationError
from werkzeug.exceptions import HTTPException

from model import errors as model_errors
from service import errors

_log = logging.getLogger(__name__)
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
_RETRY_AFTER_SECONDS = 5
_STATUS = {
    errors.InvalidInput: 422,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.TooManyAttempts: 429,
    errors.StorageUnavailable: 503,
    errors.ModelUnavailable: 503,
    model_errors.VersionNotFound: 404,
    model_errors.PromotionRefused: 409,
    model_errors.ModelError: 409,
}


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = Field([], description="the fields that are wrong, if any")


def status_of(error: Exception) -> int:
    """The HTTP status of an error of ours; 500 for any other."""
    for kind in type(error).__mro__:
        if kind in _STATUS:
            return _STATUS[kind]
    return 500


def problem(status: int, detail: str, fields: list[FieldProblem] | None = None) -> Response:
    """An answer of the type ``application/problem+json``."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=fields or [])
    answer = Response(body.model_dump_json(), status, content_type="application/problem+json")
    if status in {429, 503}:
        answer.headers["Retry-After"] = str(_RETRY_AFTER_SECONDS)
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def of_validation(error: ValidationError) -> Response:
    """What a body got wrong, each field by its path."""
    fields = [FieldProblem(field=_path(one["loc"]), message=_message(one)) for one in error.errors()]
    return problem(422, problem_of(error), fields)


def problem_of(error: ValidationError) -> str:
    """The first thing that is wrong, in one line."""
    first = error.errors()[0]
    return f"{_path(first['loc'])}: {_message(first)}"


def of_error(error: Exception) -> Response:
    """Any error as an answer; one that is not ours is logged, and told without its text."""
    if isinstance(error, ValidationError):
        return of_validation(error)
    if isinstance(error, HTTPException):
        return _of_http(error)
    status = status_of(error)
    if status == 500:
        # The rule, not the path: an address can be a credential, such as a link in an e-mail.
        rule = request.url_rule.rule if request.url_rule else None
        _log.error("unexpected error", exc_info=error, extra={"path": rule})
        return problem(500, "Something went wrong here; it was logged.")
    field = getattr(error, "field", None)
    named = [FieldProblem(field=field, message=str(error))] if field else None
    return problem(status, f"{field}: {error}" if field else str(error), named)


def register(app: Flask) -> None:
    """Answer problems for the API, and pages for people."""
    app.register_error_handler(Exception, _answer)


def _answer(error: Exception) -> Response:
    if _is_for_a_person():
        page: Response = current_app.extensions["error_page"](of_error(error))
        return page
    return of_error(error)


def _is_for_a_person() -> bool:
    """A browser on a page, or one that posts a form straight to the API."""
    is_json = request.path.startswith("/api/") and request.mimetype not in FORM_TYPES
    return not is_json and "text/html" in request.headers.get("Accept", "")


def _of_http(error: HTTPException) -> Response:
    answer = problem(error.code or 500, error.description or "")
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After", "Location"}:
            answer.headers[name] = value
    return answer


def _path(location: tuple[Any, ...]) -> str:
    """``[key]`` is how pydantic marks the name of an entry, which comes before it."""
    return ".".join(str(part) for part in location if part != "[key]") or "body"


def _message(one: Any) -> str:
    if one["type"] == "extra_forbidden":
        return "is not a field of this request"
    return str(one["msg"]).removeprefix("Value error, ")
