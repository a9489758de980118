"""What the classifier says of one text."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from model.taxonomy import OUT_OF_SCOPE


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
    """A labelled inquiry that spoke for the category, and its share of the semantic view's score.

    Its ``origin`` is the id of the stored inquiry that it was, or says that it came from elsewhere; then it has no
    text. What was written for training has none.
    """

    text: str
    category: str
    weight: float
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One request of an inquiry: its category and the words in which it was found."""

    category: str
    confidence: float
    text: str


@dataclass(frozen=True, slots=True)
class Recalled:
    """A remembered example that changes the answer to an inquiry near it.

    Attributes:
        key: The example's.
        category: The example's, or ``out_of_scope``.
        similarity: The cosine of both in the semantic view; 1 for the same words.
        confidence: The probability of the answer's category with all that is remembered.
        instead_of: What the classifier says alone; ``out_of_scope`` if it is that.
        follows: Whether the answer becomes the example's; else the classifier's stays, and is less sure.
    """

    key: str
    category: str
    similarity: float
    confidence: float
    instead_of: str
    follows: bool


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
        recalled: The remembered example that changed it.
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
    recalled: Recalled | None = None

    def as_remembered(self, recalled: Recalled) -> "Prediction":
        """This answer with what is remembered; a mixed inquiry's stays, unless these very words were corrected."""
        if len(self.parts) > 1 and recalled.similarity < 1:
            return self
        if not recalled.follows:
            return replace(self, confidence=min(self.confidence, recalled.confidence), recalled=recalled)
        if recalled.category == OUT_OF_SCOPE:
            return replace(self, scope=0.0, within_scope=False, recalled=recalled)
        same = recalled.category == self.category
        return replace(
            self,
            category=recalled.category,
            confidence=recalled.confidence,
            alternatives=self.alternatives if same else self._others(recalled),
            explanation=self.explanation if same else (),  # what spoke for another category explains nothing
            similar=self.similar if same else (),
            parts=(),
            within_scope=True,
            recalled=recalled,
        )

    def renamed(self, names: Mapping[str, str]) -> "Prediction":
        """The same under present names; what was several categories and is one now counts together.

        Args:
            names: The present name of categories that the model knows under another one.
        """
        if not names:
            return self
        shares: dict[str, float] = {}
        for one in (Scored(self.category, self.confidence), *self.alternatives):
            name = names.get(one.category, one.category)
            shares[name] = min(1.0, shares.get(name, 0.0) + one.confidence)
        category, own = names.get(self.category, self.category), names.get(self.category, self.category)
        if len(self.parts) < 2:
            category = max(shares, key=lambda name: shares[name])
        confidence = shares.pop(category)
        others = sorted(shares.items(), key=lambda pair: -pair[1])
        return replace(
            self,
            category=category,
            confidence=confidence,
            alternatives=tuple(Scored(*pair) for pair in others),
            explanation=self.explanation if category == own else (),
            similar=tuple(replace(one, category=names.get(one.category, one.category)) for one in self.similar),
            parts=tuple(replace(part, category=names.get(part.category, part.category)) for part in self.parts),
        )

    def _others(self, recalled: Recalled) -> tuple[Scored, ...]:
        left, others = 1.0 - recalled.confidence, (Scored(self.category, self.confidence), *self.alternatives)
        return tuple(Scored(x.category, min(x.confidence, left)) for x in others if x.category != recalled.category)
