"""The contact form, in the visitor's language. What was typed is never lost, whatever is wrong with it."""

import re
import secrets
from datetime import UTC, datetime

from flask import Blueprint, g, redirect, render_template, request, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response

from service import intake
from service.api.operation import loket
from service.errors import InvalidInput, StorageUnavailable
from service.submission import TEXT_MAX_CHARS, Submission
from service.web import session

blueprint = Blueprint("form", __name__)
blueprint.before_request(session.check_origin)
blueprint.after_request(session.no_store)
_RECEIPT = re.compile(r"^LK(-[0-9A-Z]{4}){2}$")
_RETRY_AFTER = {"Retry-After": "5"}
_ASKED = ("text", "subject", "name", "email")


@blueprint.get("/form")
def page() -> str:
    """An empty form."""
    return _page({}, {}, None)


@blueprint.post("/form")
def submit() -> Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Stores the inquiry and shows the receipt; or shows the form again, filled in, with what is wrong."""
    typed = {name: request.form.get(name, "") for name in _ASKED}
    try:
        submission = Submission.model_validate({**typed, "language": g.chosen_language, "channel": "web"})
        sender = intake.Sender(None, request.remote_addr or "", request.headers.get("Accept-Language"))
        once = request.form.get("once") or None
        inquiry = intake.submit(loket().store, datetime.now(UTC), submission, sender, once)
    except ValidationError as error:
        return _page(typed, {str(one["loc"][0]): _why(one) for one in error.errors()}, None), 422
    except InvalidInput:
        return _page(typed, {}, g.translate("This form was sent before. Send it once more if it is new.")), 422
    except StorageUnavailable:
        return (
            _page(typed, {}, g.translate("It could not be stored. Please send it again in a moment.")),
            503,
            _RETRY_AFTER,
        )
    return redirect(url_for("form.received", receipt=inquiry.receipt, lang=g.chosen_language), 303)


@blueprint.get("/form/received/<receipt>")
def received(receipt: str) -> str:
    """Shows the customer's reference."""
    return render_template("received.html", receipt=receipt if _RECEIPT.match(receipt) else None)


def _page(typed: dict[str, str], problems: dict[str, str], notice: str | None) -> str:
    return render_template(
        "form.html", typed=typed, problems=problems, notice=notice, once=secrets.token_urlsafe(16),
        text_max=TEXT_MAX_CHARS,
    )  # fmt: skip


def _why(problem: object) -> str:
    """One sentence for the visitor; which one follows from the field and the kind of problem."""
    kind, field = problem["type"], problem["loc"][0]  # type: ignore[index]
    if kind == "string_too_long":
        return str(g.translate("This is too long."))
    if field == "text":
        return str(g.translate("Please write your question."))
    if field == "email":
        return str(g.translate("Please check your e-mail address."))
    return str(g.translate("Please write this on one line."))
