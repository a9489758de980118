"""The body of a webhook: what happened to which ticket, as JSON that receivers may rely on."""

import json
from typing import Any

from service.delivery.parcel import Parcel

_TICKET = (
    "id", "desk", "category", "confidence", "automatic", "status", "review", "reviewed_by", "priority", "rule",
    "assigned_to", "hops", "version", "created_at", "changed_at", "due_at", "closed_at",
)  # fmt: skip
_PERSONAL = ("text", "subject", "name", "email", "fields")


def body_of(parcel: Parcel, *, texts: bool) -> bytes:
    """The JSON of a delivery.

    Args:
        parcel: The delivery.
        texts: Whether it holds what the customer wrote, and who that is.
    """
    data = {
        "ticket": _ticket(parcel),
        "inquiry": _inquiry(parcel, texts=texts),
        "decision": _decision(parcel, texts=texts),
        "change": dict(parcel.details),
    }
    whole = {"type": parcel.event, "timestamp": parcel.at.isoformat(), "data": data}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def _ticket(parcel: Parcel) -> dict[str, Any]:
    found = {name: getattr(parcel.ticket, name) for name in _TICKET}
    moments = {name: value.isoformat() for name, value in found.items() if hasattr(value, "isoformat")}
    return found | moments | {"desk_name": parcel.desk_name, "url": parcel.url}


def _inquiry(parcel: Parcel, *, texts: bool) -> dict[str, Any]:
    inquiry = parcel.inquiry
    facts: dict[str, Any] = {
        "id": inquiry.id, "receipt": inquiry.receipt, "received_at": inquiry.received_at.isoformat(),
        "channel": inquiry.channel, "country": inquiry.country,
    }  # fmt: skip
    return facts | ({name: getattr(inquiry, name) for name in _PERSONAL} if texts else {})


def _decision(parcel: Parcel, *, texts: bool) -> dict[str, Any] | None:
    if parcel.decision is None:
        return None
    decision = parcel.decision.model_dump(mode="json")
    kept = ("language", "category", "confidence", "alternatives", "desk", "automatic", "reason", "model")
    translation = dict(decision["translation"])
    if not texts:
        translation.pop("text", None)
    return {name: decision[name] for name in kept} | {"translation": translation}
