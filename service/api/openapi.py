"""The OpenAPI 3.1 description, made from the same declarations and models that parse and answer."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, current_app, json, render_template
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from service.api.operation import Operation
from service.api.problems import FORM_TYPES, Problem

blueprint = Blueprint("openapi", __name__)
_REFERENCE = "#/components/schemas/{model}"
_PART = re.compile(r"<(?:\w+:)?(\w+)>")


@blueprint.get("/openapi.json")
def description() -> Response:
    """The description of this API."""
    return Response(json.dumps(describe(current_app)), content_type="application/json")


@blueprint.get("/docs")
def page() -> str:
    """The description as a page, without script."""
    return render_template("docs.html", api=describe(current_app), status=HTTPStatus)


def describe(app: Flask) -> dict[str, Any]:
    """The description of an app's operations."""
    found = list(_operations(app))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Loket",
            "version": "1",
            "summary": "Puts multilingual contact-form inquiries on the right desk",
        },
        "paths": _paths(found),
        "components": {
            "schemas": _schemas([operation for _, _, _, operation in found]),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operations(app: Flask) -> Iterator[tuple[str, str, Any, Operation]]:
    """Path, method, view and declaration of each operation, in order of the paths."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        if declared := getattr(view, "operation", None):
            method = next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"}))
            yield rule.rule, method.lower(), view, declared


def _paths(found: list[tuple[str, str, Any, Operation]]) -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, view, declared in found:
        paths.setdefault(_PART.sub(r"{\1}", rule), {})[method] = _operation(rule, view, declared)
    return paths


def _operation(rule: str, view: Any, declared: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": f"{view.__module__.rpartition('.')[2]}_{view.__name__}",
        "summary": declared.summary,
        "description": view.__doc__,
        "parameters": _parameters(rule, declared),
        "responses": _responses(declared),
    }
    if declared.scope:
        described |= {"security": [{"key": []}], "x-scope": declared.scope}
    if declared.body:
        types = ("application/json", *(FORM_TYPES if declared.takes_forms else ()))
        content = {type_: {"schema": _reference(declared.body)} for type_ in types}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameters(rule: str, declared: Operation) -> list[dict[str, Any]]:
    text = {"type": "string"}
    path = [{"name": n, "in": "path", "required": True, "schema": text} for n in _PART.findall(rule)]
    query = [{"name": n, "in": "query", "description": d, "schema": text} for n, d in declared.query.items()]
    header = [{"name": n, "in": "header", "description": d, "schema": text} for n, d in declared.headers.items()]
    return [*path, *query, *header]


def _responses(declared: Operation) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, model in declared.answers.items():
        kind = getattr(model, "media_type", "application/json")
        content = {kind: {"schema": _reference(model)}} if model else {"text/plain": {}}
        responses[str(status)] = {"description": HTTPStatus(status).phrase, "content": content}
    for status in (*declared.problems, 500):
        content = {"application/problem+json": {"schema": _reference(Problem)}}
        responses.setdefault(str(status), {"description": HTTPStatus(status).phrase, "content": content})
    return dict(sorted(responses.items()))


def _schemas(operations: list[Operation]) -> dict[str, Any]:
    bodies = {operation.body for operation in operations if operation.body}
    answers = {model for operation in operations for model in operation.answers.values() if model}
    wanted: list[Any] = [(model, "validation") for model in sorted(bodies, key=_name)]
    wanted += [(model, "serialization") for model in sorted(answers | {Problem}, key=_name)]
    schemas: dict[str, Any] = models_json_schema(wanted, ref_template=_REFERENCE)[1]["$defs"]
    return schemas


def _name(model: type[BaseModel]) -> str:
    return model.__name__


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(model=model.__name__)}
