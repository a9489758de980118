"""Between the stored inquiry and the pipeline: what is read of the one, and what the other lays on desks."""

from collections.abc import Collection
from datetime import datetime

from model.reading import Reading
from model.text import clean, join_subject
from service.pipeline.decision import Decision, Intent
from service.pipeline.detection.detector import Hints
from service.pipeline.detection.languages import accepted, normalise
from service.pipeline.pipeline import InquiryText
from service.pipeline.rules import Facts, Priority
from service.storage.inquiries import NewTicket
from service.storage.records import Inquiry

ENGLISH = "en"


_MOST_URGENT_FIRST = tuple(reversed(Priority))


def inquiry_text(inquiry: Inquiry, at: datetime | None = None) -> InquiryText:
    """What the pipeline reads of a stored inquiry.

    Args:
        inquiry: As stored.
        at: When it is routed, as `facts_of` has it.
    """
    declared = normalise(inquiry.declared_language) if inquiry.declared_language else None
    hints = Hints(declared, accepted(inquiry.accept_language or ""), inquiry.country)
    return InquiryText(inquiry.text, inquiry.subject, hints, inquiry.name, inquiry.id, facts=facts_of(inquiry, at))


def facts_of(inquiry: Inquiry, at: datetime | None = None) -> Facts:
    """What routing rules read of a stored inquiry.

    Args:
        inquiry: As stored.
        at: When it is routed, for business hours; else when it was decided, or else received.
    """
    return Facts(
        language=(inquiry.decision or {}).get("language", {}).get("code"),
        country=inquiry.country,
        channel=inquiry.channel,
        fields=inquiry.fields or {},
        email_domain=(inquiry.email or "").strip().rpartition("@")[2].lower() or None,
        received_at=inquiry.received_at,
        at=at or inquiry.decided_at or inquiry.received_at,
    )


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
    by_desk: dict[str, list[tuple[int, Intent]]] = {}
    for number, intent in enumerate(decision.intents):
        by_desk.setdefault(intent.desk, []).append((number, intent))
    whole = NewTicket(
        decision.desk, decision.category, decision.confidence, decision.automatic,
        rule=decision.rule, priority=decision.priority.value, due_at=decision.due_at,
    )  # fmt: skip
    return [_ticket(intents) for intents in by_desk.values()] or [whole]


def _ticket(intents: list[tuple[int, Intent]]) -> NewTicket:
    """One ticket of several requests for a desk: its first, as urgent as the most urgent of them."""
    number, first = intents[0]
    dues = [intent.due_at for _, intent in intents if intent.due_at]
    return NewTicket(
        first.desk, first.category, first.confidence, first.automatic, number,
        rule=next((intent.rule for _, intent in intents if intent.rule), None),
        priority=min((intent.priority for _, intent in intents), key=_MOST_URGENT_FIRST.index).value,
        due_at=min(dues, default=None),
    )  # fmt: skip
