"""What a model alone would do with inquiries: for comparing models, with no memory of corrections and no person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.prediction import Prediction
from model.reading import Reading
from service.pipeline.classification import Serving
from service.pipeline.routing import Router


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where an inquiry would go."""

    category: str
    confidence: float
    desk: str
    automatic: bool


def outcomes(
    router: Router, serving: Serving, readings: Sequence[Reading], names: Mapping[str, str]
) -> list[Outcome]:
    """What a model would do with each, by its main category alone.

    Args:
        router: Of the configuration.
        serving: The model.
        readings: What it reads.
        names: What categories are called now that had another name.
    """
    if not readings:
        return []
    classifier = serving.classifier
    answer = classifier.answer(readings)
    best = answer.probabilities.argmax(axis=1)
    found = []
    for place, reading in enumerate(readings):
        category, confidence = (
            str(classifier.classes_[best[place]]),
            float(answer.probabilities[place, best[place]]),
        )
        prediction = Prediction(
            category, confidence, (), (), scope=float(answer.scope[place]),
            within_scope=bool(np.asarray(answer.within_scope)[place]),
            calibrated=classifier.is_calibrated(reading.situation),
        )  # fmt: skip
        route = router.route(prediction, category, confidence, serving)
        found.append(Outcome(names.get(category, category), round(confidence, 4), route.desk, route.automatic))
    return found
