"""How the views of a classifier are made from labelled inquiries, each of them held out once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from model.board import Board, HeldOut, LexicalScores, SemanticScores
from model.calibration import Floats, Indices
from model.encoder import Embeddings, Encoder
from model.lexical import Labelled, LexicalView, Progress
from model.reading import Reading, Situation
from model.semantic import SemanticView
from model.taxonomy import Category
from model.views import Views, texts_of

_CHUNK = 64  # texts encoded between two signs of progress


@dataclass(frozen=True)
class Learned:
    """What a classifier learns from: n inquiries, the number of each one's label (n_labels: out of scope).

    Each counts as much as its weight says, shape (n,).
    """

    readings: Sequence[Reading]
    truth: Indices
    classes: Sequence[str]
    taxonomy: Sequence[Category]
    weights: Floats

    @property
    def within(self) -> NDArray[np.bool_]:
        """Which belong to a category, shape (n,)."""
        return np.asarray(self.truth < len(self.classes))

    @cached_property
    def descriptions(self) -> Labelled:
        """The taxonomy's texts with the number of their category."""
        places = {name: number for number, name in enumerate(self.classes)}
        pairs = [(text, places[c.name]) for c in self.taxonomy if c.name in places for text in c.descriptions()]
        numbers = np.array([number for _, number in pairs], dtype=np.intp)
        return Labelled([text for text, _ in pairs], numbers, np.ones(len(pairs)))

    @cached_property
    def texts(self) -> list[str]:
        """Every text that the semantic view learns from, inquiries first."""
        return [*(text for reading in self.readings for text in texts_of(reading)), *self.descriptions.texts]


def fit_views(
    learned: Learned, encoder: Encoder | None, lexical: LexicalView, semantic: SemanticView, tell: Progress
) -> tuple[Views, dict[bool, dict[Situation, HeldOut]]]:
    """Both views, their pools, and what they say of each inquiry left out, without and with the semantic view.

    The views come unfitted; without an encoder the semantic view stays out.
    """
    steps = _Steps(tell, lexical.folds + 1 + (len(learned.texts) // _CHUNK if encoder else 0))
    lexical_scores = fit_lexical(lexical, learned, steps.step)
    semantic_scores = fit_semantic(semantic, learned, encoder, steps.step) if encoder else None
    board = Board(learned.readings, learned.truth, len(learned.classes), lexical_scores, semantic_scores)
    views = board.views(lexical, semantic if encoder else None)
    tell(1, 1)
    return views, {kind: board.held_out(views, with_semantic=kind) for kind in views.scopes}


class _Steps:
    """Signs of progress over several stages."""

    def __init__(self, tell: Progress, of: int) -> None:
        self._tell, self._done, self._of = tell, 0, of

    def step(self) -> None:
        self._tell(self._done, self._of)
        self._done = min(self._done + 1, self._of)


def fit_lexical(view: LexicalView, learned: Learned, step: Callable[[], None]) -> LexicalScores:
    """Fit the view; answers what it says of each inquiry left out. ``step`` is called now and then."""
    always = learned.descriptions
    english = learned.within & np.array([r.english is not None for r in learned.readings], dtype=bool)
    rows = np.flatnonzero(english)
    known = Labelled([learned.readings[int(i)].best for i in rows], learned.truth[rows], learned.weights[rows])
    view.fit(always.and_these(known))
    scores = LexicalScores(
        view.scores([r.best for r in learned.readings]), view.scores([r.original for r in learned.readings])
    )
    if len(rows) > 1:
        originals = [learned.readings[int(i)].original for i in rows]
        held = view.held_out_scores(known, originals, always, lambda _d, _o: step())
        scores.best[rows], scores.original[rows] = held
    return scores


def fit_semantic(
    view: SemanticView, learned: Learned, encoder: Encoder, step: Callable[[], None]
) -> SemanticScores:
    """The same of the semantic view."""
    places, groups = _places(learned.readings)
    described = learned.descriptions
    groups = np.concatenate([groups, len(learned.readings) + np.arange(len(described.texts))])
    of_inquiries = groups[: len(groups) - len(described.texts)]
    truth = np.concatenate([learned.truth[of_inquiries], described.truth])
    weights = np.concatenate([learned.weights[of_inquiries], described.weights])
    labels = len(learned.classes) + int((~learned.within).any())
    embeddings = _encoded(encoder, learned.texts, step)
    scores, nearness = view.fit(embeddings, truth, groups, labels, weights).held_out(embeddings)
    english, original = places[:, 0], places[:, 1]
    return SemanticScores(scores[english], scores[original], nearness[english], nearness[original])


def _places(readings: Sequence[Reading]) -> tuple[Indices, Indices]:
    """The places of each inquiry's English text and original among all texts, and each text's inquiry."""
    counts = np.array([len(texts_of(reading)) for reading in readings], dtype=np.intp)
    first = np.cumsum(counts) - counts
    return np.column_stack([first, first + counts - 1]), np.repeat(np.arange(len(readings)), counts)


def _encoded(encoder: Encoder, texts: Sequence[str], step: Callable[[], None]) -> Embeddings:
    rows = []
    for start in range(0, len(texts), _CHUNK):
        step()
        rows.append(encoder.encode(texts[start : start + _CHUNK]))
    return np.concatenate(rows)
