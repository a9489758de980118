"""From what the classifier found and what the rules say to a desk; what is not certain enough goes to triage."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from model.prediction import Prediction
from model.reading import Reading
from model.thresholds import NEVER, Policy, judged, thresholds
from service.pipeline.calendar import ALWAYS_OPEN, Calendar
from service.pipeline.classification import Serving
from service.pipeline.rules import NO_RULES, NOT_UNDERSTOOD, NOTHING_KNOWN, Facts, Priority, Request, Rule, Rules

TRIAGE = "triage"
UNLIKE_ALL = "unlike what any desk answers"
_POSSIBLE = 0.05  # an untranslated text is judged badly: a desk's privacy is kept where it is one in twenty


@dataclass(frozen=True, slots=True)
class Route:
    """Where one request goes.

    Attributes:
        desk: Its name.
        automatic: Whether the confidence was high enough to choose the category's desk.
        reason: Why, for people.
        rule: The name of the rule that had a say.
        priority: How soon it is looked at.
        due_at: Until when it is to be answered.
    """

    desk: str
    automatic: bool
    reason: str
    rule: str | None = None
    priority: Priority = Priority.NORMAL
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CategoryRoute:
    """The desk of a category, and where it is fixed the confidence from which it is chosen without a person."""

    desk: str
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class DeskTerms:
    """When a desk works, within how much of its time it answers, and which desk answers while it is closed."""

    calendar: Calendar = ALWAYS_OPEN
    due: timedelta | None = None
    after_hours: str | None = None


_NO_TERMS = DeskTerms()


class Router:
    """Chooses a desk.

    Args:
        categories: The route of each category.
        policies: What each desk's errors cost: its threshold follows from the serving model's held-out inquiries.
        rules: They have a say before the category.
        terms: Of desks that are not always open, or that have to answer in time.
    """

    def __init__(
        self,
        categories: Mapping[str, CategoryRoute],
        policies: Mapping[str, Policy],
        rules: Rules = NO_RULES,
        terms: Mapping[str, DeskTerms] = MappingProxyType({}),
    ) -> None:
        self._categories = categories
        self._policies = policies
        self._rules = rules
        self._terms = terms
        self._found: dict[str, dict[str, float]] = {}

    def route(
        self,
        prediction: Prediction,
        category: str,
        confidence: float,
        serving: Serving,
        facts: Facts = NOTHING_KNOWN,
    ) -> Route:
        """The desk of one request of a classified inquiry.

        Args:
            prediction: Of the whole inquiry.
            category: Of the request.
            confidence: Of that.
            serving: The model that said so.
            facts: What else is known of the inquiry.
        """
        found = self._by_category(prediction, category, confidence, serving)
        return self._ruled(found, Request(category, confidence, found.automatic), facts)

    def route_unread(self, reason: str, facts: Facts) -> Route:
        """The desk of an inquiry that no model understood: triage, unless a rule asks for no category.

        Args:
            reason: Why it was not understood.
            facts: What is known of it all the same.
        """
        return self._ruled(_triage(reason), NOT_UNDERSTOOD, facts)

    def route_again(self, request: Request, facts: Facts) -> Route:
        """The desk of a request that was understood before: certain or not, as it was found then."""
        if not request.certain or request.category is None or request.category not in self._categories:
            return self._ruled(_triage("not certain enough"), request, facts)
        found = Route(self.desk_of(request.category), automatic=True, reason=f"category {request.category}")
        return self._ruled(found, request, facts)

    def _ruled(self, found: Route, request: Request, facts: Facts) -> Route:
        """What the first rule that fits, business hours and due times make of a route."""
        rule = self._rules.first(request, facts)
        route = _by_rule(found, rule) if rule else found
        if stand_in := self._stand_in(route.desk, facts.at):
            route = replace(route, desk=stand_in, reason=f"{route.reason} ({route.desk} is closed)")
        return replace(route, due_at=self._due_at(route.desk, rule, facts.received_at))

    def _stand_in(self, desk: str, at: datetime | None) -> str | None:
        """The desk that answers while one is closed: the first that is open; the desk itself where all are closed
        in a ring."""
        asked, terms = desk, self._terms.get(desk, _NO_TERMS)
        passed = {desk}
        while at and terms.after_hours and not terms.calendar.is_open(at):
            asked = terms.after_hours
            if asked in passed:
                return None
            passed.add(asked)
            terms = self._terms.get(asked, _NO_TERMS)
        return asked if asked != desk else None

    def _due_at(self, desk: str, rule: Rule | None, received_at: datetime | None) -> datetime | None:
        terms = self._terms.get(desk, _NO_TERMS)
        due = terms.due if rule is None or rule.due is None else rule.due
        return terms.calendar.add(received_at, due) if received_at and due is not None else None

    def _by_category(self, prediction: Prediction, category: str, confidence: float, serving: Serving) -> Route:
        route = self._categories.get(category)
        if route is None:
            return Route(TRIAGE, automatic=False, reason=f"category {category} has no desk")
        told = f"{category} at {rounded_down(confidence)}"
        if not prediction.within_scope:
            return _triage(f"{UNLIKE_ALL}; {told}")
        if not prediction.calibrated:
            return _triage(f"the model was not tried on such texts; {told}")
        least = route.threshold if route.threshold is not None else self.thresholds(serving).get(route.desk, NEVER)
        if confidence < least:
            return _triage(f"{told}, below {_rounded_up(least)}")
        return Route(route.desk, automatic=True, reason=f"category {category}")

    def possible_desks(self, text: Reading, serving: Serving, facts: Facts = NOTHING_KNOWN) -> set[str]:
        """The desks that a text may be for: of all its requests, of every category that is not improbable, of the
        rules that it may fit, and those that answer for one of these while it is closed."""
        prediction = serving.classifier.classify([text])[0]
        found = {prediction.category, *(part.category for part in prediction.parts)}
        shares = zip(serving.classifier.classes_, serving.classifier.predict_proba([text])[0], strict=True)
        found |= {str(name) for name, share in shares if share >= _POSSIBLE}
        desks = {TRIAGE, *(self._categories[name].desk for name in found if name in self._categories)}
        return self._with_stand_ins(desks | self._rules.possible_desks(found, facts))

    def thresholds(self, serving: Serving) -> dict[str, float]:
        """Each desk's threshold for a model, found once."""
        found = self._found.get(serving.version)
        if found is None:
            desks = {name: route.desk for name, route in self._categories.items()}
            found = thresholds(judged(serving.classifier, desks), self._policies)
            # Champion and challenger are asked in turn; two threads at once find the same.
            self._found = {**dict(list(self._found.items())[-1:]), serving.version: found}
        return found

    def _with_stand_ins(self, desks: set[str]) -> set[str]:
        while more := {self._terms.get(desk, _NO_TERMS).after_hours for desk in desks} - desks - {None}:
            desks |= {desk for desk in more if desk}
        return desks

    def desk_of(self, category: str) -> str:
        """The desk of a category; triage where it has none."""
        route = self._categories.get(category)
        return route.desk if route else TRIAGE


def rounded_down(confidence: float) -> str:
    """Two digits, so that what is below a threshold never reads as if it had reached it."""
    return f"{math.floor(confidence * 100) / 100:.2f}"


def _rounded_up(threshold: float) -> str:
    return "any" if threshold >= NEVER else f"{math.ceil(round(threshold * 100, 6)) / 100:.2f}"


def _by_rule(found: Route, rule: Rule) -> Route:
    """A rule that names no desk leaves it to the category, and so does its reason."""
    told = str(rule) if rule.desk else f"{found.reason} ({rule})"
    desk, priority = rule.desk or found.desk, rule.priority or found.priority
    return replace(found, desk=desk, reason=told, rule=rule.name, priority=priority)


def _triage(reason: str) -> Route:
    return Route(TRIAGE, automatic=False, reason=reason)
