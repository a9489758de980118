"""A step of an inquiry as a CloudEvent: "<customer> did <activity> on <channel> for <product or service>".

Made of the journal alone as far as it goes, so that an event says what was known at its step, and says the same
whenever it is made again. Only what is named here leaves: the journal's details may hold names of people.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from service.journeys.products import Product
from service.storage.records import Inquiry, Step

STEPS = (
    "received", "decided", "laid_on_desk", "opened", "assigned", "confirmed", "corrected", "closed", "undone",
    "bounced", "settled", "rerouted", "recategorised", "recalled", "withdrawn", "translated_late", "delivered",
    "delivery_failed", "golden",
)  # fmt: skip
_KNOWN = ("category", "desk", "confidence", "automatic", "model", "language", "rule", "priority")
_ACTORS = {"loket": "system", "user": "person", "key": "program"}
SPEC_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of an inquiry, or of one of its tickets, at a step; None for what was not."""

    category: str | None = None
    desk: str | None = None
    confidence: float | None = None
    automatic: bool | None = None
    model: str | None = None
    language: str | None = None
    rule: str | None = None
    priority: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where events say that they come from.

    Attributes:
        source: A URI.
        type_prefix: A domain name, backwards.
    """

    source: str
    type_prefix: str

    def type_of(self, step: str) -> str:
        """The event type of a step."""
        return f"{self.type_prefix}.inquiry.{step}"


@dataclass(frozen=True, slots=True)
class About:
    """What is the same for all steps of an inquiry."""

    inquiry: Inquiry
    customer: str
    products: tuple[Product, ...]


def told(history: Iterable[Step], language: str | None) -> Iterator[tuple[Step, Known]]:
    """Each step of an inquiry, from its first one on, with what was known once it was done.

    Args:
        history: All steps, oldest first.
        language: The inquiry's, for decisions from before the journal said it.
    """
    whole = Known()
    tickets: dict[str, Known] = {}
    before: dict[tuple[str, str], Known] = {}
    for step in history:
        old = tickets.get(step.ticket_id, whole) if step.ticket_id else whole
        new = _after(step, old, before)
        if step.kind == "decided" and new.language is None:
            new = replace(new, language=language)
        if step.ticket_id:
            before[step.ticket_id, step.kind] = old
            tickets[step.ticket_id] = new
        else:
            whole = new
        yield step, new


def cloud_event(origin: Origin, about: About, step: Step, known: Known) -> dict[str, Any]:
    """The step as JSON of the CloudEvents format (1.0)."""
    return {
        "specversion": SPEC_VERSION,
        "id": str(step.number),
        "source": origin.source,
        "type": origin.type_of(step.kind),
        "subject": step.inquiry_id,
        "time": _moment(step.at),
        "datacontenttype": "application/json",
        "data": data_of(about, step, known),
    }


def data_of(about: About, step: Step, known: Known) -> dict[str, Any]:
    """What an event says: nothing that the customer wrote, and nobody's name."""
    first = about.products[0] if about.products else None
    facts = asdict(known)
    return {
        "customer": about.customer,
        "activity": facts.pop("category"),
        "step": step.kind,
        "channel": about.inquiry.channel,
        "product": first.name if first else None,
        "product_kind": first.kind if first else None,
        "products": [product.name for product in about.products],
        "country": about.inquiry.country,
        **facts,
        "ticket": step.ticket_id,
        "actor": actor_kind(step),
        "seconds_since_received": round((step.at - about.inquiry.received_at).total_seconds(), 3),
    }


def language_of(inquiry: Inquiry) -> str | None:
    """The code of its language; None until it is decided."""
    found = (inquiry.decision or {}).get("language") or {}
    return found.get("code")


def sentence(event: Mapping[str, Any]) -> str:
    """The event for a person."""
    data = event["data"]
    activity = data["activity"] or "something not yet known"
    about = f" for {data['product']}" if data["product"] else ""
    return f"customer {data['customer'][:8]} did {activity} on {data['channel']}{about}: {data['step']}"


def actor_kind(step: Step) -> str:
    """``customer``, ``system``, ``person`` or ``program``; never who."""
    if step.kind == "received":
        return "customer"
    return _ACTORS.get(step.actor.partition(":")[0], "program")


def _after(step: Step, known: Known, before: Mapping[tuple[str, str], Known]) -> Known:
    """What is known after a step; what a person took back is as it was before."""
    if step.kind == "undone" and step.ticket_id:
        return before.get((step.ticket_id, str(step.details.get("what"))), known)
    found = {name: step.details[name] for name in _KNOWN if name in step.details}
    moved = step.details.get("to")
    if isinstance(moved, Sequence) and not isinstance(moved, str) and len(moved) == 2:
        found |= {"category": moved[0], "desk": moved[1]}
    if "category" in found and found["category"] != known.category and step.kind != "decided":
        found = {"confidence": None, "automatic": None} | found  # they were said of another category
    return replace(known, **found)


def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
