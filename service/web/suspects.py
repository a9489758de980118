"""Labels that look wrong: what was said by whom, what a model would say, and a second look by a person."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, g, redirect, render_template, request, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response

from service import desk_work
from service.api.operation import loket
from service.api.problems import problem_of, status_of
from service.api.views import decision_of
from service.errors import Conflict, InvalidInput
from service.learning import reports
from service.learning.reports import SuspectedLabel
from service.pipeline.decision import Decision
from service.storage.identifiers import is_id
from service.storage.records import GivenLabel, Inquiry, LabelledRequest, Ticket
from service.submission import Correction
from service.web import session

blueprint = Blueprint("suspects", __name__)
blueprint.before_request(session.check_origin)
blueprint.before_request(session.only_with("desk"))
blueprint.after_request(session.no_store)
_PAGE = 25
_AT_ONCE = 100  # suspects whose labels are read together
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class _Row:
    """A suspected label with its ticket, and all labels of that ticket, the suspected one last."""

    suspect: SuspectedLabel
    proposed: str
    ticket: Ticket
    inquiry: Inquiry
    decision: Decision | None
    labels: list[GivenLabel]


@blueprint.get("/suspects")
def page() -> str:
    """Those on the actor's desks whose label still stands, the worst first."""
    return _page(_place(request.args.get("after", "")), told=request.args.get("told"))


@blueprint.post("/suspects/<ticket_id>/confirm")
def confirm(ticket_id: str) -> Response | tuple[str, int]:
    """It is right: what a second person says too, no training leaves out."""
    return _done(
        "confirmed",
        lambda now: desk_work.confirm(loket().store, now, g.actor, ticket_id, session.seen_version()),
    )


@blueprint.post("/suspects/<ticket_id>/correct")
def correct(ticket_id: str) -> Response | tuple[str, int]:
    """It was wrong, and is what the model says."""

    def act(now: datetime) -> Ticket:
        correction, parts = Correction(category=request.form.get("category", "")), loket()
        return desk_work.correct(
            parts.store, parts.settings, now, g.actor, ticket_id, correction, session.seen_version()
        )

    return _done("corrected", act)


def _done(told: str, act: Callable[[datetime], Ticket]) -> Response | tuple[str, int]:
    """Act, then show what is left; what could not be done is told there."""
    after = _place(request.form.get("after", ""))
    try:
        act(datetime.now(UTC))
    except (Conflict, InvalidInput) as error:
        return _page(after, problem=str(error)), status_of(error)
    except ValidationError as error:
        return _page(after, problem=problem_of(error)), status_of(InvalidInput())
    return redirect(url_for("suspects.page", after=after or None, told=told), 303)


def _page(after: int, told: str | None = None, problem: str | None = None) -> str:
    found = reports.newest(loket().registry, reports.SUSPECTS, reports.Suspects)
    worst_first = sorted(found[1].root, key=lambda one: one.quality) if found else []
    rows, following = _rows(worst_first, after)
    session.note_reads("suspects", [row.inquiry.id for row in rows])
    model = found[0] if found else None
    return render_template(
        "suspects.html", rows=rows, after=after, next=following, model=model, told=told, problem=problem
    )


def _rows(suspects: Sequence[SuspectedLabel], after: int) -> tuple[list[_Row], int | None]:
    """A page from a place on, and the place where the next one begins."""
    rows: list[_Row] = []
    for place, row in _standing(suspects, after):
        if len(rows) == _PAGE:
            return rows, place
        rows.append(row)
    return rows, None


def _standing(suspects: Sequence[SuspectedLabel], after: int) -> Iterator[tuple[int, _Row]]:
    for start in range(after, len(suspects), _AT_ONCE):
        some = suspects[start : start + _AT_ONCE]
        asked = [one.inquiry for one in some if one.inquiry and is_id(one.inquiry)]
        labelled = loket().store.labels.by_inquiry(asked)
        for place, suspect in enumerate(some, start):
            row = _row(suspect, labelled.get(suspect.inquiry or "", []))
            if row:
                yield place, row


def _row(suspect: SuspectedLabel, labelled: Sequence[LabelledRequest]) -> _Row | None:
    """None for what is not the actor's to see, or was said otherwise since."""
    suspected = next((one for one in labelled if one.label.number == suspect.number), None)
    if suspected is None or suspected.label.ticket_id is None:
        return None
    labels = [one.label for one in labelled if one.label.ticket_id == suspected.label.ticket_id]
    ticket = loket().store.tickets.get(suspected.label.ticket_id)
    if labels[-1].number != suspect.number or ticket is None or not g.actor.sees(ticket.desk):
        return None
    proposed = loket().settings.present_names().get(suspect.proposed, suspect.proposed)
    return _Row(suspect, proposed, ticket, suspected.inquiry, decision_of(suspected.inquiry), labels)


def _place(given: str) -> int:
    return int(given) if given.isdecimal() and len(given) <= _DIGITS else 0
