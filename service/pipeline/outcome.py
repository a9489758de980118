"""What a model alone would do with inquiries: for comparing models, with no memory of corrections and no person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.prediction import Prediction, Scored
from model.reading import Reading
from model.views import Answer
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
    return [_outcome(router, serving, answer, place, reading, names) for place, reading in enumerate(readings)]


def _outcome(
    router: Router, serving: Serving, answer: Answer, place: int, reading: Reading, names: Mapping[str, str]
) -> Outcome:
    row = answer.probabilities[place]
    likeliest = [
        Scored(str(serving.classifier.classes_[i]), float(row[i])) for i in np.argsort(-row, kind="stable")
    ]
    prediction = Prediction(
        likeliest[0].category, likeliest[0].confidence, tuple(likeliest[1:]), (),
        scope=float(answer.scope[place]),
        within_scope=bool(answer.within_scope[place]),
        calibrated=serving.classifier.is_calibrated(reading.situation),
    ).renamed(names)  # fmt: skip
    route = router.route(prediction, prediction.category, prediction.confidence, serving)
    return Outcome(prediction.category, round(prediction.confidence, 4), route.desk, route.automatic)
