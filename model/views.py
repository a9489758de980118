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
                self._ask_in(situation, rows, readings, encoder, answer, cheap_first)
        return answer

    def _ask_in(
        self,
        situation: Situation,
        rows: Indices,
        readings: Sequence[Reading],
        encoder: Encoder | None,
        answer: Answer,
        cheap_first: bool,
    ) -> None:
        lexical = self.lexical.scores([readings[i].best for i in rows])
        self._fill(answer, rows, situation, [lexical], None)
        if encoder is None or self.semantic is None:
            return
        unsure = answer.probabilities[rows].max(axis=1) < self.sure.get(situation, NEVER_SURE)
        asked = unsure if cheap_first else np.ones(len(rows), dtype=bool)
        if asked.any():
            texts = [texts_of(readings[i]) for i in rows[asked]]
            embeddings = encoder.encode([text for pair in texts for text in pair]).reshape(
                len(texts), len(texts[0]), -1
            )
            self._fill_from_both(answer, rows[asked], situation, lexical[asked], self.semantic, embeddings)

    def _fill_from_both(
        self,
        answer: Answer,
        rows: Indices,
        situation: Situation,
        lexical: Floats,
        semantic: SemanticView,
        embeddings: Embeddings,
    ) -> None:
        """Embeddings of each reading's texts, shape (n, texts, dimensions)."""
        scores = [semantic.scores(embeddings[:, i]) for i in range(embeddings.shape[1])]
        views = views_in(situation, lexical, [score[:, : self.labels] for score in scores])
        outside = scores[0][:, self.labels] if scores[0].shape[1] > self.labels else np.zeros(len(rows))
        self._fill(answer, rows, situation, views, (outside, semantic.nearness(embeddings[:, 0])))
        answer.encoded[rows] = True

    def _fill(
        self,
        answer: Answer,
        rows: Indices,
        situation: Situation,
        views: list[Floats],
        distance: tuple[Floats, Floats] | None,
    ) -> None:
        pool = self.pools[situation, distance is not None]
        answer.probabilities[rows] = pool.probabilities(views)
        scope = self.scopes[distance is not None]
        if scope:
            found = scope.scores(evidence(pool, views, distance))
            answer.scope[rows], answer.within_scope[rows] = found, found >= scope.threshold


def texts_of(reading: Reading) -> list[str]:
    """What the semantic view reads: the English text, then the original where it is another."""
    return list(dict.fromkeys(text for text in (reading.english, reading.original) if text is not None))


def views_in(situation: Situation, lexical: Floats, semantic: list[Floats]) -> list[Floats]:
    """The views that are pooled in a situation; words of an original that is not English say too little."""
    return semantic if situation is Situation.UNTRANSLATED else [lexical, *semantic]


def evidence(pool: Pool, views: list[Floats], distance: tuple[Floats, Floats] | None) -> Evidence:
    """What speaks for and against a text being within scope.

    Args:
        pool: Of these views.
        views: Scores, each (n, n_labels).
        distance: The semantic view's score for being out of scope, and the nearness, each (n,).
    """
    energy = pool.energy(views)
    outside, nearness = distance or (np.zeros(len(energy)), np.zeros(len(energy)))
    return Evidence(pool.probabilities(views).max(axis=1), energy, outside, nearness)
