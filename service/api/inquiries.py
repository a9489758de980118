"""Submitting inquiries, and reading them."""

import re
import threading
import time
from datetime import UTC, datetime

from flask import Blueprint, Response, current_app, redirect, request, url_for

from service import intake
from service.access import Actor
from service.api.operation import ANYBODY, caller, json_body, loket, note_reads, operation
from service.api.problems import FORM_TYPES
from service.api.views import InquiryView, Received, decision_of, inquiry_view
from service.errors import StorageUnavailable
from service.storage.records import Inquiry
from service.submission import Submission

blueprint = Blueprint("inquiries", __name__, url_prefix="/api/v1")
_WAIT_MAX_SECONDS = 10
_WAIT_STEP_SECONDS = 0.05


@blueprint.post("/inquiries")
@operation(
    "Submit an inquiry",
    scope=ANYBODY,
    reads=Submission,
    answers={202: Received, 201: Received},
    problems=(400, 401, 403, 413, 415, 422, 503),
    headers={
        "Idempotency-Key": "the same key with the same body is the same inquiry",
        "Prefer": "`wait=N`: up to 10 seconds for the decision",
    },
)
def submit() -> object:
    """Stored before it is answered, as JSON or as an HTML form post."""
    actor = caller()
    if actor:
        actor.require("submit")
    is_form = request.mimetype in FORM_TYPES
    submission = Submission.of_form(request.form) if is_form else Submission.model_validate(json_body())
    browser = request.headers.get("Accept-Language")
    sender = intake.Sender(actor.name if actor else None, request.remote_addr or "", browser)
    wait = _wait_seconds()
    key = request.headers.get("Idempotency-Key")
    inquiry = intake.submit(loket().store, datetime.now(UTC), submission, sender, key)
    if is_form and request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
        return redirect(url_for("form.received", receipt=inquiry.receipt, lang=submission.language), 303)
    return _received(actor, inquiry, wait)


@blueprint.get("/inquiries/<inquiry_id>")
@operation("Read an inquiry", scope="desk", answers={200: InquiryView}, problems=(401, 403, 404, 503))
def read(actor: Actor, inquiry_id: str) -> InquiryView:
    """For whoever sees a desk on which it lies."""
    inquiry, laid = intake.visible_inquiry(loket().store, actor, inquiry_id)
    note_reads(actor, [inquiry.id])
    return inquiry_view(inquiry, laid)


@blueprint.after_request
def _let_websites_post(response: Response) -> Response:
    """Answer a browser's question whether a page of another site may post here (CORS)."""
    origin = request.headers.get("Origin")
    if origin in loket().settings.web.allowed_origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Headers"] = "Content-Type, Idempotency-Key, Prefer"
    response.vary.add("Origin")
    return response


def _received(actor: Actor | None, inquiry: Inquiry, wait: float) -> tuple[Received, int]:
    decided = _decided_in_time(inquiry, wait) if wait else None
    answer = Received(id=inquiry.id, status="received", receipt=inquiry.receipt)
    if decided is None:
        return answer, 202
    decision = decision_of(decided)
    if actor is None and decision:
        desk = loket().settings.desks.get(decision.desk)
        return answer.model_copy(update={"status": "decided", "desk": desk.name if desk else None}), 201
    return answer.model_copy(update={"status": "decided", "decision": decision}), 201


def _wait_seconds() -> float:
    found = re.search(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})\b", request.headers.get("Prefer", ""))
    return float(min(int(found[1]), _WAIT_MAX_SECONDS)) if found else 0.0


def _decided_in_time(inquiry: Inquiry, seconds: float) -> Inquiry | None:
    """Ask again and again; not at all when too many wait already, so that threads stay free to accept."""
    waiters: threading.Semaphore = current_app.extensions["waiters"]
    if not waiters.acquire(blocking=False):
        return None
    try:
        ends_at = time.monotonic() + seconds
        while not loket().store.inquiries.is_decided(inquiry.id):
            if time.monotonic() >= ends_at:
                return None
            time.sleep(_WAIT_STEP_SECONDS)
        return loket().store.inquiries.get(inquiry.id)
    except StorageUnavailable:
        return None  # it is stored: to say otherwise would make the website send it again
    finally:
        waiters.release()
