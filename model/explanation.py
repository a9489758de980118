"""Which words spoke for a category: the linear model's score, shared out over the words of the text."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import FeatureUnion

from model.prediction import Term

_TERMS = 5  # chosen by hand: what fits on one line of the inbox
_AROUND_WORDS = ".,;:!?¿¡\"'“”„«»()[]{}<>…-–—*/"


def terms_that_spoke(text: str, view: FeatureUnion, vector: Any, weights: NDArray[np.float64]) -> tuple[Term, ...]:
    """The words that spoke most for a category, strongest first.

    Args:
        text: What was classified.
        view: The fitted lexical view.
        vector: The text's sparse row (1, n_features).
        weights: The category's weight for every feature, shape (n_features,).
    """
    shares = word_contributions(text, view, vector, weights)
    speaking = sorted((item for item in shares.items() if item[1] > 0), key=lambda item: -item[1])
    return tuple(Term(word, round(weight, 4)) for word, weight in speaking[:_TERMS])


def word_contributions(
    text: str, view: FeatureUnion, vector: Any, weights: NDArray[np.float64]
) -> dict[str, float]:
    """Every word's exact share of the score: together they are the score less its intercept.

    Each feature's contribution is divided evenly over the words in which it occurs: a letter sequence lies
    within one word, a pair of words counts half for each.
    """
    words = text.split()
    names = [word.strip(_AROUND_WORDS).casefold() or word for word in words]
    places: dict[int, list[int]] = defaultdict(list)
    for column, place in _occurrences(words, view):
        places[column].append(place)
    shares: dict[str, float] = defaultdict(float)
    for column, value in zip(vector.indices, vector.data, strict=True):
        share = float(value * weights[column]) / len(places[column])
        for place in places[column]:
            shares[names[place]] += share
    return dict(shares)


def _occurrences(words: list[str], view: FeatureUnion) -> Iterator[tuple[int, int]]:
    """The column of each feature that occurs, and the place of the word in which it does."""
    yield from _of_characters(words, view)
    known, read = view["words"].vocabulary_, view["words"].build_preprocessor()
    tokenise = view["words"].build_tokenizer()
    tokens = [(token, place) for place, word in enumerate(words) for token in tokenise(read(word))]
    for token, place in tokens:
        if token in known:
            yield known[token], place
    for (first, here), (second, there) in pairwise(tokens):
        column = known.get(f"{first} {second}")
        if column is not None:
            yield from ((column, here), (column, there))


def _of_characters(words: list[str], view: FeatureUnion) -> Iterator[tuple[int, int]]:
    known, after = view["characters"].vocabulary_, len(view["words"].vocabulary_)
    sequences = view["characters"].build_analyzer()
    for place, word in enumerate(words):
        for sequence in sequences(word):
            if sequence in known:
                yield after + known[sequence], place
