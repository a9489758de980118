"""Journey events: the feed, page by page, as a batch of CloudEvents."""

import re
from typing import Any, ClassVar
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, json, request, url_for
from pydantic import AwareDatetime, BaseModel, RootModel

from service.access import Actor
from service.api.operation import operation
from service.errors import Forbidden, InvalidInput
from service.journeys.event import STEPS
from service.journeys.feed import Journeys, Page

blueprint = Blueprint("events_api", __name__, url_prefix="/api/v1")
_LIMIT, _LIMIT_MAX = 100, 1_000
_NUMBER = re.compile(r"[0-9]{1,18}\Z")


class JourneyData(BaseModel):
    """What an event says: nothing that the customer wrote, and nobody's name."""

    customer: str
    activity: str | None
    step: str
    channel: str
    product: str | None
    product_kind: str | None
    products: list[str]
    country: str | None
    desk: str | None
    confidence: float | None
    automatic: bool | None
    model: str | None
    language: str | None
    rule: str | None
    priority: str | None
    ticket: str | None
    actor: str
    seconds_since_received: float


class JourneyEvent(BaseModel):
    """A step of an inquiry, as a CloudEvent (1.0)."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: AwareDatetime
    datacontenttype: str
    data: JourneyData


class JourneyEvents(RootModel[list[JourneyEvent]]):
    """A batch of CloudEvents."""

    media_type: ClassVar[str] = "application/cloudevents-batch+json"


@blueprint.get("/events")
@operation(
    "Read journey events",
    scope="events",
    answers={200: JourneyEvents},
    problems=(401, 403, 422, 503),
    query={
        "after": "the cursor of the page before; without it, the feed's beginning",
        "limit": f"how many entries are looked at, 1 to {_LIMIT_MAX:,}; {_LIMIT} without it",
        "types": "only these, such as `received,closed`; what is left out counts towards the limit",
    },
)
def events(actor: Actor) -> Response:
    """Each step of each inquiry, in order; none is ever added before the cursor. `Cursor` is where to go on,
    and there is a `Link` to the next page while there is more."""
    if actor.desks is not None:
        raise Forbidden("the feed tells of all desks: it needs a key of all desks")
    journeys: Journeys = current_app.extensions["journeys"]()
    after, limit = _number("after", 0), _number("limit", _LIMIT)
    if not 1 <= limit <= _LIMIT_MAX:
        raise InvalidInput(f"is 1 to {_LIMIT_MAX}", field="limit")
    if after and after > journeys.store.feed.last_number():
        raise InvalidInput("is not a cursor of this feed", field="after")
    steps = _steps(f"{journeys.origin.type_prefix}.inquiry.")
    return _batch(journeys.page(after, limit, steps), limit, steps)


def _batch(page: Page, limit: int, steps: list[str]) -> Response:
    answer = Response(json.dumps(page.events), content_type=JourneyEvents.media_type)
    answer.headers["Cursor"] = str(page.cursor)
    if page.more:
        wanted: dict[str, Any] = {"after": page.cursor, "limit": limit}
        query = urlencode(wanted | ({"types": ",".join(steps)} if steps else {}))
        answer.headers["Link"] = f'<{url_for("events_api.events")}?{query}>; rel="next"'
    return answer


def _number(name: str, default: int) -> int:
    given = request.args.get(name)
    if given is None:
        return default
    if not _NUMBER.match(given):
        raise InvalidInput("is not a cursor of this feed" if name == "after" else "is a number", field=name)
    return int(given)


def _steps(prefix: str) -> list[str]:
    given = request.args.get("types")
    if given is None:
        return []
    found = [one.strip().removeprefix(prefix) for one in given.split(",")]
    for one in found:
        if one not in STEPS:
            raise InvalidInput(f"is one or several of {', '.join(STEPS)}", field="types")
    return found
