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
        if confidence < route.threshold:
            return _triage(category, confidence, route.threshold, "")
        if translation.status == "unavailable" and not self._is_enough_untranslated(confidence):
            return _triage(category, confidence, self._untranslated_threshold, ", not translated")
        return Route(route.desk, automatic=True, reason=f"category {category}")

    def _is_enough_untranslated(self, confidence: float) -> bool:
        """No confidence is enough for a threshold of 1, however a probability was rounded."""
        return confidence >= self._untranslated_threshold < 1.0


def _triage(category: str, confidence: float, threshold: float, why: str) -> Route:
    reason = f"{category} at {math.floor(confidence * 100) / 100:.2f}, below {threshold:.2f}{why}"
    return Route(TRIAGE, automatic=False, reason=reason)
