"""From what the classifier found to a desk; what is not certain enough goes to triage."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from model.prediction import Prediction
from model.reading import Reading
from model.thresholds import NEVER, Policy, judged, thresholds
from service.pipeline.classification import Serving

TRIAGE = "triage"
UNLIKE_ALL = "unlike what any desk answers"
_POSSIBLE = 0.05  # an untranslated text is judged badly: a desk's privacy is kept where it is one in twenty


@dataclass(frozen=True, slots=True)
class Route:
    """The desk, whether the confidence was high enough to choose it, and why."""

    desk: str
    automatic: bool
    reason: str


@dataclass(frozen=True, slots=True)
class CategoryRoute:
    """The desk of a category, and where it is fixed the confidence from which it is chosen without a person."""

    desk: str
    threshold: float | None = None


class Router:
    """Chooses a desk.

    Args:
        categories: The route of each category.
        policies: What each desk's errors cost: its threshold follows from the serving model's held-out inquiries.
    """

    def __init__(self, categories: Mapping[str, CategoryRoute], policies: Mapping[str, Policy]) -> None:
        self._categories = categories
        self._policies = policies
        self._found: dict[str, dict[str, float]] = {}

    def route(self, prediction: Prediction, category: str, confidence: float, serving: Serving) -> Route:
        """The desk of one request of a classified inquiry.

        Args:
            prediction: Of the whole inquiry.
            category: Of the request.
            confidence: Of that.
            serving: The model that said so.
        """
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

    def possible_desks(self, text: Reading, serving: Serving) -> set[str]:
        """The desks that a text may be for: of all its requests, and of every category that is not improbable."""
        prediction = serving.classifier.classify([text])[0]
        found = {prediction.category, *(part.category for part in prediction.parts)}
        shares = zip(serving.classifier.classes_, serving.classifier.predict_proba([text])[0], strict=True)
        found |= {str(name) for name, share in shares if share >= _POSSIBLE}
        return {TRIAGE, *(self._categories[name].desk for name in found if name in self._categories)}

    def thresholds(self, serving: Serving) -> dict[str, float]:
        """Each desk's threshold for a model, found once."""
        found = self._found.get(serving.version)
        if found is None:
            desks = {name: route.desk for name, route in self._categories.items()}
            found = thresholds(judged(serving.classifier, desks), self._policies)
            # Champion and challenger are asked in turn; two threads at once find the same.
            self._found = {**dict(list(self._found.items())[-1:]), serving.version: found}
        return found

    def desk_of(self, category: str) -> str:
        """The desk of a category; triage where it has none."""
        route = self._categories.get(category)
        return route.desk if route else TRIAGE


def rounded_down(confidence: float) -> str:
    """Two digits, so that what is below a threshold never reads as if it had reached it."""
    return f"{math.floor(confidence * 100) / 100:.2f}"


def _rounded_up(threshold: float) -> str:
    return "any" if threshold >= NEVER else f"{math.ceil(round(threshold * 100, 6)) / 100:.2f}"


def _triage(reason: str) -> Route:
    return Route(TRIAGE, automatic=False, reason=reason)
