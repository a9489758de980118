"""Single labels that look wrong, by confident learning on what a classifier says of inquiries held out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.calibration import Floats, Indices
from model.classifier import InquiryClassifier
from model.reading import Situation
from training.dataset import LabelledInquiry

FEWEST = 20  # labels in all, of a giver, or of one category of a giver, below which none is judged
# Of cleanlab's six on poisoned labels of HWU64 and BANKING77 (six streams): it found 0.78 to 0.97 of the wrong
# ones, two others found more of some, and it accused the fewest right ones.
_FILTER = "low_self_confidence"


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label that looks wrong.

    Attributes:
        place: Of the inquiry among those learned from.
        given: Its label.
        proposed: The most probable one.
        quality: The probability of the given label, in [0, 1]; the lowest look most wrong.
    """

    place: int
    given: str
    proposed: str
    quality: float


@dataclass(frozen=True)
class JudgedLabels:
    """The m labels that can be judged: of inquiries with one category.

    ``places`` (m,) among all inquiries; ``truth`` and ``predicted`` (m,) number ``classes``.
    """

    inquiries: list[LabelledInquiry]
    classes: NDArray[np.str_]
    places: Indices
    truth: Indices
    probabilities: Floats

    @classmethod
    def held_out(cls, classifier: InquiryClassifier, inquiries: Sequence[LabelledInquiry]) -> "JudgedLabels":
        """Those of a classifier just fitted on these inquiries, in this order."""
        places, probabilities = held_out_rows(classifier)
        single = np.array([inquiries[int(i)].has_one_category for i in places], dtype=bool)
        places, probabilities = places[single], probabilities[single]
        chosen = [inquiries[int(i)] for i in places]
        return cls(chosen, classifier.classes_, places, classifier.held_out_truth_[places], probabilities)

    @property
    def predicted(self) -> Indices:
        """The most probable labels, shape (m,)."""
        return np.asarray(self.probabilities.argmax(axis=1))

    def suspects(self) -> list[Suspect]:
        """By confident learning (Northcutt et al. 2021), the lowest quality first."""
        if len(self.truth) < FEWEST:
            return []
        from cleanlab.filter import find_label_issues  # here: with pandas it takes two seconds to import
        from cleanlab.rank import get_label_quality_scores

        wrong = find_label_issues(self.truth, self.probabilities, filter_by=_FILTER, n_jobs=1)
        quality = get_label_quality_scores(self.truth, self.probabilities)
        found = sorted(np.flatnonzero(wrong & (self.predicted != self.truth)), key=lambda i: (quality[i], i))
        return [
            Suspect(
                int(self.places[i]), self._name(self.truth[i]), self._name(self.predicted[i]), float(quality[i])
            )
            for i in found
        ]

    def _name(self, number: int) -> str:
        return str(self.classes[number])


def held_out_rows(classifier: InquiryClassifier) -> tuple[Indices, Floats]:
    """Each inquiry's place, and what was said of it when it was held out, (m,) and (m, n_labels).

    A translated inquiry is held out twice; here is what was said of its translation. Rows are in order of place.
    """
    held = classifier.held_out_
    met = [held[situation] for situation in (Situation.ENGLISH, Situation.TRANSLATED, Situation.UNTRANSLATED)]
    places, first = np.unique(np.concatenate([one.rows for one in met]), return_index=True)
    return places, np.concatenate([one.probabilities for one in met])[first]
