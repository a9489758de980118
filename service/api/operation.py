"""One declaration per operation: who may call it, what it takes, what it answers; it makes the API page too."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from flask import Response, current_app, request
from pydantic import BaseModel
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from service.access import Actor, actor_of_key
from service.assembly import Loket
from service.errors import Unauthenticated

ANYBODY = None


@dataclass(frozen=True)
class Operation:
    """What the API page says of a view."""

    summary: str
    scope: str | None
    body: type[BaseModel] | None
    answers: dict[int, type[BaseModel] | None]
    problems: tuple[int, ...]
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    takes_forms: bool = False


def loket() -> Loket:
    """The parts of this process."""
    parts: Loket = current_app.extensions["loket"]
    return parts


def caller() -> Actor | None:
    """Whose key came with the request."""
    actor = actor_of_key(loket().store.people, request.headers.get("Authorization"))
    return replace(actor, origin=request.remote_addr) if actor else None


def note_reads(actor: Actor, inquiry_ids: Collection[str], how: str = "api") -> None:
    """Write in the journal whose texts the answer is about to show; see `Reads.add`.

    Raises:
        StorageUnavailable: It was not written: the texts must not be shown.
    """
    loket().store.reads.add(datetime.now(UTC), actor.name, actor.origin, how, inquiry_ids)


def operation(
    summary: str,
    *,
    scope: str | None,
    answers: dict[int, type[BaseModel] | None],
    body: type[BaseModel] | None = None,
    reads: type[BaseModel] | None = None,
    problems: tuple[int, ...] = (),
    query: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Make a view: checks key and scope, parses the body, writes the answered model as JSON.

    The view gets ``actor`` where a scope is asked, ``body`` where it
    takes one, and the parts of the path; it answers a model, or
    a model and its status, or a response. What it ``reads`` is described, and parsed by the view itself.
    """
    described = Operation(
        summary, scope, body or reads, answers, problems, query or {}, headers or {}, reads is not None
    )

    def decorate(view: Callable[..., Any]) -> Callable[..., Response]:
        @wraps(view)
        def called(**path: Any) -> Response:
            arguments = path | ({"actor": _authorised(scope)} if scope else {})
            if body is not None:
                arguments["body"] = body.model_validate(json_body())
            return _response(view(**arguments))

        called.operation = described  # type: ignore[attr-defined]
        return called

    return decorate


def json_body() -> Any:
    """The request's body as JSON; 415 for another type, 400 for what is not JSON."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("The body must be of the type application/json.")
    try:
        return json.loads(request.get_data().decode("utf-8"), parse_constant=_no_constant)
    except RecursionError:
        raise BadRequest("The body is nested too deeply.") from None
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body is not UTF-8 at byte {error.start}.") from None
    except ValueError as error:
        raise BadRequest(f"The body is not JSON: {error}.") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


def _authorised(scope: str) -> Actor:
    actor = caller()
    if actor is None:
        raise Unauthenticated
    actor.require(scope)
    return actor


def _response(result: Any) -> Response:
    if isinstance(result, Response):
        return result
    model, status = result if isinstance(result, tuple) else (result, 200)
    return Response(model.model_dump_json(), status, content_type="application/json")
