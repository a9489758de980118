"""What a model alone would do with inquiries: for comparing models, with no memory of corrections and no person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.prediction import Prediction, Scored
from model.reading import Reading
from model.views import Answer
from service.pipeline.classification import Serving
from service.pipeline.routing import Router
from service.pipeline.rules import Facts


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where an inquiry would go."""

    category: str
    confidence: float
    desk: str
    automatic: bool


def outcomes(
    router: Router, serving: Serving, readings: Sequence[Reading], names: Mapping[str, str], facts: Sequence[Facts]
) -> list[Outcome]:
    """What a model would do with each, by its main category alone.

    Args:
        router: Of the configuration.
        serving: The model.
        readings: What it reads.
        names: What categories are called now that had another name.
        facts: What else is known of each.
    """
    if not readings:
        return []
    classifier = serving.classifier
    answer = classifier.answer(readings)
    predictions = [_prediction(serving, answer, *one).renamed(names) for one in enumerate(readings)]
    return [_outcome(router, serving, *one) for one in zip(predictions, facts, strict=True)]


def _prediction(serving: Serving, answer: Answer, place: int, reading: Reading) -> Prediction:
    row = answer.probabilities[place]
    likeliest = [
        Scored(str(serving.classifier.classes_[i]), float(row[i])) for i in np.argsort(-row, kind="stable")
    ]
    return Prediction(
        likeliest[0].category, likeliest[0].confidence, tuple(likeliest[1:]), (),
        scope=float(answer.scope[place]),
        within_scope=bool(answer.within_scope[place]),
        calibrated=serving.classifier.is_calibrated(reading.situation),
    )  # fmt: skip


def _outcome(router: Router, serving: Serving, prediction: Prediction, facts: Facts) -> Outcome:
    route = router.route(prediction, prediction.category, prediction.confidence, serving, facts)
    return Outcome(prediction.category, round(prediction.confidence, 4), route.desk, route.automatic)
