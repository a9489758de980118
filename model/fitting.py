"""How the views of a classifier are made from labelled inquiries, each of them held out once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from model.board import Board, HeldOut, LexicalScores, SemanticScores
from model.calibration import Indices
from model.encoder import Embeddings, Encoder
from model.lexical import Labelled, LexicalView, Progress
from model.reading import Reading, Situation
from model.semantic import SemanticView
from model.taxonomy import Category
from model.views import Views, texts_of

_CHUNK = 64  # texts encoded between two signs of progress


@dataclass(frozen=True)
class Learned:
    """What a classifier learns from: n inquiries, the number of each one's label (n_labels: out of scope)."""

    readings: Sequence[Reading]
    truth: Indices
    classes: Sequence[str]
    taxonomy: Sequence[Category]

    @property
    def within(self) -> NDArray[np.bool_]:
        """Which belong to a category, shape (n,)."""
        return np.asarray(self.truth < len(self.classes))

    @cached_property
    def descriptions(self) -> Labelled:
        """The taxonomy's texts with the number of their category."""
        places = {name: number for number, name in enumerate(self.classes)}
        pairs = [(text, places[c.name]) for c in self.taxonomy if c.name in places for text in c.descriptions()]
        return Labelled([text for text, _ in pairs], np.array([number for _, number in pairs], dtype=np.intp))

    @cached_property
    def texts(self) -> list[str]:
        """Every text that the semantic view learns from, inquiries first."""
        return [*(text for reading in self.readings for text in texts_of(reading)), *self.descriptions.texts]


def fit_views(
    learned: Learned, encoder: Encoder | None, folds: int, seed: int, tell: Progress
) -> tuple[Views, dict[bool, dict[Situation, HeldOut]]]:
    """Both views, their pools, and what they say of each inquiry left out, without and with the semantic view."""
    steps = _Steps(tell, folds + 1 + (len(learned.texts) // _CHUNK if encoder else 0))
    lexical, lexical_scores = _fit_lexical(learned, folds, seed, steps)
    semantic, semantic_scores = _fit_semantic(learned, encoder, seed, steps) if encoder else (None, None)
    board = Board(learned.readings, learned.truth, len(learned.classes), lexical_scores, semantic_scores)
    views = board.views(lexical, semantic)
    tell(1, 1)
    return views, {kind: board.held_out(views, with_semantic=kind) for kind in views.scopes}


class _Steps:
    """Signs of progress over several stages."""

    def __init__(self, tell: Progress, of: int) -> None:
        self._tell, self._done, self._of = tell, 0, of

    def step(self) -> None:
        self._tell(self._done, self._of)
        self._done = min(self._done + 1, self._of)


def _fit_lexical(learned: Learned, folds: int, seed: int, steps: _Steps) -> tuple[LexicalView, LexicalScores]:
    always = learned.descriptions
    english = learned.within & np.array([r.english is not None for r in learned.readings], dtype=bool)
    rows = np.flatnonzero(english)
    texts = [learned.readings[int(i)].best for i in rows]
    view = LexicalView(folds=folds, seed=seed).fit(always.and_these(texts, learned.truth[rows]))
    scores = LexicalScores(
        view.scores([r.best for r in learned.readings]), view.scores([r.original for r in learned.readings])
    )
    if len(rows) > 1:
        originals = [learned.readings[int(i)].original for i in rows]
        held = view.held_out_scores(texts, originals, learned.truth[rows], always, lambda _d, _o: steps.step())
        scores.best[rows], scores.original[rows] = held
    return view, scores


def _fit_semantic(
    learned: Learned, encoder: Encoder, seed: int, steps: _Steps
) -> tuple[SemanticView, SemanticScores]:
    places, groups = _places(learned.readings)
    described = learned.descriptions
    groups = np.concatenate([groups, len(learned.readings) + np.arange(len(described.texts))])
    truth = np.concatenate([learned.truth[groups[: len(groups) - len(described.texts)]], described.truth])
    labels = len(learned.classes) + int((~learned.within).any())
    embeddings = _encoded(encoder, learned.texts, steps)
    view = SemanticView(seed=seed).fit(embeddings, truth, groups, labels)
    scores, nearness = view.held_out(embeddings)
    english, original = places[:, 0], places[:, 1]
    return view, SemanticScores(scores[english], scores[original], nearness[english], nearness[original])


def _places(readings: Sequence[Reading]) -> tuple[Indices, Indices]:
    """The places of each inquiry's English text and original among all texts, and each text's inquiry."""
    counts = np.array([len(texts_of(reading)) for reading in readings], dtype=np.intp)
    first = np.cumsum(counts) - counts
    return np.column_stack([first, first + counts - 1]), np.repeat(np.arange(len(readings)), counts)


def _encoded(encoder: Encoder, texts: Sequence[str], steps: _Steps) -> Embeddings:
    rows = []
    for start in range(0, len(texts), _CHUNK):
        steps.step()
        rows.append(encoder.encode(texts[start : start + _CHUNK]))
    return np.concatenate(rows)
