"""From a category and its confidence to a desk; what is not certain enough goes to triage."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from service.pipeline.decision import Translation

TRIAGE = "triage"


@dataclass(frozen=True, slots=True)
class Route:
    """The desk, whether the confidence was high enough to choose it, and why."""

    desk: str
    automatic: bool
    reason: str


@dataclass(frozen=True, slots=True)
class CategoryRoute:
    """The desk of a category, and the confidence from which it is chosen without a person."""

    desk: str
    threshold: float


class Router:
    """Chooses a desk.

    Args:
        categories: The route of each category.
        untranslated_threshold: The confidence that an inquiry needs which is not in English and could
            not be translated: the model reads English, and is not calibrated for other text.
    """

    def __init__(self, categories: Mapping[str, CategoryRoute], untranslated_threshold: float) -> None:
        self._categories = categories
        self._untranslated_threshold = untranslated_threshold

    def route(self, category: str, confidence: float, translation: Translation) -> Route:
        """The desk of a classified inquiry."""
        route = self._categories.get(category)
        if route is None:
            return Route(TRIAGE, automatic=False, reason=f"category {category} has no desk")
        told = f"{category} at {rounded_down(confidence)}"
        if translation.status == "unavailable" and not self._is_enough_untranslated(confidence):
            return _triage(f"not translated; {told}")
        if confidence < route.threshold:
            return _triage(f"{told}, below {route.threshold:.2f}")
        return Route(route.desk, automatic=True, reason=f"category {category}")

    def _is_enough_untranslated(self, confidence: float) -> bool:
        """No confidence is enough for a threshold of 1, however a probability was rounded."""
        return confidence >= self._untranslated_threshold < 1.0


def rounded_down(confidence: float) -> str:
    """Two digits, so that what is below a threshold never reads as if it had reached it."""
    return f"{math.floor(confidence * 100) / 100:.2f}"


def _triage(reason: str) -> Route:
    return Route(TRIAGE, automatic=False, reason=reason)
