"""A fitted classifier's views of an inquiry, and how they are asked: the cheap one first.

The lexical view costs 1 ms, the semantic view 20 to 200. Where the lexical view alone is sure, and was right as
often as both on inquiries held out, the encoder is not asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.calibration import Floats, Indices
from model.encoder import Embeddings, Encoder
from model.lexical import LexicalView
from model.pool import Pool
from model.reading import Reading, Situation
from model.scope import Evidence, Scope
from model.semantic import SemanticView

NEVER_SURE = 2.0  # no probability reaches it
Distance = tuple[Floats, Floats]  # the semantic view's score for being out of scope, and the nearness, each (n,)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the views say of n texts.

    Attributes:
        probabilities: Shape (n, n_labels), rows sum to 1.
        scope: Shape (n,), 1 for surely within scope.
        within_scope: Shape (n,), False for what goes to a person.
        encoded: Shape (n,), which were shown to the semantic view.
    """

    probabilities: Floats
    scope: Floats
    within_scope: NDArray[np.bool_]
    encoded: NDArray[np.bool_]

    def of(self, rows: Indices) -> "Answer":
        """What they say of these rows alone."""
        return Answer(self.probabilities[rows], self.scope[rows], self.within_scope[rows], self.encoded[rows])

    def put(self, rows: Indices, other: "Answer") -> None:
        """Let another answer stand in the place of these rows."""
        for name in self.__slots__:
            getattr(self, name)[rows] = getattr(other, name)


@dataclass(frozen=True)
class Views:
    """Both views, and for each situation and each set of views how they are pooled.

    Attributes:
        lexical: Reads the English text, and the original where there is nothing else.
        semantic: None when there was no encoder to learn with.
        labels: How many there are; the semantic view has one more column, for what is out of scope.
        pools: By situation, and whether the semantic view is among the views.
        scopes: By whether the semantic view is among the views.
        sure: By situation, the lexical view's probability from which the encoder is not asked.
    """

    lexical: LexicalView
    semantic: SemanticView | None
    labels: int
    pools: dict[tuple[Situation, bool], Pool]
    scopes: dict[bool, Scope | None]
    sure: dict[Situation, float]

    def ask(self, readings: Sequence[Reading], encoder: Encoder | None, *, cheap_first: bool = True) -> Answer:
        """What is known of each; without an encoder the lexical view answers alone."""
        n = len(readings)
        answer = Answer(np.zeros((n, self.labels)), np.ones(n), np.ones(n, dtype=bool), np.zeros(n, dtype=bool))
        for situation in Situation:
            rows = np.flatnonzero([reading.situation is situation for reading in readings])
            if len(rows):
                answer.put(rows, self._ask_in(situation, [readings[int(i)] for i in rows], encoder, cheap_first))
        return answer

    def unsure(self, situation: Situation, answer: Answer) -> Indices:
        """The places where the lexical view's answer does not suffice."""
        return np.flatnonzero(answer.probabilities.max(axis=1) < self.sure.get(situation, NEVER_SURE))

    def pooled(self, situation: Situation, views: list[Floats], distance: Distance | None) -> Answer:
        """What the scores of n texts say together, each (n, n_labels); the distance is None for words alone."""
        encoded = distance is not None
        pool, scope = self.pools[situation, encoded], self.scopes[encoded]
        probabilities = pool.probabilities(views)
        n = len(probabilities)
        if scope is None or not n:
            return Answer(probabilities, np.ones(n), np.ones(n, dtype=bool), np.full(n, encoded))
        found = scope.scores(evidence(probabilities, pool.energy(views), distance))
        return Answer(probabilities, found, found >= scope.threshold, np.full(n, encoded))

    def _ask_in(
        self, situation: Situation, readings: Sequence[Reading], encoder: Encoder | None, cheap_first: bool
    ) -> Answer:
        lexical = self.lexical.scores([reading.best for reading in readings])
        answer = self.pooled(situation, [lexical], None)
        if encoder is None or self.semantic is None:
            return answer
        asked = self.unsure(situation, answer) if cheap_first else np.arange(len(readings))
        if len(asked):
            embeddings = _embedded([readings[i] for i in asked], encoder)
            answer.put(asked, self._pooled_with(self.semantic, situation, lexical[asked], embeddings))
        return answer

    def _pooled_with(
        self, semantic: SemanticView, situation: Situation, lexical: Floats, embeddings: Embeddings
    ) -> Answer:
        scores, nearness = semantic.scores_and_nearness(embeddings[:, 0])
        others = [semantic.scores(embeddings[:, i]) for i in range(1, embeddings.shape[1])]
        views = views_in(situation, lexical, [one[:, : self.labels] for one in (scores, *others)])
        return self.pooled(situation, views, distance_of(scores, nearness, self.labels))


def texts_of(reading: Reading) -> list[str]:
    """What the semantic view reads: the English text, then the original where it is another."""
    return list(dict.fromkeys(text for text in (reading.english, reading.original) if text is not None))


def views_in(situation: Situation, lexical: Floats, semantic: list[Floats]) -> list[Floats]:
    """The views that are pooled in a situation; words of an original that is not English say too little."""
    return semantic if situation is Situation.UNTRANSLATED else [lexical, *semantic]


def distance_of(scores: Floats, nearness: Floats, labels: int) -> Distance:
    """How far off the semantic view finds texts; its score is 0 where no message out of scope was learned from.

    Args:
        scores: Of that view, with or without a column after those of the labels.
        nearness: Of the same texts.
        labels: How many there are.
    """
    return scores[:, labels] if scores.shape[1] > labels else np.zeros(len(scores)), nearness


def evidence(probabilities: Floats, energy: Floats, distance: Distance | None) -> Evidence:
    """What speaks for and against n texts being within scope.

    Args:
        probabilities: Of the pool, shape (n, n_labels).
        energy: Of the pool, shape (n,).
        distance: None for words alone.
    """
    outside, nearness = distance or (np.zeros(len(energy)), np.zeros(len(energy)))
    return Evidence(probabilities.max(axis=1), energy, outside, nearness)


def _embedded(readings: Sequence[Reading], encoder: Encoder) -> Embeddings:
    """Shape (n, texts, dimensions): readings in one situation have equally many texts."""
    texts = [texts_of(reading) for reading in readings]
    rows = encoder.encode([text for one in texts for text in one])
    return rows.reshape(len(texts), len(texts[0]), -1)
