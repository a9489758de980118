"""The views' scores of inquiries held out, and what is found from them: pools, scope, when to be sure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.calibration import Floats, Indices
from model.lexical import LexicalView
from model.pool import ENOUGH, Pool, fit_pool
from model.reading import Reading, Situation
from model.scope import Evidence, Scope, fit_scope
from model.semantic import SemanticView
from model.views import NEVER_SURE, Answer, Distance, Views, distance_of, evidence, views_in

# Those of the seed inquiries: lexical, semantic on English, semantic on the original.
_GUESSED_WEIGHTS: tuple[float, ...] = (2.5, 10.0, 2.0)
# On the validation splits of CLINC150 and HWU64, 0.99 loses 0.001 of the accuracy and 0.007 of the AUROC between
# in and out of scope that encoding everything has, and encodes three in ten; without this bound 0.010 of the AUROC.
_SURE = 0.99
_AS_GOOD = 0.002  # the share of inquiries that the lexical view alone may get wrong more often than both views


@dataclass(frozen=True)
class HeldOut:
    """What a classifier says of inquiries that it did not learn from, in one situation.

    Attributes:
        rows: Which of the n inquiries, shape (m,).
        probabilities: Shape (m, n_labels).
        scope: Shape (m,).
        within_scope: Shape (m,).
        encoded: Which were shown to the semantic view, shape (m,).
    """

    rows: Indices
    probabilities: Floats
    scope: Floats
    within_scope: NDArray[np.bool_]
    encoded: NDArray[np.bool_]


@dataclass(frozen=True)
class LexicalScores:
    """Held-out scores of each inquiry's best text and of its original, each (n, n_labels)."""

    best: Floats
    original: Floats


@dataclass(frozen=True)
class SemanticScores:
    """The same of the semantic view, with each text's cosine to the nearest point of another inquiry, (n,)."""

    english: Floats
    original: Floats
    nearness_english: Floats
    nearness_original: Floats


class Board:
    """All held-out scores of n inquiries.

    Args:
        readings: The inquiries.
        truth: The number of each one's label; ``labels`` for those out of scope.
        labels: How many labels there are.
        lexical: Held-out scores of the lexical view.
        semantic: Of the semantic view, if there is one.
    """

    def __init__(
        self,
        readings: Sequence[Reading],
        truth: Indices,
        labels: int,
        lexical: LexicalScores,
        semantic: SemanticScores | None,
    ) -> None:
        self._situations = np.array([reading.situation for reading in readings])
        self._truth, self._labels = truth, labels
        self._within = truth < labels
        self._lexical, self._semantic = lexical, semantic

    def views(self, lexical: LexicalView, semantic: SemanticView | None) -> Views:
        """The fitted views with all that the board tells."""
        kinds = [False, True] if semantic else [False]
        pools = {(situation, kind): self._pool(situation, kind) for situation in Situation for kind in kinds}
        scopes = {kind: self._scope(pools, kind) for kind in kinds}
        sure = {s: self._sure(s, pools) for s in (Situation.ENGLISH, Situation.TRANSLATED)} if semantic else {}
        return Views(lexical, semantic, self._labels, pools, scopes, sure)

    def held_out(self, views: Views, *, with_semantic: bool) -> dict[Situation, HeldOut]:
        """What the views would say of each inquiry that is met in a situation."""
        return {situation: self._held_out(situation, views, with_semantic) for situation in Situation}

    def _held_out(self, situation: Situation, views: Views, with_semantic: bool) -> HeldOut:
        rows = self._met_in(situation)
        answer = self._answer(situation, rows, views, with_semantic=False)
        if with_semantic:
            unsure = views.unsure(situation, answer)
            answer.put(unsure, self._answer(situation, rows[unsure], views, with_semantic=True))
        return HeldOut(rows, answer.probabilities, answer.scope, answer.within_scope, answer.encoded)

    def _answer(self, situation: Situation, rows: Indices, views: Views, *, with_semantic: bool) -> Answer:
        return views.pooled(situation, *self._views_and_distance(situation, rows, with_semantic))

    def _met_in(self, situation: Situation) -> Indices:
        """A translated inquiry is also met untranslated, when the translator fails."""
        met = self._situations == situation
        if situation is Situation.UNTRANSLATED:
            met |= self._situations == Situation.TRANSLATED
        return np.flatnonzero(met)

    def _categorised_in(self, situation: Situation) -> Indices:
        """Those of them that belong to a category."""
        rows = self._met_in(situation)
        return rows[self._within[rows]]

    def _views_and_distance(
        self, situation: Situation, rows: Indices, with_semantic: bool
    ) -> tuple[list[Floats], Distance | None]:
        views = self._views_of(situation, rows, with_semantic)
        return views, self._distance(situation, rows) if with_semantic else None

    def _views_of(self, situation: Situation, rows: Indices, with_semantic: bool) -> list[Floats]:
        untranslated = situation is Situation.UNTRANSLATED
        lexical = (self._lexical.original if untranslated else self._lexical.best)[rows]
        if not with_semantic or self._semantic is None:
            return [lexical]
        texts = [] if untranslated else [self._semantic.english]
        texts += [] if situation is Situation.ENGLISH else [self._semantic.original]
        return views_in(situation, lexical, [scores[rows, : self._labels] for scores in texts])

    def _pool(self, situation: Situation, with_semantic: bool) -> Pool:
        rows = self._categorised_in(situation)
        if len(rows) >= ENOUGH:
            return fit_pool(self._views_of(situation, rows, with_semantic), self._truth[rows])
        return self._borrowed_pool(situation, with_semantic)

    def _borrowed_pool(self, situation: Situation, with_semantic: bool) -> Pool:
        """A translation is taken to be as good as English until some are labelled; no other guess is trusted."""
        other = Situation.ENGLISH if situation is Situation.TRANSLATED else Situation.TRANSLATED
        rows = self._categorised_in(other)
        if situation is Situation.UNTRANSLATED or len(rows) < ENOUGH:
            reads_original = with_semantic and situation is Situation.UNTRANSLATED
            guessed = _GUESSED_WEIGHTS[1:] if reads_original else _GUESSED_WEIGHTS
            return Pool(guessed[: self._count(situation, with_semantic)], calibrated=False)
        found = fit_pool(self._views_of(other, rows, with_semantic), self._truth[rows])
        return Pool((*found.weights, 0.0)[: self._count(situation, with_semantic)], calibrated=True)

    def _count(self, situation: Situation, with_semantic: bool) -> int:
        if not with_semantic or situation is Situation.UNTRANSLATED:
            return 1
        return 2 if situation is Situation.ENGLISH else 3

    def _scope(self, pools: dict[tuple[Situation, bool], Pool], with_semantic: bool) -> Scope | None:
        met = [(situation, self._met_in(situation)) for situation in Situation]
        found = [
            self._evidence(situation, rows, pools[situation, with_semantic], with_semantic)
            for situation, rows in met
            if len(rows)
        ]
        if not found:
            return None
        names = Evidence.__slots__
        together = Evidence(*(np.concatenate([getattr(one, name) for one in found]) for name in names))
        return fit_scope(together, np.concatenate([self._within[rows] for _, rows in met]))

    def _evidence(self, situation: Situation, rows: Indices, pool: Pool, with_semantic: bool) -> Evidence:
        views, distance = self._views_and_distance(situation, rows, with_semantic)
        return evidence(pool.probabilities(views), pool.energy(views), distance)

    def _distance(self, situation: Situation, rows: Indices) -> Distance | None:
        if self._semantic is None:
            return None
        original = situation is Situation.UNTRANSLATED
        scores = self._semantic.original if original else self._semantic.english
        nearness = self._semantic.nearness_original if original else self._semantic.nearness_english
        return distance_of(scores[rows], nearness[rows], self._labels)

    def _sure(self, situation: Situation, pools: dict[tuple[Situation, bool], Pool]) -> float:
        """The lowest probability from which the lexical view alone is right about as often as both views."""
        rows = self._categorised_in(situation)
        if len(rows) < ENOUGH:
            return NEVER_SURE
        alone = pools[situation, False].probabilities(self._views_of(situation, rows, False))
        both = pools[situation, True].probabilities(self._views_of(situation, rows, True))
        order = np.argsort(-alone.max(axis=1), kind="stable")
        worse = np.cumsum(_wrong(alone, self._truth[rows])[order] - _wrong(both, self._truth[rows])[order])
        fine = np.flatnonzero(worse <= _AS_GOOD * len(rows))
        return max(_SURE, float(alone.max(axis=1)[order][fine[-1]])) if len(fine) else NEVER_SURE


def _wrong(probabilities: Floats, truth: Indices) -> Indices:
    return np.asarray(probabilities.argmax(axis=1) != truth, dtype=np.intp)
