"""What the classifier says of one text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scored:
    """A category and its calibrated probability in [0, 1]."""

    category: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Term:
    """A word, and how much it spoke for the category (in units of the decision score)."""

    term: str
    weight: float


@dataclass(frozen=True, slots=True)
class Similar:
    """A labelled inquiry that spoke for the category, and its share of the semantic view's score."""

    text: str
    category: str
    weight: float


@dataclass(frozen=True, slots=True)
class Part:
    """One request of an inquiry: its category and the words in which it was found."""

    category: str
    confidence: float
    text: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """The most probable category of one text, the next ones, and what spoke for the first.

    Attributes:
        category: The most probable one; of a mixed inquiry, the main request's.
        confidence: Its probability.
        alternatives: The next ones, most probable first.
        explanation: The words that spoke for it.
        similar: The labelled inquiries that spoke for it.
        parts: The requests that were found, the main one first; one for all of the text if there is one request.
        scope: How much it looks like what some desk answers, in [0, 1].
        within_scope: False when that is too little.
        calibrated: False when nothing was held out to judge this situation's confidence by.
    """

    category: str
    confidence: float
    alternatives: tuple[Scored, ...]
    explanation: tuple[Term, ...]
    similar: tuple[Similar, ...] = ()
    parts: tuple[Part, ...] = ()
    scope: float = 1.0
    within_scope: bool = True
    calibrated: bool = True
