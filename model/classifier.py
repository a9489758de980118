"""The classifier of inquiries: two views of each, one probability per category.

The lexical view reads the English text, the semantic view reads English text and original. Which of them there
are depends on the situation (written in English, translated, not translated), and for each situation the views
are pooled with weights of its own, found on inquiries held out.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from model.board import HeldOut
from model.calibration import Floats
from model.encoder import Embeddings, Encoder
from model.errors import TrainingDataInvalid
from model.fitting import Learned, fit_views
from model.lexical import LexicalView, Progress
from model.memory import Example, Memory
from model.parts import find_requests, in_original
from model.prediction import Part, Prediction, Recalled, Scored, Similar, Term
from model.reading import Reading, Situation
from model.semantic import SemanticView
from model.taxonomy import Category, is_out_of_scope, named
from model.text import shortened, without_identifiers
from model.views import Answer, texts_of

_ALTERNATIVES = 4  # an agent chooses among the first few; the case of Uber's COTA showed three
_SIMILAR = 3  # chosen by hand: what fits under the words in the inbox
_SIMILAR_CHARS = 160
_WORTH_A_LOOK = 0.25  # how probable two requests must be by words alone before both views look


class InquiryClassifier(ClassifierMixin, BaseEstimator):
    """Lexical and semantic view, pooled and calibrated for each situation.

    Args:
        encoder: The semantic view's encoder; None for the lexical view alone. It is not stored with the
            classifier, which knows its identity only: see `with_encoder`.
        taxonomy: Categories whose names and meanings are learned from beside the inquiries; of those that are
            missing here, the name alone.
        folds: Into how many parts the inquiries are split to hold each out once.
        seed: Decides the split.
        regularisation: Of the lexical view, see `LexicalView`.
        width: Of the semantic view's kernel, see `SemanticView`.
        ridge: Of the semantic view.
    """

    def __init__(
        self,
        encoder: Encoder | None = None,
        taxonomy: Sequence[Category] = (),
        folds: int = 5,
        seed: int = 0,
        regularisation: float = 1.0,
        width: float = 1.0,
        ridge: float = 0.1,
    ) -> None:
        self.encoder = encoder
        self.taxonomy = taxonomy
        self.folds = folds
        self.seed = seed
        self.regularisation = regularisation
        self.width = width
        self.ridge = ridge

    def fit(
        self,
        inquiries: Iterable[Reading | str],
        labels: Sequence[str],
        progress: Progress | None = None,
        *,
        weights: Sequence[float] | None = None,
        origins: Sequence[str | None] | None = None,
    ) -> "InquiryClassifier":
        """Learn from n inquiries (a plain text is one in English) and their labels, both of length n.

        Inquiries labelled ``out_of_scope`` teach what belongs to no category. A category of the taxonomy
        may have none at all: it is known by its name and meaning alone.

        Args:
            inquiries: What to learn from.
            labels: Theirs.
            progress: Told how much is done.
            weights: How much each counts, above 0; all 1 without it.
            origins: Where each comes from: the id of a stored inquiry, another text for what came from elsewhere,
                None for what was written for training, and may be shown to anybody.

        Attributes set: ``classes_`` (n_labels,), ``encoder_identity_``, ``views_``, ``held_out_truth_`` (n,)
        the number of each inquiry's label.

        Raises:
            TrainingDataInvalid: Fewer than two categories, or nothing to learn from.
        """
        learned = self.learned_from(_readings(inquiries), labels, weights)
        self.classes_ = np.array(learned.classes)
        self.encoder_identity_ = self.encoder.identity if self.encoder else None
        lexical = LexicalView(self.regularisation, self.folds, self.seed)
        semantic = SemanticView(self.width, self.ridge, self.seed)
        tell = progress or (lambda done, of: None)
        self.views_, self._held_out = fit_views(learned, self.encoder, lexical, semantic, tell)
        self.held_out_truth_ = learned.truth
        from_ = _origins_of_texts(learned, origins)
        # What customers or other services sent is not shown to whoever answers a similar inquiry.
        self._remembered = [_shown(t) if o is None else "" for t, o in zip(learned.texts, from_, strict=True)]
        self._remembered_labels = _labels_of_texts(learned) if self.encoder else []
        self._origins = from_
        return self

    @property
    def held_out_(self) -> dict[Situation, HeldOut]:
        """What it said in each situation of inquiries held out, with or without an encoder as it is now."""
        return self._held_out[self._uses_both()]

    def texts_to_encode(self, inquiries: Iterable[Reading | str], labels: Sequence[str]) -> list[str]:
        """Every text that `fit` will show to the encoder, so that it can be done in advance."""
        return self.learned_from(_readings(inquiries), labels).texts

    def with_encoder(self, encoder: Encoder | None) -> "InquiryClassifier":
        """Use this encoder, if it is the one that the classifier was trained with; else the lexical view alone."""
        check_is_fitted(self, "views_")
        self.encoder = encoder if encoder and encoder.identity == self.encoder_identity_ else None
        return self

    def lacks(self, encoder: Encoder | None) -> str | None:
        """In one sentence why the semantic view takes no part although there is an encoder; None if it does."""
        if encoder is None or self._uses_both():
            return None
        trained = f"with {self.encoder_identity_}" if self.encoder_identity_ else "without an encoder"
        return f"the model was trained {trained}, here is {encoder.identity}"

    def answer(self, inquiries: Iterable[Reading | str], *, cheap_first: bool = True) -> Answer:
        """Probabilities and scope of each; columns follow ``classes_``."""
        check_is_fitted(self, "views_")
        return self.views_.ask(_readings(inquiries), self.encoder, cheap_first=cheap_first)

    def predict_proba(self, inquiries: Iterable[Reading | str]) -> Floats:
        """Calibrated probabilities, shape (n, n_labels); rows sum to 1, columns follow ``classes_``."""
        return self.answer(inquiries).probabilities

    def predict(self, inquiries: Iterable[Reading | str]) -> NDArray[np.str_]:
        """The most probable label of each, shape (n,)."""
        best = self.predict_proba(inquiries).argmax(axis=1)
        return np.asarray(self.classes_[best])

    def is_calibrated(self, situation: Situation) -> bool:
        """Whether enough inquiries of this situation were held out to trust its confidences."""
        return self.views_.pools[situation, self._uses_both()].calibrated

    def classify(self, inquiries: Iterable[Reading | str], memory: Memory | None = None) -> list[Prediction]:
        """Label, confidence, alternatives, scope and explanation of each, in order; and what is remembered."""
        readings = _readings(inquiries)
        if not readings:
            return []
        answer = self.answer(readings)
        recalled = self.recall(readings, answer, memory) if memory else [None] * len(readings)
        found = [self._prediction(reading, answer, i) for i, reading in enumerate(readings)]
        return [one.as_remembered(of) if of else one for one, of in zip(found, recalled, strict=True)]

    def remember(self, examples: Iterable[Example], before: Memory | None = None) -> Memory:
        """A memory of corrected inquiries, oldest first; without an encoder it is empty.

        Args:
            examples: Any number; see `model.memory.newest` for which are kept.
            before: An earlier memory of this same classifier: what it holds is not asked again.
        """
        if self.encoder is None or self.views_.semantic is None:
            return Memory(self.classes_.tolist(), None, {})
        found = before or Memory(self.classes_.tolist(), self.views_.semantic, {})
        return found.with_these(examples, lambda readings: (self._meanings(readings), self.answer(readings)))

    def recall(self, readings: Sequence[Reading], answer: Answer, memory: Memory) -> list[Recalled | None]:
        """What is remembered of each; the encoder is asked where it was, and where the memory may change words."""
        recalled: list[Recalled | None] = [None] * len(readings)
        rows = memory.worth_asking(answer)
        if self._uses_both() and len(rows):
            found = memory.recall(self._meanings([readings[i] for i in rows]), answer.of(rows))
            for i, one in zip(rows, found, strict=True):
                recalled[i] = one
        return recalled

    def _prediction(self, reading: Reading, answer: Answer, i: int) -> Prediction:
        row, encoded = answer.probabilities[i], bool(answer.encoded[i])
        order = [int(j) for j in np.argsort(-row, kind="stable")]
        parts = self._parts(reading, row)
        said = [Scored(part.category, part.confidence) for part in parts] or [self._scored(row, order[0])]
        found = {one.category for one in said}
        others = [self._scored(row, j) for j in order if str(self.classes_[j]) not in found]
        best = int(np.searchsorted(self.classes_, said[0].category))
        return Prediction(
            category=said[0].category,
            confidence=said[0].confidence,
            alternatives=tuple(others[:_ALTERNATIVES]),
            explanation=self._terms(reading, best, encoded=encoded),
            similar=self._similar(reading, best) if encoded else (),
            parts=parts,
            scope=float(answer.scope[i]),
            within_scope=bool(answer.within_scope[i]),
            calibrated=self.is_calibrated(reading.situation),
        )

    def _scored(self, row: Floats, label: int) -> Scored:
        return Scored(str(self.classes_[label]), float(row[label]))

    def _terms(self, reading: Reading, label: int, *, encoded: bool) -> tuple[Term, ...]:
        """The words that spoke, where words were asked: the original alone is left to the semantic view."""
        if encoded and reading.situation is Situation.UNTRANSLATED:
            return ()
        return self.views_.lexical.terms(reading.best, label)

    def _parts(self, reading: Reading, row: Floats) -> tuple[Part, ...]:
        """The requests of a mixed inquiry with their words, of the original where they can be found in it."""

        def asked(encoder: Encoder | None) -> Callable[[list[str]], Floats]:
            in_english = reading.english is not None
            return lambda texts: (
                self.views_.ask(
                    [Reading(text, text if in_english else None) for text in texts], encoder
                ).probabilities
            )

        if reading.english is not None and not find_requests(reading.best, row, asked(None), least=_WORTH_A_LOOK):
            return ()  # words alone see no second request: the encoder is not asked about every clause
        found = find_requests(reading.best, row, asked(self.encoder))
        return tuple(
            Part(str(self.classes_[one.category]), one.probability, in_original(reading, one.text)) for one in found
        )

    def _similar(self, reading: Reading, label: int) -> tuple[Similar, ...]:
        """What spoke for it in the semantic view; the embedding is the one that was made for the answer."""
        if self.encoder is None or self.views_.semantic is None:
            return ()
        embedding = self._meanings([reading])[0]
        spoke = self.views_.semantic.speaking_for(embedding, label, _SIMILAR)
        return tuple(
            Similar(self._remembered[place], self._remembered_labels[place], round(share, 4), self._origins[place])
            for place, share in spoke
        )

    def _meanings(self, readings: Sequence[Reading]) -> Embeddings:
        """Of each reading's first text: the one that was encoded for the answer, if any was."""
        if self.encoder is None:
            raise ValueError("nothing is encoded without an encoder")
        return self.encoder.encode([texts_of(reading)[0] for reading in readings])

    def _uses_both(self) -> bool:
        return self.encoder is not None and self.views_.semantic is not None

    def learned_from(
        self, readings: Sequence[Reading], labels: Sequence[str], weights: Sequence[float] | None = None
    ) -> Learned:
        """What `fit` gives to the views, see there."""
        counts = np.ones(len(readings)) if weights is None else np.asarray(weights, dtype=np.float64)
        if not len(readings) == len(labels) == len(counts):
            raise ValueError(f"{len(readings)} inquiries but {len(labels)} labels and {len(counts)} weights")
        inside = {str(label) for label in labels if not is_out_of_scope(label)}
        classes = sorted(inside | {category.name for category in self.taxonomy})
        if len(classes) < 2:
            raise TrainingDataInvalid(f"a classifier needs at least two categories, found {len(classes)}")
        places = {name: number for number, name in enumerate(classes)}
        truth = np.array([places.get(str(label), len(classes)) for label in labels], dtype=np.intp)
        unknown = named(sorted(inside - {category.name for category in self.taxonomy}))
        return Learned(readings, truth, classes, [*self.taxonomy, *unknown], counts)

    def __getstate__(self) -> dict[str, object]:
        """Once fitted, without the encoder: its weights belong to its package, and its handle cannot be stored.

        Before, it keeps it: a process of a cross-validation that lost it would score the lexical view alone.
        """
        state: dict[str, object] = super().__getstate__()
        return {**state, "encoder": None} if "views_" in state else state

    def __sklearn_tags__(self) -> Tags:
        """Texts, not numbers in a table."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.two_d_array = True, False
        return tags


def _readings(inquiries: Iterable[Reading | str]) -> list[Reading]:
    return [Reading.in_english(one) if isinstance(one, str) else one for one in inquiries]


def _shown(text: str) -> str:
    """A labelled inquiry as it may be shown to whoever answers a similar one."""
    return shortened(" ".join(without_identifiers(text[: 4 * _SIMILAR_CHARS]).split()), _SIMILAR_CHARS)


def _labels_of_texts(learned: Learned) -> list[str]:
    names = [*learned.classes, "out_of_scope"]
    of_inquiries = [number for r, number in zip(learned.readings, learned.truth, strict=True) for _ in texts_of(r)]
    return [names[number] for number in [*of_inquiries, *learned.descriptions.truth]]


def _origins_of_texts(learned: Learned, origins: Sequence[str | None] | None) -> list[str | None]:
    known = origins or [None] * len(learned.readings)
    of_inquiries = [one for reading, one in zip(learned.readings, known, strict=True) for _ in texts_of(reading)]
    return [*of_inquiries, *(None for _ in learned.descriptions.texts)]
