"""What the page of a ticket shows, gathered from where it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from babel import Locale
from babel.dates import format_timedelta
from flask import current_app, g, render_template, request

from model.taxonomy import OUT_OF_SCOPE
from service import bounces, colleagues, desk_work, history, similar
from service.api.operation import loket
from service.api.views import decision_of
from service.errors import NotFound, StorageUnavailable
from service.learning.golden_inquiries import is_golden
from service.learning.receipt import Receipts
from service.pipeline.decision import Decision
from service.pipeline.detection.languages import english_name
from service.storage.presence import Looking
from service.storage.records import Ticket
from service.web import session
from service.web.way import Way

_CHOICES = 4  # corrections that have a key of their own


@dataclass(frozen=True, slots=True)
class Choice:
    """A category that a ticket may be corrected to with one key, and the desk to which that moves it."""

    category: str
    confidence: float
    desk: str


@dataclass(frozen=True, slots=True)
class Refused:
    """What an agent asked for and did not get.

    Attributes:
        button: Which was pressed: ``confirm``, ``correct``, ``close`` or ``assign``.
        typed: What the form held.
        seen: The version that it was made of.
        why: What to tell; None where somebody else was first.
    """

    button: str
    typed: Mapping[str, str]
    seen: int | None = None
    why: str | None = None


def ticket_page(found: Ticket, way: Way | None, refused: Refused | None = None) -> str:
    """The whole page."""
    store, now = loket().store, datetime.now(UTC)
    inquiry = store.inquiries.get(found.inquiry_id)
    if inquiry is None:
        raise NotFound
    decision = decision_of(inquiry)
    answered = similar.answered_like(store, g.actor, loket().settings.desks, found, inquiry, decision)
    session.note_reads("ticket", [inquiry.id, *(one.answered.inquiry_id for one in answered)])
    return render_template(
        "ticket.html",
        row={"ticket": found, "inquiry": inquiry, "decision": decision},
        linked=[one for one in store.tickets.of_inquiry(inquiry.id) if one.id != found.id],
        choices=choices(found, decision),
        request_text=request_text(found, decision),
        way=way,
        neighbours=way.neighbours(found.id) if way else (None, None),
        can_undo=desk_work.can_undo(found, g.actor, now),
        colleagues=colleagues.of_desk(store.people, found.desk),
        looking=looking(found, now),
        changes=[],
        unsettled=bounces.told(found, loket().settings, g.translate),
        refused=refused,
        meanwhile=history.changes_since(store, found, refused.seen) if refused and not refused.why else [],
        events=store.journal(inquiry.id),
        disclosures=store.disclosures.of_inquiry(inquiry.id),
        deliveries=store.deliveries.of_ticket(found.id),
        others=history.of_customer(store, g.actor, inquiry.id),
        answered=answered,
        learned=_learned(found),
        golden=is_golden(store, found, inquiry),
    )


def ticket_now(found: Ticket, seen: int | None) -> str:
    """Who else looks at a ticket, and what happened to it since the page was made."""
    changes = history.changes_since(loket().store, found, seen) if seen != found.version else []
    others = looking(found, datetime.now(UTC))
    return render_template("ticket_now.html", row={"ticket": found}, looking=others, changes=changes)


def looking(ticket: Ticket, at: datetime) -> list[Looking]:
    """Who else looks at it; to read it is more urgent than to know that."""
    try:
        return loket().store.presence.look(at, ticket.id, g.actor.name)
    except StorageUnavailable:
        return []


def choices(ticket: Ticket, decision: Decision | None) -> list[Choice]:
    """The categories that are most likely besides the ticket's own, the best first.

    Its own is among them where the ticket lies on a desk that is not the category's.
    """
    categories = loket().settings.categories
    found: dict[str, Choice] = {}
    for category, confidence in _likely(ticket, decision):
        desk = categories[category].desk if category in categories else None
        if desk and (category != ticket.category or desk != ticket.desk):
            found.setdefault(category, Choice(category, confidence, desk))
    return list(found.values())[:_CHOICES]


def request_text(ticket: Ticket, decision: Decision | None) -> str:
    """The part of a mixed inquiry that this ticket is to answer; empty where it is all of it."""
    if decision is None or len(decision.intents) < 2 or ticket.intent >= len(decision.intents):
        return ""
    return decision.intents[ticket.intent].text


def in_time(at: datetime) -> str:
    """How long ago, or in how long, in the language of the page."""
    return format_timedelta(at - datetime.now(UTC), add_direction=True, locale=g.language)


def time_over(at: datetime) -> str | None:
    """How much time has passed since; None when it has not come."""
    over = datetime.now(UTC) - at
    return format_timedelta(over, locale=g.language) if over > timedelta() else None


def language_called(code: str) -> str:
    """A language as people call it in the language of the page."""
    name = Locale.parse(g.language).languages.get(code)
    return str(name) if name and g.language != "en" else english_name(code)


def country_called(code: str) -> str:
    """A country as people call it in the language of the page."""
    return str(Locale.parse(g.language).territories.get(code, code))


def last_done() -> tuple[str, bool, str | None]:
    """What the address of a page says was done last: what, whether it can be undone, and where it went instead.

    Of a ticket that is not the actor's to see, no more is told than of what the actor did to it.
    """
    ticket = loket().store.tickets.get(request.args.get("undo", ""))
    own = ticket is not None and desk_work.can_undo(ticket, g.actor, datetime.now(UTC))
    instead = bounces.told(ticket, loket().settings, g.translate) if ticket and own else None
    return request.args.get("done", ""), own, instead


def _likely(ticket: Ticket, decision: Decision | None) -> list[tuple[str, float]]:
    if decision is None:
        return []
    own = decision.intents[ticket.intent] if ticket.intent < len(decision.intents) else decision
    found: list[Any] = [own, *decision.alternatives]
    return [(one.category, one.confidence) for one in found if one.category not in {None, OUT_OF_SCOPE}]


def _learned(found: Ticket) -> dict[str, object]:
    """What became of a correction, and whether it is remembered until a model has learned it."""
    receipts: Receipts = current_app.extensions["receipts"]
    parts, serving = loket(), loket().pipeline.champion.current()
    remembers = parts.settings.learning.remembered > 0 and serving is not None and bool(serving.classifier.encoder)
    return {"receipt": receipts.of_ticket(found.id, found.inquiry_id), "remembers": remembers}
