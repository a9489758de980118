"""What the API answers with: the models of inquiries, tickets, desks and model versions."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from model.artifact import Manifest
from model.registry import Registry
from service.assembly import Loket
from service.learning.gate import verdict_of
from service.pipeline.decision import Decision, WithoutAbsent
from service.storage.records import GoldenInquiry, Inquiry, Ticket


class Received(WithoutAbsent):
    """An inquiry is stored. Keep the receipt: it is the customer's reference."""

    id: str
    status: Literal["received", "decided"]
    receipt: str
    desk: str | None = Field(None, description="the desk's public name, when waited for without a key")
    decision: Decision | None = Field(None, description="when waited for with a key")


class TicketView(BaseModel):
    """An intent of an inquiry, laid on one desk."""

    id: str
    inquiry: str
    intent: int = Field(0, description="which of the decision's intents it answers")
    desk: str
    category: str | None
    confidence: float
    automatic: bool
    status: Literal["open", "closed"]
    review: Literal["confirmed", "corrected"] | None
    reviewed_by: str | None
    version: int = Field(description="counts changes; send it as If-Match to change what you have seen")
    created_at: datetime
    changed_at: datetime
    priority: str = Field(description="`low`, `normal`, `high` or `urgent`")
    due_at: datetime | None = Field(description="when it should be answered; null when nothing says so")
    assigned_to: str | None = Field(description="who answers it, such as `user:anna`; null for nobody")
    unsettled_since: datetime | None = Field(description="sent to and fro: its owner decides where it belongs")
    note: str | None = Field(None, description="why a correction was not made, and where the ticket is instead")


class DeskTicket(TicketView):
    """A ticket with what its reader needs to know of the inquiry."""

    receipt: str
    received_at: datetime
    subject: str | None
    text: str
    decision: Decision | None


class TicketPage(BaseModel):
    """Tickets, newest first."""

    tickets: list[DeskTicket]
    next: str | None = Field(description="the cursor of the next page; null on the last")


class InquiryView(BaseModel):
    """An inquiry, its decision (null until decided) and its tickets."""

    id: str
    receipt: str
    received_at: datetime
    status: Literal["received", "decided"]
    text: str
    subject: str | None
    name: str | None
    email: str | None
    language: str | None = Field(description="as declared by the form")
    country: str | None
    channel: str
    fields: dict[str, Any]
    decision: Decision | None
    tickets: list[TicketView]


class DeskView(BaseModel):
    """A desk, and how many tickets are open on it."""

    desk: str
    name: str
    open: int


class DeskList(BaseModel):
    """The desks that the caller sees."""

    desks: list[DeskView]


class Decisions(BaseModel):
    """One decision for each inquiry, in order."""

    decisions: list[Decision]


class ModelVersion(BaseModel):
    """A trained classifier in the registry."""

    version: str
    name: str
    created_at: str
    champion: bool
    challenger: bool = Field(description="scores live inquiries, and routes none")
    blocked: list[str] | None = Field(description="why the gate blocks it; null when it was not compared")
    categories: list[str]
    accuracy: float | None = Field(description="held out, on its training data")
    macro_f1: float | None
    ece: float | None


class ModelList(BaseModel):
    """The registry, newest first."""

    champion: str | None
    models: list[ModelVersion]


class GoldenView(BaseModel):
    """An inquiry that must always come to a desk."""

    id: str
    desk: str
    text: str
    text_en: str | None
    language: str | None
    added_at: datetime
    by: str


class GoldenList(BaseModel):
    """A desk's golden inquiries, oldest first."""

    golden: list[GoldenView]


def ticket_view(ticket: Ticket) -> TicketView:
    """A ticket as the API shows it."""
    return TicketView(**_of_ticket(ticket))


def desk_ticket(ticket: Ticket, inquiry: Inquiry) -> DeskTicket:
    """A ticket as a desk sees it."""
    return DeskTicket(
        **_of_ticket(ticket),
        receipt=inquiry.receipt,
        received_at=inquiry.received_at,
        subject=inquiry.subject,
        text=inquiry.text,
        decision=decision_of(inquiry),
    )


def inquiry_view(inquiry: Inquiry, laid: list[Ticket]) -> InquiryView:
    """An inquiry as a desk sees it."""
    plain = {name: getattr(inquiry, name) for name in InquiryView.model_fields if hasattr(inquiry, name)}
    plain |= {"language": inquiry.declared_language, "decision": decision_of(inquiry)}
    return InquiryView(**plain, tickets=[ticket_view(ticket) for ticket in laid])


def decision_of(inquiry: Inquiry) -> Decision | None:
    """The stored decision."""
    return Decision.model_validate(inquiry.decision) if inquiry.decision else None


def golden_view(golden: GoldenInquiry) -> GoldenView:
    """A golden inquiry as the API shows it."""
    return GoldenView(**asdict(golden))


def desk_list(loket: Loket, sees: Any) -> DeskList:
    """The desks for which ``sees`` says yes."""
    counts = loket.store.tickets.open_counts()
    desks = loket.settings.desks.items()
    return DeskList(desks=[DeskView(desk=d, name=desk.name, open=counts.get(d, 0)) for d, desk in desks if sees(d)])


def model_version(manifest: Manifest, registry: Registry) -> ModelVersion:
    """A manifest as the API shows it."""
    verdict = verdict_of(registry, manifest.version)
    figures = {name: manifest.metrics.get(name) for name in ("accuracy", "macro_f1", "ece")}
    return ModelVersion(
        version=manifest.version,
        name=manifest.name,
        created_at=manifest.created_at,
        champion=manifest.version == registry.champion(),
        challenger=manifest.version == registry.challenger(),
        blocked=list(verdict.blocked) if verdict else None,
        categories=manifest.labels,
        **figures,
    )


def _of_ticket(ticket: Ticket) -> dict[str, Any]:
    values = {name: getattr(ticket, name) for name in TicketView.model_fields if hasattr(ticket, name)}
    return values | {"inquiry": ticket.inquiry_id}
