"""Look for better parameters of the classifier: `loket train --search`.

A candidate is judged by what it says of each inquiry while that is held out: the lexical view in cross-validation,
the semantic view by leaving one out, as in every training. Each view is fitted once for each of its own parameters,
and candidates that share a view share its scores.

The score is log loss: how probable the right category was found. The share that can be routed without a person at
97 % precision is what matters, but it hangs on the few most confident errors; it follows from all confidences, and
those are what log loss measures. F1 does not see them.

The work is joblib's: `joblib.parallel_config(backend=...)` chooses processes, threads or a Dask cluster. Workers
get the embeddings, never the encoder: it cannot be sent to a process, and would hang in a forked one.
"""

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from joblib import Parallel, delayed, parallel_config
from sklearn.model_selection import ParameterGrid

from model.board import Board
from model.calibration import Floats, Indices
from model.classifier import InquiryClassifier
from model.encoder import Embeddings, Encoder
from model.errors import TrainingDataInvalid
from model.fitting import Learned, fit_lexical, fit_semantic
from model.lexical import LexicalView, Progress
from model.reading import Reading
from model.semantic import SemanticView
from model.taxonomy import Category
from training.embeddings import PreparedEncoder
from training.evaluate import automatic_share
from training.progress import silent

Parameters = dict[str, Any]
_View = tuple[tuple[str, ...], tuple[tuple[str, Any], ...]]  # which view, and its parameters
Grid = Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Sequence[Any]]]

# One at a time: on BANKING77 and HWU64 the semantic view's differ by less than 0.001, see model/semantic.py.
DEFAULT_GRID: Grid = (
    {"regularisation": (0.3, 1.0, 3.0)},
    {"width": (0.5, 1.0, 2.0)},
    {"ridge": (0.03, 0.1, 0.3)},
)
_LEXICAL, _SEMANTIC = ("regularisation",), ("width", "ridge")
_LEAST = 1e-3  # an inquiry costs at most 6.9: a few wrong labels must not decide


@dataclass(frozen=True, slots=True)
class Row:
    """A candidate and how good it is on inquiries held out.

    Attributes:
        params: All parameters that were searched.
        mean_score: Mean logarithm of the right category's probability; 0 is perfect.
        std: Standard error of that mean.
        seconds: Of work, the fitting of a view that candidates share counted with each.
        accuracy: Of the same inquiries.
        automatic: The share of them that can be routed at 97 % precision.
    """

    params: Parameters
    mean_score: float
    std: float
    seconds: float
    accuracy: float
    automatic: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found.

    Attributes:
        best: The parameters to train with; empty where nothing is better than the default beyond noise.
        table: All candidates, the default first.
    """

    best: Parameters
    table: list[Row]

    def text(self) -> str:
        """The candidates as a person reads them in a terminal."""
        lines = [f"{'log-probability':>17} {'accuracy':>9} {'automatic':>9} {'seconds':>8}  parameters"]
        lines += [_line(row) for row in self.table]
        return "\n".join([*lines, f"best: {named(self.best)}" if self.best else "the default is kept"])

    def plot(self) -> str:
        """The candidates' scores with their standard errors, as SVG."""
        from training import plots  # brings matplotlib, which a search without a plot does not wait for

        chosen = next((place for place, row in enumerate(self.table) if row.params == self.best), 0)
        rows = [(named(row.params), row.mean_score, row.std) for row in self.table]
        return plots.candidates(rows, chosen, "mean log-probability of the right category")


class Embedded:
    """An encoder that knows some texts and no others: it can be sent to other processes, and encodes nothing.

    Args:
        identity: That of the encoder that made the embeddings.
        texts: What it knows, each once.
        rows: Their embeddings, shape (n, dimensions).
    """

    def __init__(self, identity: str, texts: Sequence[str], rows: Embeddings) -> None:
        self.identity = identity
        self._rows = rows
        self._places = {text: place for place, text in enumerate(texts)}

    @classmethod
    def of(cls, encoder: Encoder, texts: Sequence[str]) -> Self:
        """One that knows what an encoder says of these texts."""
        once = list(dict.fromkeys(texts))
        return cls(encoder.identity, once, encoder.encode(once))

    def encode(self, texts: Sequence[str]) -> Embeddings:
        """See `Encoder`; a text that it does not know is a `KeyError`."""
        return self._rows[[self._places[text] for text in texts]]

    def __deepcopy__(self, memo: object) -> Self:
        """The embeddings are one, however often scikit-learn clones an estimator."""
        return self

    def __sizeof__(self) -> int:
        """With the embeddings: joblib sends what is large to a Dask cluster once."""
        return super().__sizeof__() + self._rows.nbytes


@dataclass(frozen=True)
class _Material:
    """What every view is fitted on."""

    learned: Learned
    encoder: Embedded | None
    folds: int

    def __sizeof__(self) -> int:
        return super().__sizeof__() + sum(map(len, self.learned.texts)) + sys.getsizeof(self.encoder)


@dataclass(frozen=True, slots=True)
class _Fitted:
    """Held-out scores of one view and the seconds they took."""

    scores: Any
    seconds: float


def search(
    readings: Sequence[Reading],
    labels: Sequence[str],
    encoder: Encoder | None = None,
    taxonomy: Sequence[Category] = (),
    grid: Grid = DEFAULT_GRID,
    folds: int = 5,
    n_jobs: int = -1,
    tell: Progress = silent,
    weights: Sequence[float] | None = None,
    encoding: Progress = silent,
) -> SearchResult:
    """Cross-validate the candidates of a grid.

    The default stays unless the best candidate is better by more than its standard error (Breiman et al. 1984):
    a search that follows noise makes models differ from one training to the next for nothing.

    Args:
        readings: The inquiries.
        labels: Theirs; messages out of scope are learned from, and not scored.
        encoder: Of the semantic view; asked once, here. Without it the semantic view's parameters stay out.
        taxonomy: See `InquiryClassifier`.
        grid: As of scikit-learn's `ParameterGrid`; what it leaves out is as by default.
        folds: Into how many parts the lexical view splits the inquiries, each category evenly.
        n_jobs: How many views are fitted at a time; -1 for as many as there are cores, or threads in the cluster.
            The semantic view takes 2 GB for 11,000 texts.
        tell: Told how much is done.
        weights: How much each inquiry counts, in learning and in the score.
        encoding: Told how much is encoded, where the encoder is a `PreparedEncoder`.

    Raises:
        TrainingDataInvalid: Fewer than two categories, or a parameter that cannot be searched.
    """
    learned = InquiryClassifier(taxonomy=taxonomy).learned_from(readings, labels, weights)
    known = _embedded(encoder, learned.texts, encoding) if encoder else None
    candidates = _candidates(grid, with_semantic=known is not None)
    fitted = _fitted(_Material(learned, known, folds), candidates, n_jobs, tell)
    table = [_row(learned, params, fitted) for params in candidates]
    return SearchResult(chosen(table), table)


def chosen(table: Sequence[Row]) -> Parameters:
    """The parameters to train with, by the rule of one standard error; none for the default, the table's first."""
    best = max(table, key=lambda row: row.mean_score)
    return best.params if best.mean_score - best.std > table[0].mean_score else {}


def named(params: Parameters) -> str:
    """Parameters in one line, in the order of their names."""
    return ", ".join(f"{name} {value:g}" for name, value in sorted(params.items()))


def _line(row: Row) -> str:
    score = f"{row.mean_score:.3f} ± {row.std:.3f}"
    return f"{score:>17} {row.accuracy:9.3f} {row.automatic:9.1%} {row.seconds:8.1f}  {named(row.params)}"


def _candidates(grid: Grid, *, with_semantic: bool) -> list[Parameters]:
    """Every parameter of every candidate, each once, the default first."""
    points = [dict(point) for point in ParameterGrid(grid if isinstance(grid, Mapping) else list(grid))]
    names = {name for point in points for name in point}
    if unknown := sorted(names.difference(_LEXICAL, _SEMANTIC)):
        raise TrainingDataInvalid(f"{unknown[0]} is no parameter that can be searched")
    names -= set() if with_semantic else set(_SEMANTIC)
    usual = {name: value for name, value in InquiryClassifier().get_params().items() if name in names}
    whole = [usual, *(usual | {name: point[name] for name in names & set(point)} for point in points)]
    return [one for place, one in enumerate(whole) if one not in whole[:place]]


def _embedded(encoder: Encoder, texts: Sequence[str], tell: Progress) -> Embedded:
    if isinstance(encoder, PreparedEncoder):
        with parallel_config(backend="loky"):  # whatever the search runs on: here, and in no forked process
            encoder.prepare(texts, tell)
    return Embedded.of(encoder, texts)


def _fitted(
    material: _Material, candidates: Sequence[Parameters], n_jobs: int, tell: Progress
) -> dict[_View, _Fitted]:
    """Both views of every candidate, each distinct one once; the semantic ones, which take longest, first."""
    kinds = (_SEMANTIC, _LEXICAL) if material.encoder else (_LEXICAL,)
    views = list(dict.fromkeys(_view(kind, params) for kind in kinds for params in candidates))
    found: dict[_View, _Fitted] = {}
    results = Parallel(n_jobs, return_as="generator")(delayed(_fit)(material, *view) for view in views)
    for view, fitted in zip(views, results, strict=True):
        found[view] = fitted
        tell(len(found), len(views))
    return found


def _view(kind: tuple[str, ...], params: Parameters) -> _View:
    return kind, tuple((name, params[name]) for name in kind if name in params)


def _fit(material: _Material, kind: tuple[str, ...], params: tuple[tuple[str, Any], ...]) -> _Fitted:
    started_at = time.perf_counter()
    with parallel_config(backend="sequential"):  # the candidates are what runs at a time
        scores: Any
        if kind == _LEXICAL or material.encoder is None:
            scores = fit_lexical(LexicalView(folds=material.folds, **dict(params)), material.learned, _nothing)
        else:
            scores = fit_semantic(SemanticView(**dict(params)), material.learned, material.encoder, _nothing)
    return _Fitted(scores, time.perf_counter() - started_at)


def _nothing() -> None:
    """Tell nobody: a worker has nobody to tell."""


def _row(learned: Learned, params: Parameters, fitted: Mapping[_View, _Fitted]) -> Row:
    lexical, semantic = fitted[_view(_LEXICAL, params)], fitted.get(_view(_SEMANTIC, params))
    rows, probabilities = _held_out(learned, lexical, semantic)
    if not len(rows):
        raise TrainingDataInvalid("no inquiry with a category to measure on")
    truth, weights = learned.truth[rows], learned.weights[rows]
    logs = np.log(np.maximum(probabilities[np.arange(len(rows)), truth], _LEAST))
    mean = float(np.average(logs, weights=weights))
    correct, confidence = probabilities.argmax(axis=1) == truth, probabilities.max(axis=1)
    return Row(
        params,
        mean,
        float(np.sqrt(np.sum((weights * (logs - mean)) ** 2)) / weights.sum()),
        lexical.seconds + (semantic.seconds if semantic else 0.0),
        float(correct.mean()),
        automatic_share(confidence, correct),
    )


def _held_out(learned: Learned, lexical: _Fitted, semantic: _Fitted | None) -> tuple[Indices, Floats]:
    """The inquiries with a category, each once, and their probabilities in the situation in which it came."""
    of_semantic = semantic.scores if semantic else None
    board = Board(learned.readings, learned.truth, len(learned.classes), lexical.scores, of_semantic)
    views = board.views(LexicalView(), SemanticView() if semantic else None)
    found = []
    for situation, held in board.held_out(views, with_semantic=semantic is not None).items():
        here = np.array([learned.readings[i].situation is situation for i in held.rows], dtype=bool)
        here &= learned.within[held.rows]
        found.append((held.rows[here], held.probabilities[here]))
    return np.concatenate([rows for rows, _ in found]), np.concatenate([rows for _, rows in found])
