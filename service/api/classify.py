"""Understanding inquiries without storing them."""

from flask import Blueprint

from service.access import Actor
from service.api.operation import loket, operation
from service.api.views import Decisions
from service.errors import ModelUnavailable
from service.pipeline.decision import Decision
from service.pipeline.detection.detector import Hints
from service.pipeline.pipeline import InquiryText
from service.submission import BatchOfQuestions, Question

blueprint = Blueprint("classify", __name__, url_prefix="/api/v1/classify")
_PROBLEMS = (400, 401, 403, 413, 415, 422, 503)


@blueprint.post("")
@operation("Classify a text", scope="classify", body=Question, answers={200: Decision}, problems=_PROBLEMS)
def one(actor: Actor, body: Question) -> Decision:
    """The decision that an inquiry with this text would get. The text is not stored; a translation, which has
    placeholders for personal data, is remembered."""
    _require_model()
    return loket().pipeline.decide(_text(body))


@blueprint.post("/batch")
@operation(
    "Classify up to 1,000 texts",
    scope="classify",
    body=BatchOfQuestions,
    answers={200: Decisions},
    problems=_PROBLEMS,
)
def batch(actor: Actor, body: BatchOfQuestions) -> Decisions:
    """One decision for each, in order. The texts are not stored; translations are remembered, as of one."""
    _require_model()
    return Decisions(decisions=loket().pipeline.decide_all([_text(question) for question in body.inquiries]))


def _require_model() -> None:
    if loket().pipeline.champion.current() is None:
        raise ModelUnavailable


def _text(question: Question) -> InquiryText:
    return InquiryText(question.text, question.subject, Hints(question.declared))
