"""Whether the texts of a week can be told from those before it, and by which words.

Two questions. Can a linear classifier, trained on some of the texts, tell of others when they came (Lopez-Paz
and Oquab 2017)? Its AUC says how far all texts have changed; but something new in one text of twenty moves it to
no more than 0.525. So each word is also asked for alone: Fisher's exact test, corrected for the number of words.

How probable an AUC is by chance is told by the same classifier on permuted weeks: the parts learn from one
another's texts and so are not independent, as DeLong's variance would have it. A ridge regression solves all
permutations at once. Their mean and deviation are put into a normal distribution, since two hundred permutations
alone could not show a chance below one in two hundred.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.stats import hypergeom, norm, rankdata
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from model.text import clean, without_identifiers
from service.storage.weeks import DecidedText

SENDERS = 5  # a word that fewer people wrote could be one of their names
_FEWEST_NOW, _FEWEST_BEFORE = 50, 100  # texts, below which nothing is said
_WORD = r"(?u)\b[^\W\d_]\w+\b"
_FEATURES = 1500  # the most frequent words: the time grows with their square
_FOLDS, _PERMUTATIONS = 5, 200
_RIDGE = 1.0
_Z_SHOWN, _WORDS_SHOWN, _LEAST_RISE = 3.0, 8, 0.01
_MAX_CHARS = 5000  # of a text; the customer's request is at its beginning

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of which there is more than before.

    Attributes:
        word: In lower case.
        now: The share of this week's texts that have it.
        before: The share of those before.
        z: The log-odds ratio with an informed prior, in standard errors (Monroe, Colaresi and Quinn 2008).
    """

    word: str
    now: float
    before: float
    z: float


@dataclass(frozen=True, slots=True)
class TextDrift:
    """How this week's texts differ.

    Attributes:
        n: Texts of this week that were read, one of each sender.
        n_before: Texts of the weeks before that were read.
        auc: 0.5 when nothing can be told, 1 when all can.
        p_auc: How probable this or a larger one is by chance.
        p_word: How probable it is by chance that any word rose as much as the one that rose most.
        words: Those that give this week away, the clearest first; each written by `SENDERS` people or more.
        desks: On which desks those words lie, of what is more than before; the largest share first.
    """

    n: int
    n_before: int
    auc: float
    p_auc: float
    p_word: float
    words: tuple[Word, ...]
    desks: tuple[tuple[str, float], ...]

    @property
    def rise(self) -> float:
        """Of the word that rose most, in shares of the texts."""
        return max((word.now - word.before for word in self.words), default=0.0)


def text_drift(
    now: Sequence[DecidedText], before: Sequence[DecidedText], desks: Mapping[str, str], seed: int = 0
) -> TextDrift | None:
    """Compare the texts; None when there are too few of them.

    Args:
        now: This week's.
        before: Of the weeks before.
        desks: The desk of each inquiry.
        seed: Of folds and permutations.
    """
    now, before = _one_of_each_sender(now), _one_of_each_sender(before)
    if len(now) < _FEWEST_NOW or len(before) < _FEWEST_BEFORE:
        return None
    is_now = np.arange(len(now) + len(before)) < len(now)
    has, names = _words_of([*now, *before])
    if not len(names):
        return None
    auc, p_auc = _auc(_features(has), is_now, np.random.default_rng(seed))
    p_word, words, columns = _words(has, names, is_now)
    where = [desks.get(one.inquiry, "") for one in (*now, *before)]
    lies = _desks(np.asarray(has[:, columns].sum(axis=1)).ravel() > 0, is_now, where)
    return TextDrift(len(now), len(before), auc, p_auc, p_word, words, lies)


def _one_of_each_sender(texts: Sequence[DecidedText]) -> list[DecidedText]:
    """So that nobody's words count twice: neither as a rise, nor as words that many write."""
    return list({one.sender: one for one in texts}.values())


def _words_of(texts: Sequence[DecidedText]) -> tuple[Any, NDArray[np.str_]]:
    """Which texts have which words, sparse (n, words), and the words: those that are in `SENDERS` texts or more."""
    vectorizer = CountVectorizer(binary=True, token_pattern=_WORD, dtype=np.float64)
    try:
        has = vectorizer.fit_transform([without_identifiers(clean(one.text[:_MAX_CHARS])) for one in texts]).tocsc()
    except ValueError:  # not one word in all texts
        return None, np.array([], dtype=str)
    often = np.asarray(has.sum(axis=0)).ravel() >= SENDERS
    return has[:, often].tocsr(), vectorizer.get_feature_names_out()[often]


def _features(has: Any) -> Any:
    often = np.argsort(-np.asarray(has.sum(axis=0)).ravel(), kind="stable")[:_FEATURES]
    return TfidfTransformer().fit_transform(has[:, np.sort(often)]).tocsr()


def _auc(features: Any, is_now: NDArray[np.bool_], random: np.random.Generator) -> tuple[float, float]:
    """Cross-validated, averaged over the folds, and how probable it is by chance."""
    fold = _folds(is_now, random)
    labels = _permuted(is_now, fold, random)
    aucs = np.mean([_auc_of_fold(features, labels, fold == i) for i in range(_FOLDS)], axis=0)
    by_chance = aucs[1:]
    z = (aucs[0] - by_chance.mean()) / max(by_chance.std(ddof=1), 1e-9)
    return float(aucs[0]), float(norm.sf(z))


def _folds(is_now: NDArray[np.bool_], random: np.random.Generator) -> NDArray[np.int64]:
    """A fold for each text, with the same share of this week's in each."""
    fold = np.zeros(len(is_now), dtype=np.int64)
    for rows in (np.flatnonzero(is_now), np.flatnonzero(~is_now)):
        fold[random.permutation(rows)] = np.arange(len(rows)) % _FOLDS
    return fold


def _permuted(is_now: NDArray[np.bool_], fold: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.bool_]:
    """The true weeks in the first column, then permuted ones (n, 1 + permutations); exchanged within each fold."""
    labels = np.repeat(is_now[:, None], 1 + _PERMUTATIONS, axis=1)
    for i in range(_FOLDS):
        rows = fold == i
        labels[rows, 1:] = random.permuted(labels[rows, 1:], axis=0)
    return labels


def _auc_of_fold(features: Any, labels: NDArray[np.bool_], held_out: NDArray[np.bool_]) -> Floats:
    """Of each column, on the texts held out."""
    known = features[~held_out]
    gram = (known.T @ known).toarray()
    gram[np.diag_indices_from(gram)] += _RIDGE
    aims = labels[~held_out].astype(np.float64)
    weights = cho_solve(cho_factor(gram, overwrite_a=True), known.T @ (aims - aims.mean(axis=0)))
    ranks = rankdata(features[held_out] @ weights, axis=0)
    truth = labels[held_out]
    n = truth.sum(axis=0)
    aucs: Floats = ((ranks * truth).sum(axis=0) - n * (n + 1) / 2) / np.maximum(1, n * (len(truth) - n))
    return aucs


def _words(
    has: Any, names: NDArray[np.str_], is_now: NDArray[np.bool_]
) -> tuple[float, tuple[Word, ...], NDArray[np.int64]]:
    """The chance of the largest rise, the words to show and their columns."""
    seen, seen_before = (np.asarray(has[rows].sum(axis=0)).ravel() for rows in (is_now, ~is_now))
    n, n_before = int(is_now.sum()), int((~is_now).sum())
    chances = hypergeom.sf(seen - 1, n + n_before, seen + seen_before, n)
    z = _log_odds(seen, seen_before)
    rises = seen / n - seen_before / n_before
    shown = np.flatnonzero((seen >= SENDERS) & (z >= _Z_SHOWN) & (rises >= _LEAST_RISE))
    shown = shown[np.argsort(-z[shown], kind="stable")][:_WORDS_SHOWN]
    words = tuple(
        Word(str(names[i]), float(seen[i] / n), float(seen_before[i] / n_before), float(z[i])) for i in shown
    )
    return min(1.0, float(chances.min()) * len(names)), words, shown


def _log_odds(seen: Floats, seen_before: Floats) -> Floats:
    """In standard errors; the prior is what all texts together say, and weighs as much as this week's."""
    weight = seen.sum()
    prior = weight * (seen + seen_before) / (seen + seen_before).sum()
    odds = [
        np.log((count + prior) / (count.sum() + weight - count - prior).clip(1e-9)) for count in (seen, seen_before)
    ]
    result: Floats = (odds[0] - odds[1]) / np.sqrt(1 / (seen + prior) + 1 / (seen_before + prior))
    return result


def _desks(
    hits: NDArray[np.bool_], is_now: NDArray[np.bool_], where: Sequence[str]
) -> tuple[tuple[str, float], ...]:
    """How what is more than before is shared among the desks."""
    more: Counter[str] = Counter()
    for desk, hit, fresh in zip(where, hits, is_now, strict=True):
        if hit:
            more[desk] += 1 / is_now.sum() if fresh else -1 / (~is_now).sum()
    more = +more
    return tuple((desk, float(share / more.total())) for desk, share in more.most_common())
