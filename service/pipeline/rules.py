"""Routing rules: what they read of an inquiry, when one fits, and which is the first that does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from service.pipeline.calendar import Calendar
from service.pipeline.conditions import READ_BY_A_MODEL, About, Condition, Of, Value, field_values

FORM = "form"  # the field that says which form was filled in


class Priority(StrEnum):
    """How soon a ticket is looked at."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules read of an inquiry besides its category; what is not known fits no condition on it.

    Args:
        language: ISO 639-1.
        country: ISO 3166.
        channel: On which it came in.
        fields: Of the form, one of which may be named ``form``.
        email_domain: What stands after the @ of the customer's address, in small letters.
        received_at: From when due times count.
        at: When it is routed: whether that is in business hours.
    """

    language: str | None = None
    country: str | None = None
    channel: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    email_domain: str | None = None
    received_at: datetime | None = None
    at: datetime | None = None


NOTHING_KNOWN = Facts()


@dataclass(frozen=True, slots=True)
class Request:
    """One request of an inquiry, as a model understood it, and whether that is certain enough to route by."""

    category: str | None = None
    confidence: float | None = None
    certain: bool = False


NOT_UNDERSTOOD = Request()


@dataclass(frozen=True, slots=True)
class Rule:
    """Where an inquiry goes that fits every condition, how soon, and until when; each only if it is said."""

    name: str
    conditions: tuple[Condition, ...] = ()
    desk: str | None = None
    priority: Priority | None = None
    due: timedelta | None = None
    even_if_uncertain: bool = False

    @property
    def needs_certainty(self) -> bool:
        """Whether it reads what a model said, and so fits only what is certain enough."""
        return not self.even_if_uncertain and any(one.about.of in READ_BY_A_MODEL for one in self.conditions)

    def __str__(self) -> str:
        said = ", ".join(str(one) for one in self.conditions) or "every inquiry"
        return f"rule '{self.name}': {said}"


@dataclass(frozen=True, slots=True)
class CustomerKind:
    """Which customers are of a kind: by a field of the form, or by where their address is.

    Args:
        name: Of the kind.
        fields: Any of these conditions on fields is enough.
        domains: Of e-mail addresses, with all below them.
        other_domains: Every domain that no kind names.
    """

    name: str
    fields: tuple[Condition, ...] = ()
    domains: frozenset[str] = frozenset()
    other_domains: bool = False


class Rules:
    """The rules in their order.

    Args:
        rules: The first that fits is followed, and no other.
        customers: The first kind that fits is the customer's.
        calendars: By the names that conditions on hours use.
    """

    def __init__(
        self,
        rules: Sequence[Rule] = (),
        customers: Sequence[CustomerKind] = (),
        calendars: Mapping[str, Calendar] = MappingProxyType({}),
    ) -> None:
        self._rules = tuple(rules)
        self._customers = tuple(customers)
        self._calendars = calendars
        self._named_domains = frozenset().union(*(kind.domains for kind in customers))

    def first(self, request: Request, facts: Facts) -> Rule | None:
        """The first rule that fits, if any does."""
        return next((rule for rule in self._rules if self.fits(rule, request, facts)), None)

    def fits(self, rule: Rule, request: Request, facts: Facts) -> bool:
        """Whether every condition of a rule holds, and what it reads of a model's answer is certain enough."""
        if rule.needs_certainty and not request.certain:
            return False
        return all(self._holds(one, request, facts) for one in rule.conditions)

    def possible_desks(self, categories: Iterable[str], facts: Facts) -> set[str]:
        """The desks of all rules that an inquiry may fit, when it is not known yet in which language it is, nor
        for certain what it asks.

        Args:
            categories: What it may ask.
            facts: What is known by now.
        """
        asked = [Request(category) for category in categories]
        return {rule.desk for rule in self._rules if rule.desk and self._may_fit(rule, asked, facts)}

    def customer(self, facts: Facts) -> str | None:
        """The kind of customer who sent an inquiry; None where nothing tells."""
        return next((kind.name for kind in self._customers if self._is_of(kind, facts)), None)

    def _may_fit(self, rule: Rule, asked: Sequence[Request], facts: Facts) -> bool:
        later = {Of.CONFIDENCE, Of.LANGUAGE, Of.HOURS, Of.CATEGORY}
        known = all(self._holds(one, NOT_UNDERSTOOD, facts) for one in rule.conditions if one.about.of not in later)
        categories = [one for one in rule.conditions if one.about.of is Of.CATEGORY]
        return known and all(any(self._holds(one, ask, facts) for ask in asked) for one in categories)

    def _holds(self, condition: Condition, request: Request, facts: Facts) -> bool:
        return any(condition.holds(value) for value in self._values(condition.about, request, facts))

    def _values(self, about: About, request: Request, facts: Facts) -> Sequence[Value]:
        """What there is of it: of boxes ticked in a form, each."""
        match about.of:
            case Of.CATEGORY:
                return (request.category,)
            case Of.CONFIDENCE:
                return (request.confidence,)
            case Of.CUSTOMER:
                return (self.customer(facts),)
            case Of.FIELD:
                return field_values(facts.fields.get(about.name))
            case Of.HOURS:
                return (self._calendars[about.name].is_open(facts.at) if facts.at else None,)
        return (getattr(facts, about.of),)

    def _is_of(self, kind: CustomerKind, facts: Facts) -> bool:
        if any(self._holds(one, NOT_UNDERSTOOD, facts) for one in kind.fields):
            return True
        domain = facts.email_domain
        if not domain:
            return False
        above = {domain.split(".", cut)[-1] for cut in range(domain.count(".") + 1)}
        return bool(above & kind.domains) or (kind.other_domains and not above & self._named_domains)


NO_RULES = Rules()
