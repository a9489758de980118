"""Between the stored inquiry and the pipeline: what is read of the one, and what the other lays on desks."""

from service.pipeline.decision import Decision
from service.pipeline.detection.detector import Hints
from service.pipeline.detection.languages import accepted, normalise
from service.pipeline.pipeline import InquiryText
from service.storage.inquiries import NewTicket
from service.storage.records import Inquiry


def inquiry_text(inquiry: Inquiry) -> InquiryText:
    """What the pipeline reads of a stored inquiry."""
    declared = normalise(inquiry.declared_language) if inquiry.declared_language else None
    hints = Hints(declared, accepted(inquiry.accept_language or ""), inquiry.country)
    return InquiryText(inquiry.text, inquiry.subject, hints, inquiry.name, inquiry.id)


def tickets_of(decision: Decision) -> list[NewTicket]:
    """One ticket for each desk that has something to answer, the main one first."""
    laid: dict[str, NewTicket] = {}
    for number, intent in enumerate(decision.intents):
        laid.setdefault(
            intent.desk, NewTicket(intent.desk, intent.category, intent.confidence, intent.automatic, number)
        )
    whole = NewTicket(decision.desk, decision.category, decision.confidence, decision.automatic)
    return list(laid.values()) or [whole]
