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
class Prediction:
    """The most probable category of one text, the next ones, and the words that spoke for the first."""

    category: str
    confidence: float
    alternatives: tuple[Scored, ...]
    explanation: tuple[Term, ...]
