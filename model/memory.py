"""The at-once memory: what an agent corrected acts on the next inquiry, before any training.

Each remembered example moves the probabilities of what lies near it: up for its category, down for what the
classifier took it for. How far is the solution of a kernel ridge regression on what the classifier said wrongly
of all examples (one step of functional gradient boosting, Friedman 2001). So examples that contradict each other
cancel, one that the classifier answers rightly moves nothing, and a category that the classifier finds very
improbable needs a nearer example. To follow whatever lies above a cosine, as tests/benchmarks/test_memory.py does
for comparison, turns half as many mistakes right at equally many false followers: near each mistake lie inquiries
that were none.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import softmax

from model.calibration import Floats, Indices
from model.encoder import Embeddings
from model.prediction import Recalled
from model.reading import Reading
from model.semantic import SemanticView, gaussian
from model.taxonomy import OUT_OF_SCOPE, is_out_of_scope
from model.views import Answer, texts_of

Ask = Callable[[list[Reading]], tuple[Embeddings, Answer]]  # the embeddings of first texts, and the answers
MOST_EXAMPLES = 2_000  # the newest; at most so many are compared with every inquiry, 1 ms of it
# Chosen on the training splits of HWU64 and CLINC150, with 10 labels a category and with half of the split: below
# 0.4 % of all inquiries follow falsely there, below 0.1 % so surely that no person looks. On BANKING77, which was
# not tuned on, 1.0 % and 0.1 %. Widths 1 to 8, ridges 0.1 to 2 and pulls 3 to 20 were tried.
_WIDTH, _RIDGE, _PULL = 2.0, 0.1, 6.0
# An example is followed when its category is this probable with all that is remembered, and it is this near; from a
# lower cosine on it makes doubtful only: the inquiry may go to a person.
_LIKELY, _NEAR, _DOUBTED_FROM = 0.8, 0.6, 0.5
# A twin is followed however sure the classifier is: this near, nearer than any labelled inquiry and (by so much)
# than any example of another category, and found about as unlike the category as the example was (the logarithms
# of the odds). Of those that this rule adds, 53 to 83 % were right there; of all as near, a third to a half.
_TWIN, _CLEARLY_NEARER, _AS_UNLIKE, _TWIN_IS_RIGHT = 0.8, 0.05, 2.0, 0.75
_WORTH_TELLING = 0.01  # a smaller change of confidence is none
_IDENTICAL = 0.9999  # the cosine of a text to itself is 1 but for rounding
_SAID_OF_THESE_WORDS = 0.99  # not measured: a person has answered this very text
_UNHEARD_OF = np.log(1e-4)  # the log probability of a category on which the classifier is silent


@dataclass(frozen=True, slots=True)
class Example:
    """A corrected inquiry: its id, its texts, and the category (or ``out_of_scope``) that a person gave it."""

    key: str
    text: Reading
    category: str


@dataclass(frozen=True, slots=True)
class Known:
    """Of an example: its centred embedding, and the logarithms of what the classifier says, (n_labels + 1,)."""

    point: Embeddings
    said: Floats


class Memory:
    """Remembered examples beside one fitted classifier; made by `InquiryClassifier.remember`, never changed.

    Args:
        classes: The classifier's labels.
        view: Its semantic view; None without an encoder: then nothing is remembered.
        known: The examples, oldest first.
    """

    def __init__(self, classes: Sequence[str], view: SemanticView | None, known: Mapping[Example, Known]) -> None:
        self.known = known if view is not None else {}
        categories = [_named(one.category) for one in self.known]
        self._names = list(dict.fromkeys([*classes, OUT_OF_SCOPE, *categories]))
        self._keys = [one.key for one in self.known]
        self._labels = np.array([self._names.index(category) for category in categories], dtype=np.intp)
        self._classes, self._view = classes, view
        self._mistaken_for: set[str] = set()
        if self.known:
            self._learn()

    def __len__(self) -> int:
        return len(self.known)

    def with_these(self, examples: Iterable[Example], ask: Ask) -> "Memory":
        """The memory of these examples, oldest first, and no others; only what is new here is asked."""
        kept = newest(examples)
        known = {one: self.known[one] for one in kept if one in self.known}
        fresh = [one for one in kept if one not in known]
        if self._view is not None and fresh:
            embeddings, answer = ask([one.text for one in fresh])
            points = self._view.centred(embeddings)
            known |= dict(zip(fresh, map(Known, points, _logarithms(answer)), strict=True))
        return Memory(self._classes, self._view, {one: known[one] for one in kept if one in known})

    def might_change(self, category: str) -> bool:
        """Whether the classifier took some remembered example of another category for one of this."""
        return category in self._mistaken_for

    def worth_asking(self, answer: Answer) -> Indices:
        """Of n answers, those to be compared: encoded anyway, or of a category that `might_change`."""
        best = np.where(answer.within_scope, answer.probabilities.argmax(axis=1), len(self._classes))
        mistaken = np.array([self.might_change(self._names[i]) for i in best], dtype=bool)
        return np.flatnonzero((answer.encoded | mistaken) & bool(self.known))

    def recall(self, embeddings: Embeddings, answer: Answer) -> list[Recalled | None]:
        """What is remembered of each of n texts; None where no example is near enough to change the answer.

        Args:
            embeddings: Of each inquiry's first text (see `texts_of`), shape (n, dimensions).
            answer: What the classifier says of them.
        """
        if self._view is None or not self.known or not len(embeddings):
            return [None] * len(embeddings)
        similarity = self._view.centred(embeddings) @ self._points.T
        near = gaussian(similarity, _WIDTH)
        before = self._widened(_logarithms(answer))
        after = softmax(before + near @ self._pulls, axis=1)
        rows = zip(embeddings, similarity, near, softmax(before, axis=1), after, strict=True)
        return [self._recalled(*row) for row in rows]

    def _recalled(
        self, embedding: Embeddings, similarity: Floats, near: Floats, before: Floats, after: Floats
    ) -> Recalled | None:
        own, nearest = int(before.argmax()), int(similarity.argmax())
        category = self._labels[nearest]
        if similarity[nearest] >= _IDENTICAL:
            confidence = max(_SAID_OF_THESE_WORDS, float(after[category]))
            return self._told(nearest, similarity, own, confidence, follows=True)
        if category != own and self._is_twin(nearest, embedding, similarity, before):
            return self._told(nearest, similarity, own, max(_TWIN_IS_RIGHT, float(after[category])), follows=True)
        speaking = self._speaking(similarity, before, after)
        if speaking is not None:
            return self._told(speaking, similarity, own, float(after.max()), follows=True)
        if similarity[nearest] < _DOUBTED_FROM or before[own] - after[own] <= _WORTH_TELLING:
            return None
        against = near * (self._pulls[np.arange(len(near)), self._labels] - self._pulls[:, own])
        doubting = int(np.where(self._labels != own, against, -np.inf).argmax())
        return self._told(doubting, similarity, own, float(after[own]), follows=False)

    def _is_twin(self, example: int, embedding: Embeddings, similarity: Floats, before: Floats) -> bool:
        category, cosine = int(self._labels[example]), float(similarity[example])
        others = similarity.max(where=self._labels != category, initial=-1.0)
        if self._view is None or cosine < max(_TWIN, others + _CLEARLY_NEARER):
            return False
        unlike = _odds(before, category) < _odds(self._said[example], category) - _AS_UNLIKE
        return not unlike and cosine > self._view.nearest_but(category, embedding)

    def _speaking(self, similarity: Floats, before: Floats, after: Floats) -> int | None:
        """The nearest example of what is most probable now, if that is to be followed."""
        own, best = int(before.argmax()), int(after.argmax())
        speaking = int(np.where(self._labels == best, similarity, -1.0).argmax())
        if self._labels[speaking] != best or similarity[speaking] < _NEAR or after[best] < _LIKELY:
            return None
        return speaking if best != own or after[best] - before[own] > _WORTH_TELLING else None

    def _told(self, example: int, similarity: Floats, own: int, confidence: float, *, follows: bool) -> Recalled:
        return Recalled(
            key=self._keys[example],
            category=self._names[self._labels[example]],
            similarity=min(1.0, round(float(similarity[example]), 4)),
            confidence=confidence,
            instead_of=self._names[own],
            follows=follows,
        )

    def _learn(self) -> None:
        self._points = np.stack([one.point for one in self.known.values()])
        said = softmax(self._widened(np.stack([one.said for one in self.known.values()])), axis=1)
        self._said, taken_for = said, said.argmax(axis=1)
        self._mistaken_for = {self._names[i] for i in taken_for[taken_for != self._labels]}
        kernel = gaussian(self._points @ self._points.T, _WIDTH).astype(np.float64)
        kernel[np.diag_indices(len(kernel))] += _RIDGE
        missed = np.eye(len(self._names))[self._labels] - said
        self._pulls = np.asarray(_PULL * cho_solve(cho_factor(kernel, lower=True), missed))

    def _widened(self, rows: Floats) -> Floats:
        """With a column for each category that the classifier has never heard of."""
        missing = len(self._names) - rows.shape[1]
        return np.pad(rows, ((0, 0), (0, missing)), constant_values=_UNHEARD_OF)


def newest(examples: Iterable[Example]) -> list[Example]:
    """Those that are kept, oldest first: of one text its newest, and of all the newest `MOST_EXAMPLES`.

    Args:
        examples: Oldest first.
    """
    of_text: dict[str, Example] = {}
    for example in examples:
        text = texts_of(example.text)[0]
        of_text.pop(text, None)  # so that it takes its new place
        of_text[text] = example
    return list(of_text.values())[-MOST_EXAMPLES:]


def _logarithms(answer: Answer) -> Floats:
    """Of n answers' probabilities, and of being out of scope: above all others where the answer is so.

    Shape (n, n_labels + 1).
    """
    rows = np.log(answer.probabilities + 1e-9)
    outside = np.where(answer.within_scope, _UNHEARD_OF, rows.max(axis=1) + 1e-3)
    return np.column_stack([rows, outside])


def _odds(probabilities: Floats, category: int) -> float:
    """The logarithm of a category's probability over the highest."""
    return float(np.log(probabilities[category] / probabilities.max()))


def _named(category: str) -> str:
    return OUT_OF_SCOPE if is_out_of_scope(category) else category
