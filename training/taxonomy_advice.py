"""What the categories lack: new ones that inquiries on triage ask for, and pairs that are taken for each other."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom
from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import CountVectorizer

from model.calibration import Indices
from model.classifier import InquiryClassifier
from model.encoder import Embeddings
from training.shares import holm
from training.suspects import held_out_rows

# Of 32 settings of HDBSCAN and agglomerative clustering, with and without principal components, on inquiries of
# BANKING77 and CLINC150 with five categories hidden, average linkage at 0.6 found 4.75 and 5.0 of the five, in 10
# and 6 clusters of which 8 and 6 were pure; HDBSCAN found as many in 15 to 21 clusters.
_APART = 0.6  # the cosine distance at which two clusters stay two
_FEWEST = 8  # inquiries in a cluster, below which it is chance
_MOST_TEXTS = 4_000  # their distances take 0.4 GB
_EXAMPLES = 5
_TERMS = 6
_OFTEN = 0.2  # the share of a cluster's texts that a term is in
_TELLING = 3.0  # how many times the others' share that must be
_CONFUSED = 0.05  # the share of two categories' inquiries below which nobody need care
_SIGNIFICANT = 0.01
_WORD = r"(?u)\b[^\W\d_]{2,}\b"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Inquiries that are alike and that no category took: perhaps a category that is missing.

    Attributes:
        places: All of them, among the texts; the nearest to their centre first.
        texts: The first few of them.
        terms: Words that are in these more often than in the others, the most telling first.
        nearest: The existing category that is most like them; None where there is none.
        similarity: The cosine of their centre and that category's, both less the mean of all categories; above
            about 0.8 they rather are that category's.
    """

    places: tuple[int, ...]
    texts: tuple[str, ...]
    terms: tuple[str, ...]
    nearest: str | None
    similarity: float

    @property
    def size(self) -> int:
        """How many inquiries."""
        return len(self.places)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two categories that are taken for each other more often than their errors explain.

    Attributes:
        a: The first by name.
        b: The other.
        confused: The share of their inquiries that were taken for the other while held out.
        n: Their inquiries.
        p: The chance of as many or more if errors went anywhere; corrected for the number of pairs.
        places: Some that were confused, among the inquiries learned from: the most surely confused first.
    """

    a: str
    b: str
    confused: float
    n: int
    p: float
    places: tuple[int, ...]


def centres(labels: Sequence[str], embeddings: Embeddings) -> dict[str, Embeddings]:
    """Each category's mean embedding, from labelled inquiries: shapes (n,) and (n, dimensions)."""
    named = np.asarray(labels)
    return {str(name): embeddings[named == name].mean(axis=0) for name in np.unique(named)}


def proposals(
    texts: Sequence[str], embeddings: Embeddings, categories: Mapping[str, Embeddings], *, seed: int = 0
) -> list[Proposal]:
    """Clusters of inquiries that went to triage, those least like any existing category first.

    Args:
        texts: In English or translated, so that their words can be compared; shape (n,).
        embeddings: Theirs, shape (n, dimensions).
        categories: The existing ones' centres; see `centres`.
        seed: Decides which are looked at when there are more than 4,000.
    """
    rows = _sampled(len(texts), seed)
    if len(rows) < _FEWEST:
        return []
    origin = np.mean(list(categories.values()), axis=0) if categories else embeddings.mean(axis=0)
    points = _directions(embeddings[rows] - origin)
    known = {name: _directions((centre - origin)[None])[0] for name, centre in categories.items()}
    words = _Words([texts[int(i)] for i in rows])
    found = [_proposal(texts, rows, points, members, known, words) for members in _clusters(points)]
    return sorted(found, key=lambda one: (one.similarity, -one.size, one.places))


def overlaps(classifier: InquiryClassifier, names: Collection[str] | None = None) -> list[Overlap]:
    """Pairs of categories that the held-out answers confuse, the most confused first.

    Args:
        classifier: Fitted; texts of the places that are answered are the caller's.
        names: Only pairs of these; all without it.
    """
    confusions = _Confusions(classifier)
    kept = [i for i, name in enumerate(classifier.classes_) if names is None or name in names]
    pairs = [(a, b) for a, b in combinations(kept, 2) if confusions.share(a, b) >= _CONFUSED]
    every = [confusions.chance(a, b) for a, b in pairs]
    others = len(kept) * (len(kept) - 1) // 2 - len(pairs)  # too seldom confused to matter, yet compared
    corrected = holm([*every, *[1.0] * others])[: len(pairs)]
    found = [confusions.overlap(a, b, p) for (a, b), p in zip(pairs, corrected, strict=True) if p < _SIGNIFICANT]
    return sorted(found, key=lambda one: (-one.confused, one.a, one.b))


class _Confusions:
    """How often which category was taken for which, while inquiries were held out."""

    def __init__(self, classifier: InquiryClassifier) -> None:
        places, probabilities = held_out_rows(classifier)
        within = classifier.held_out_truth_[places] < len(classifier.classes_)
        self._classes = classifier.classes_
        self._places, self._probabilities = places[within], probabilities[within]
        self._truth = classifier.held_out_truth_[self._places]
        self._said = self._probabilities.argmax(axis=1)
        self._count = np.zeros((len(self._classes),) * 2, dtype=np.intp)
        np.add.at(self._count, (self._truth, self._said), 1)
        wrong = self._count - np.diag(np.diag(self._count))
        self._missed, self._taken = wrong.sum(axis=1), wrong.sum(axis=0)

    def share(self, a: int, b: int) -> float:
        """Of the inquiries of both, how many were taken for the other."""
        return self._confused(a, b) / max(self._of(a, b), 1)

    def chance(self, a: int, b: int) -> float:
        """Of as many or more, if each error went to a category as often as all errors do."""
        errors = int(self._missed[[a, b]].sum())
        to_other = self._missed[a] * self._part(b, a) + self._missed[b] * self._part(a, b)
        return float(binom.sf(self._confused(a, b) - 1, errors, min(1.0, to_other / max(errors, 1))))

    def overlap(self, a: int, b: int, p: float) -> Overlap:
        """The pair, with a few that were confused."""
        rows = np.flatnonzero(self._between(a, b))
        surest = rows[np.argsort(-self._probabilities[rows].max(axis=1), kind="stable")][:_EXAMPLES]
        names, places = (str(self._classes[a]), str(self._classes[b])), self._places[surest]
        return Overlap(*names, self.share(a, b), self._of(a, b), p, tuple(int(place) for place in places))

    def _part(self, to: int, of: int) -> float:
        """The share of all errors, those of one category aside, that went to another."""
        rest = self._taken.sum() - self._missed[of]
        return float((self._taken[to] - self._count[of, to]) / max(rest, 1))

    def _confused(self, a: int, b: int) -> int:
        return int(self._count[a, b] + self._count[b, a])

    def _of(self, a: int, b: int) -> int:
        return int(self._count[[a, b]].sum())

    def _between(self, a: int, b: int) -> NDArray[np.bool_]:
        there, back = (self._truth == a) & (self._said == b), (self._truth == b) & (self._said == a)
        return np.asarray(there | back)


class _Words:
    """Which words and pairs of words are in which text."""

    def __init__(self, texts: Sequence[str]) -> None:
        view = CountVectorizer(ngram_range=(1, 2), binary=True, token_pattern=_WORD, min_df=2)
        try:
            self._has = view.fit_transform(texts)
        except ValueError:  # no word is in two of them
            self._has = np.zeros((len(texts), 0))
            self._names: list[str] = []
            return
        self._names = view.get_feature_names_out().tolist()

    def of(self, members: Indices) -> tuple[str, ...]:
        """Those that stand out in these texts: frequent here, and more so than elsewhere."""
        inside = np.asarray(self._has[members].sum(axis=0)).ravel()
        outside = np.asarray(self._has.sum(axis=0)).ravel() - inside
        n, others = len(members), self._has.shape[0] - len(members)
        times = (inside + 0.5) / (n + 1) * (others + 1) / (outside + 0.5)
        order = np.argsort(-inside * np.log(times), kind="stable")
        often = [self._names[i] for i in order if inside[i] >= _OFTEN * n and times[i] >= _TELLING]
        return tuple(_without_parts(often)[:_TERMS])


def _proposal(
    texts: Sequence[str],
    rows: Indices,
    points: Embeddings,
    members: Indices,
    known: Mapping[str, Embeddings],
    words: _Words,
) -> Proposal:
    centre = _directions(points[members].mean(axis=0)[None])[0]
    ordered = members[np.argsort(-(points[members] @ centre), kind="stable")]
    places = tuple(int(i) for i in rows[ordered])
    shown = tuple(dict.fromkeys(texts[i] for i in places))[:_EXAMPLES]
    likeness = {name: float(direction @ centre) for name, direction in known.items()}
    nearest = max(likeness, key=lambda name: likeness[name], default=None)
    return Proposal(places, shown, words.of(members), nearest, likeness[nearest] if nearest else 0.0)


def _clusters(points: Embeddings) -> list[Indices]:
    clustering = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=_APART
    )
    numbers = clustering.fit_predict(np.clip(1.0 - points @ points.T, 0.0, 2.0))
    return [np.flatnonzero(numbers == i) for i in np.flatnonzero(np.bincount(numbers) >= _FEWEST)]


def _sampled(n: int, seed: int) -> Indices:
    if n <= _MOST_TEXTS:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, _MOST_TEXTS, replace=False))


def _directions(rows: Embeddings) -> Embeddings:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)


def _without_parts(terms: Sequence[str]) -> list[str]:
    """Words and pairs without those that share a word with one before them."""
    kept: list[str] = []
    for term in terms:
        if not any(set(term.split()) & set(other.split()) for other in kept):
            kept.append(term)
    return kept
