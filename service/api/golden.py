"""Golden inquiries of a desk: what must always come to it, whatever a model learns."""

from datetime import UTC, datetime

from flask import Blueprint

from service.access import Actor
from service.api.operation import loket, note_reads, operation
from service.api.views import GoldenList, GoldenView, golden_view
from service.learning import golden_inquiries
from service.learning.golden_inquiries import Golden

blueprint = Blueprint("golden_api", __name__, url_prefix="/api/v1")


@blueprint.get("/desks/<desk>/golden")
@operation("List a desk's golden inquiries", scope="desk", answers={200: GoldenList}, problems=(401, 403, 404, 503))
def listed(actor: Actor, desk: str) -> GoldenList:
    """What must always come to this desk, oldest first."""
    found = golden_inquiries.of_desk(loket().store, loket().settings, actor, desk)
    note_reads(actor, [one.id for one in found], "golden")
    return GoldenList(golden=[golden_view(one) for one in found])


@blueprint.post("/desks/<desk>/golden")
@operation(
    "Add a golden inquiry",
    scope="desk",
    body=Golden,
    answers={201: GoldenView},
    problems=(400, 401, 403, 404, 409, 413, 415, 422, 503),
)
def add(actor: Actor, desk: str, body: Golden) -> tuple[GoldenView, int]:
    """From now on no model is promoted that would send it elsewhere; the same text is kept once."""
    parts, now = loket(), datetime.now(UTC)
    return golden_view(golden_inquiries.add(parts.store, parts.settings, now, actor, desk, body)), 201


@blueprint.delete("/desks/<desk>/golden/<golden_id>")
@operation("Remove a golden inquiry", scope="desk", answers={200: GoldenView}, problems=(401, 403, 404, 503))
def remove(actor: Actor, desk: str, golden_id: str) -> GoldenView:
    """Models are no longer held to it; answers what it was."""
    return golden_view(golden_inquiries.remove(loket().store, actor, golden_id, desk))
