"""Between the stored inquiry and the pipeline: what is read of the one, and what the other lays on desks."""

from collections.abc import Collection

from model.reading import Reading
from model.text import clean, join_subject
from service.pipeline.decision import Decision
from service.pipeline.detection.detector import Hints
from service.pipeline.detection.languages import accepted, normalise
from service.pipeline.pipeline import InquiryText
from service.storage.inquiries import NewTicket
from service.storage.records import Inquiry

ENGLISH = "en"


def inquiry_text(inquiry: Inquiry) -> InquiryText:
    """What the pipeline reads of a stored inquiry."""
    declared = normalise(inquiry.declared_language) if inquiry.declared_language else None
    hints = Hints(declared, accepted(inquiry.accept_language or ""), inquiry.country)
    return InquiryText(inquiry.text, inquiry.subject, hints, inquiry.name, inquiry.id)


def reading_of(inquiry: Inquiry, boilerplate: Collection[str] = ()) -> Reading:
    """What the classifier read of a decided inquiry."""
    subject = clean(inquiry.subject) if inquiry.subject else None
    original = join_subject(subject, clean(inquiry.text, boilerplate))
    translation = (inquiry.decision or {}).get("translation", {})
    if translation.get("status") == "not_needed":
        return Reading.in_english(original)
    return Reading(original, translation.get("text"))


def reading_of_text(text: str, text_en: str | None, language: str | None) -> Reading:
    """The same of a text whose translation is known; without one, it is taken for English unless told otherwise."""
    original = clean(text)
    if text_en and text_en != text:
        return Reading(original, clean(text_en))
    is_english = (language or ENGLISH).partition("-")[0].lower() == ENGLISH
    return Reading.in_english(original) if is_english else Reading(original, None)


def tickets_of(decision: Decision) -> list[NewTicket]:
    """One ticket for each desk that has something to answer, the main one first."""
    laid: dict[str, NewTicket] = {}
    for number, intent in enumerate(decision.intents):
        laid.setdefault(
            intent.desk, NewTicket(intent.desk, intent.category, intent.confidence, intent.automatic, number)
        )
    whole = NewTicket(decision.desk, decision.category, decision.confidence, decision.automatic)
    return list(laid.values()) or [whole]
