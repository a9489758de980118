"""A made-up delivery, to try a target out."""

from datetime import datetime

from service.delivery.dispatcher import Pages
from service.delivery.parcel import Parcel
from service.pipeline.decision import Decision, Language, Translation
from service.storage.outbox import LAID
from service.storage.records import Inquiry, Ticket

_TEXT = "This is a test by Loket. Nobody waits for an answer."


def trial_parcel(delivery_id: str, at: datetime, desk: str, pages: Pages) -> Parcel:
    """One ticket on a desk, of nobody.

    Args:
        delivery_id: Its id, and for want of others its ticket's and its inquiry's.
        at: Now.
        desk: On which it lies.
        pages: For people.
    """
    ticket, inquiry = _ticket(delivery_id, at, desk), _inquiry(delivery_id, at)
    decision = Decision(
        language=Language(code="en", confidence=1.0, source="declared"),
        translation=Translation(status="not_needed"),
        category=None,
        confidence=0.0,
        desk=desk,
        automatic=False,
        reason="a test",
        model=None,
    )
    return Parcel(
        id=delivery_id,
        event=LAID,
        at=at,
        attempt=1,
        ticket=ticket,
        inquiry=inquiry,
        decision=decision,
        details={"test": True},
        desk_name=pages.desk_names.get(desk, desk),
        url=None,
        remote_id=None,
    )


def _ticket(same_id: str, at: datetime, desk: str) -> Ticket:
    known = {"id": same_id, "inquiry_id": same_id, "intent": 0, "desk": desk, "confidence": 0.0, "automatic": False}
    known |= {"status": "open", "version": 1, "created_at": at, "changed_at": at, "priority": "low", "hops": 0}
    return Ticket(**{name: known.get(name) for name in Ticket.__slots__})  # type: ignore[arg-type]


def _inquiry(same_id: str, at: datetime) -> Inquiry:
    known = {"id": same_id, "receipt": "LK-TEST-TEST", "received_at": at, "status": "decided", "text": _TEXT}
    known |= {"subject": "Test", "channel": "test", "fields": {}, "body_hash": "", "attempts": 0}
    return Inquiry(**{name: known.get(name) for name in Inquiry.__slots__})  # type: ignore[arg-type]
