"""How long tickets take from step to step, as JSON."""

from dataclasses import asdict
from datetime import UTC, datetime

from flask import Blueprint, request
from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter, ValidationError

from service import clock
from service.access import Actor
from service.api.operation import loket, operation
from service.clock import STEPS
from service.errors import InvalidInput, NotFound

blueprint = Blueprint("clock_api", __name__, url_prefix="/api/v1")
_MOMENT = TypeAdapter(AwareDatetime)


class FiguresView(BaseModel):
    """Percentiles in seconds since receipt, by nearest rank."""

    n: int = Field(description="how many tickets they are made of")
    p50: float | None
    p90: float | None = Field(description="null below ten tickets")
    p99: float | None = Field(description="null below a hundred tickets")


class StepView(BaseModel):
    """How long a step took."""

    business: FiguresView = Field(description="in business hours of each ticket's desk")
    plain: FiguresView


class GroupView(BaseModel):
    """The tickets of one desk, language, category or week, or all."""

    name: str = Field(description="empty for all, and for none; a week is named by its Monday")
    tickets: int
    waiting: int = Field(description="not answered yet")
    due: int = Field(description="whose due time is over, or that were answered before it")
    in_time: int = Field(description="how many of those were answered by then")
    steps: dict[str, StepView] = Field(description=", ".join(STEPS))


class ClockView(BaseModel):
    """What was measured of the tickets of a period."""

    at: datetime
    since: datetime
    until: datetime
    is_cut: bool = Field(description="there were more tickets than are read; these are the newest")
    all: GroupView
    desks: list[GroupView]
    languages: list[GroupView]
    categories: list[GroupView]
    weeks: list[GroupView]
    overdue: dict[str, int] = Field(description="open tickets of each desk that should be answered by now")


@blueprint.get("/clock")
@operation(
    "Measure the clock",
    scope="figures",
    answers={200: ClockView},
    problems=(401, 403, 404, 422, 503),
    query={
        "since": "inquiries received from this moment on, such as 2026-03-02T00:00:00Z; without it, twelve weeks",
        "until": "and before this one; without it, now",
        "desk": "only tickets that lie on this desk",
    },
)
def measured(actor: Actor) -> ClockView:
    """From receipt to each step, as percentiles in business hours and in plain ones, of the key's desks."""
    parts, now, desk = loket(), datetime.now(UTC), request.args.get("desk")
    since, until = _moment("since"), _moment("until")
    desks = _desks(actor, desk) if desk else actor.desks
    found = clock.read(parts.store, parts.settings.calendar, now, since, until, desks)
    return ClockView.model_validate(asdict(found))


def _desks(actor: Actor, desk: str) -> frozenset[str]:
    if desk not in loket().settings.desks or (actor.desks is not None and desk not in actor.desks):
        raise NotFound(f"there is no desk {desk!r}")
    return frozenset({desk})


def _moment(name: str) -> datetime | None:
    given = request.args.get(name)
    try:
        return _MOMENT.validate_python(given) if given else None
    except ValidationError:
        raise InvalidInput("is a moment such as 2026-03-02T00:00:00Z", field=name) from None
