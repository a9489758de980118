"""Stored inquiries under other routing rules: what would go elsewhere. Asks no model, and shows no text."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from service.handover import facts_of
from service.pipeline.routing import Route, Router
from service.pipeline.rules import Facts, Request
from service.storage.records import Inquiry

_EXAMPLES = 3
What = Literal["desk", "priority", "due"]


@dataclass(frozen=True, slots=True)
class Side:
    """One configuration: how it routes, and what it calls categories that had another name."""

    router: Router
    names: Mapping[str, str]

    def route(self, request: Request, facts: Facts) -> Route:
        """Where a request goes that was understood before."""
        present = self.names.get(request.category or "", request.category)
        return self.router.route_again(Request(present, request.confidence, request.certain), facts)


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of difference.

    Attributes:
        what: ``desk``, ``priority`` or ``due`` time.
        before: What it is under the present rules.
        after: What it would be.
        because: The rule that brings it about, or that no longer does; else the category or desk.
    """

    what: What
    before: str
    after: str
    because: str


@dataclass
class Difference:
    """What the other rules would change, with receipts as examples.

    Attributes:
        inquiries: How many were read.
        requests: How many requests they hold.
        changes: How many requests change, and in which way.
        examples: A few receipts of each kind of change, the newest.
    """

    inquiries: int = 0
    requests: int = 0
    changes: Counter[Change] = field(default_factory=Counter)
    examples: dict[Change, list[str]] = field(default_factory=dict)

    def of(self, what: What) -> list[tuple[Change, int]]:
        """The changes of one kind, the most frequent first."""
        return [(change, count) for change, count in self.changes.most_common() if change.what == what]

    def count(self, what: What) -> int:
        """How many requests get another desk, priority or due time."""
        return sum(count for _, count in self.of(what))

    def note(self, change: Change, receipt: str) -> None:
        """Count one."""
        self.changes[change] += 1
        told = self.examples.setdefault(change, [])
        if len(told) < _EXAMPLES and receipt not in told:
            told.append(receipt)


def compare(before: Side, after: Side, inquiries: Iterable[Inquiry]) -> Difference:
    """Route stored inquiries twice, at the time at which they were decided.

    Both sides take a request for certain that was found certain when it was decided: rules, calendars and desks are
    compared, not thresholds.

    Args:
        before: The present configuration.
        after: The other one.
        inquiries: Decided ones, the newest first.
    """
    found = Difference()
    for inquiry in inquiries:
        facts = facts_of(inquiry)
        found.inquiries += 1
        for request in requests_of(inquiry.decision or {}):
            found.requests += 1
            for change in _changes(before.route(request, facts), after.route(request, facts)):
                found.note(change, inquiry.receipt)
    return found


def requests_of(decision: Mapping[str, Any]) -> list[Request]:
    """What a stored decision says was asked, the main request first."""
    intents = decision.get("intents") or [decision]
    return [_request(one) for one in intents]


def _request(told: Mapping[str, Any]) -> Request:
    category = told.get("category")
    return Request(category, told.get("confidence") if category else None, bool(told.get("automatic")))


def _changes(before: Route, after: Route) -> Iterator[Change]:
    if before.desk != after.desk:
        yield Change("desk", before.desk, after.desk, _because(before, after))
    if before.priority != after.priority:
        yield Change("priority", before.priority, after.priority, _because(before, after))
    if before.due_at != after.due_at:
        yield Change("due", *_dues(before.due_at, after.due_at), _because(before, after))


def _dues(before: datetime | None, after: datetime | None) -> tuple[str, str]:
    if before is None or after is None:
        return ("none" if before is None else "some"), ("none" if after is None else "some")
    return ("later", "sooner") if after < before else ("sooner", "later")


def _because(before: Route, after: Route) -> str:
    if after.rule:
        return f"rule '{after.rule}'"
    return f"no longer rule '{before.rule}'" if before.rule else "category or desk"
