"""Challenger against champion on the same labelled inquiries: a fall anywhere that is not chance blocks."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.calibration import Floats
from model.classifier import InquiryClassifier
from model.reading import Situation
from model.taxonomy import OUT_OF_SCOPE
from model.thresholds import lowest_confidence
from training.dataset import LabelledInquiry
from training.differences import Difference, Rights, differences

NO_DESK = "triage"  # where a person looks at what belongs to no category
_FAMILIES = ("desks", "strays", "categories", "languages")
ALPHA = 0.05  # how many equally good challengers may be blocked at most
_SITUATIONS = (Situation.ENGLISH, Situation.TRANSLATED, Situation.UNTRANSLATED)

Names = NDArray[np.str_]


@dataclass(frozen=True)
class Comparison:
    """How the challenger differs from the champion, in all and by group.

    Equally good models are blocked in at most 5 of 100 comparisons, however many groups there are: `ALPHA` is
    shared by five families (all inquiries; desks; strays; categories; languages), within each by Holm's rule.
    Measured by tests/benchmarks/test_gate.py on simulated models that are right in 90 of 100, 61 groups: blocked
    0.1 to 3.4 % of 1,000 equally good challengers (20, 100 and 300 inquiries a category; each model alone has 1,
    3 or 8 % right). Of 300 challengers worse in one category by 5, 10, 15 and 20 points, it blocks 10, 41, 75
    and 91 % where that category has 100 inquiries, and 23, 95, 100 and 100 % where it has 300.
    Equally good means in every group: two models that learned different three quarters of the same inquiries
    are as good overall and still differ in some categories, which blocks more often.

    Attributes:
        n: How many inquiries were compared.
        overall: All of them; right is the right category.
        desks: Of the inquiries that belong to a desk; right is the right desk, in spite of a wrong category.
        strays: Of the inquiries that belong to other desks; right is that they were not sent to this desk. So a
            desk that is flooded counts as worse too.
        categories: Of the inquiries of a category, `OUT_OF_SCOPE` among them.
        languages: Of the inquiries of a language.
        automatic: The share that each model would route without a person at the target precision, champion
            first, with the threshold that is best in hindsight; None where no confidences are known.
        target_precision: That precision.
        only_champion: Categories that only the champion knows.
        only_challenger: Categories that only the challenger knows.
        relabelled: Inquiries left out because the models learned different labels of them.
    """

    n: int
    overall: Difference
    desks: list[Difference]
    strays: list[Difference]
    categories: list[Difference]
    languages: list[Difference]
    automatic: tuple[float, float] | None = None
    target_precision: float = 0.97
    only_champion: tuple[str, ...] = ()
    only_challenger: tuple[str, ...] = ()
    relabelled: int = 0

    @property
    def falls(self) -> list[str]:
        """What blocks, in plain sentences; none says that nothing was found, see also ``n``."""
        return self._sentences(lambda one: one.verdict == "worse")

    @property
    def doubts(self) -> list[str]:
        """What may have fallen: too few inquiries, or too many groups, to say it was not chance. Blocks nothing."""
        return self._sentences(lambda one: one.verdict != "worse" and one.high < 0)

    @property
    def rises(self) -> list[str]:
        """What became better, in plain sentences."""
        return self._sentences(lambda one: one.verdict == "better")

    def _sentences(self, is_meant: Callable[[Difference], bool]) -> list[str]:
        told = [f"overall: {self.overall}"] if is_meant(self.overall) else []
        told += [f"desk {one.group}: {one}" for one in self.desks if is_meant(one)]
        told += [_told_of_strays(one) for one in self.strays if is_meant(one)]
        told += [self._told_of_category(one) for one in self.categories if is_meant(one)]
        return told + [f"language {one.group}: {one}" for one in self.languages if is_meant(one)]

    def _told_of_category(self, one: Difference) -> str:
        unknown = ", which the challenger does not know" if one.group in self.only_champion else ""
        return f"category {one.group}{unknown}: {one}"

    def as_json(self) -> dict[str, Any]:
        """All of it, and what was made of it, in values that JSON has."""
        return asdict(self) | {"falls": self.falls}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> "Comparison":
        """The comparison that `as_json` told of."""
        known = {name: value for name, value in facts.items() if name in cls.__dataclass_fields__}
        known |= {family: [Difference(**row) for row in facts[family]] for family in _FAMILIES}
        known |= {name: tuple(facts[name]) for name in ("only_champion", "only_challenger")}
        known["automatic"] = tuple(facts["automatic"]) if facts["automatic"] else None
        return cls(**known | {"overall": Difference(**facts["overall"])})


@dataclass(frozen=True)
class _Said:
    """What a model said of n inquiries, as they would be routed; of what is out of scope with confidence 0."""

    predicted: Names
    confidence: Floats

    @classmethod
    def of(cls, classes: Names, probabilities: Floats, within_scope: NDArray[np.bool_]) -> "_Said":
        if not len(probabilities):
            return cls(np.zeros(0, dtype=np.str_), np.zeros(0))
        best = classes[probabilities.argmax(axis=1)]
        confidence = np.where(within_scope, probabilities.max(axis=1), 0.0)
        return cls(np.where(within_scope, best, OUT_OF_SCOPE), confidence)

    def these(self, rows: Sequence[int]) -> "_Said":
        return _Said(self.predicted[list(rows)], self.confidence[list(rows)])


def compare(
    truth: Sequence[str] | Names,
    champion_predicted: Sequence[str] | Names,
    challenger_predicted: Sequence[str] | Names,
    languages: Sequence[str],
    desks: Mapping[str, str],
    *,
    alpha: float = ALPHA,
) -> Comparison:
    """Compare what two models said of the same n inquiries.

    Args:
        truth: The right labels, shape (n,); `OUT_OF_SCOPE` among them, which belongs to `NO_DESK`.
        champion_predicted: What the champion said, shape (n,).
        challenger_predicted: What the challenger said, shape (n,).
        languages: Shape (n,); of length 0 when they are not known.
        desks: The desk of each category. An inquiry whose category has none is left out of the desks, and one
            that is taken for such a category reaches no desk.
        alpha: How probable it may be at most that this comparison blocks an equally good challenger. Who blocks
            by several comparisons shares `ALPHA` among them.

    Raises:
        ValueError: They are not of the same length.
    """
    right, first, second = (
        np.asarray(one, dtype=np.str_) for one in (truth, champion_predicted, challenger_predicted)
    )
    if not len(right) == len(first) == len(second) or len(languages) not in (0, len(right)):
        raise ValueError(
            f"{len(right)} labels, but {len(first)} and {len(second)} answers, {len(languages)} languages"
        )
    rights = right == first, right == second
    each = alpha / (1 + len(_FAMILIES))
    reached = [_desks_of(one, desks) for one in (right, first, second)]
    return Comparison(
        n=len(right),
        overall=differences({"": rights}, each)[0],
        desks=differences(_by_desk(*reached), each),
        strays=differences(_strays(*reached), each),
        categories=differences(_by_group(right, rights), each),
        languages=differences(_by_group(np.asarray(languages, dtype=np.str_), rights), each),
    )


def compare_classifiers(
    champion: InquiryClassifier,
    challenger: InquiryClassifier,
    inquiries: Sequence[LabelledInquiry],
    desks: Mapping[str, str],
    *,
    target_precision: float = 0.97,
    alpha: float = ALPHA,
) -> Comparison:
    """Compare two classifiers on labelled inquiries that neither was trained on; mixed ones are left out.

    An answer is what would be routed: what a model holds to be out of scope is not sent to a desk, so it is right
    for such inquiries only.

    Args:
        champion: Fitted, with its encoder.
        challenger: Fitted, with its encoder.
        inquiries: Their ``text_en`` stands for the translation where they have one.
        desks: See `compare`.
        target_precision: See `Comparison`.
        alpha: See `compare`.
    """
    single = [one for one in inquiries if not one.is_mixed]
    readings = [one.reading() for one in single]
    truth = np.array([one.label for one in single], dtype=np.str_)
    languages = [one.language or "und" for one in single]
    answers = [(model.classes_, model.answer(readings)) for model in (champion, challenger)]
    said = [_Said.of(classes, answer.probabilities, answer.within_scope) for classes, answer in answers]
    found = compare(truth, said[0].predicted, said[1].predicted, languages, desks, alpha=alpha)
    return _knowing(_with_shares(found, truth, said, desks, target_precision), champion, challenger)


def compare_held_out(
    champion: InquiryClassifier,
    champion_keys: Sequence[Hashable],
    challenger: InquiryClassifier,
    challenger_keys: Sequence[Hashable],
    desks: Mapping[str, str],
    *,
    languages: Mapping[Hashable, str] | None = None,
    target_precision: float = 0.97,
    alpha: float = ALPHA,
) -> Comparison:
    """Compare two classifiers on the inquiries that both were trained on, each as it was said while held out.

    New labels that are wrong spoil what a model says of old inquiries, and labels that are as wrong cannot show
    it; these can. Inquiries whose label changed in between are left out and counted.

    Args:
        champion: Fitted.
        champion_keys: What each inquiry it was trained on is known by, in the order of training; of those with
            the same key the first counts.
        challenger: Fitted.
        challenger_keys: The same of its.
        desks: See `compare`.
        languages: By key, where they are known.
        target_precision: See `Comparison`.
        alpha: See `compare`.
    """
    first, second = _places(champion, champion_keys), _places(challenger, challenger_keys)
    shared = [key for key in first if key in second]
    labels = [_labels(champion), _labels(challenger)]
    agreed = [key for key in shared if labels[0][first[key]] == labels[1][second[key]]]
    truth = labels[0][[first[key] for key in agreed]]
    said = [_held_out(champion).these([first[key] for key in agreed])]
    said += [_held_out(challenger).these([second[key] for key in agreed])]
    spoken = [languages.get(key, "und") for key in agreed] if languages is not None else []
    found = compare(truth, said[0].predicted, said[1].predicted, spoken, desks, alpha=alpha)
    found = _with_shares(found, truth, said, desks, target_precision)
    return replace(_knowing(found, champion, challenger), relabelled=len(shared) - len(agreed))


def _with_shares(
    found: Comparison, truth: Names, said: Sequence[_Said], desks: Mapping[str, str], target: float
) -> Comparison:
    champion, challenger = (_automatic(truth, one, desks, target) for one in said)
    return replace(found, automatic=(champion, challenger), target_precision=target)


def _knowing(found: Comparison, champion: InquiryClassifier, challenger: InquiryClassifier) -> Comparison:
    old, new = ({str(name) for name in model.classes_} for model in (champion, challenger))
    return replace(found, only_champion=tuple(sorted(old - new)), only_challenger=tuple(sorted(new - old)))


def _automatic(truth: Names, said: _Said, desks: Mapping[str, str], target: float) -> float:
    """The share of all that reaches a desk without a person, of which the target share is right."""
    chosen = _desks_of(said.predicted, desks)
    routed = (said.predicted != OUT_OF_SCOPE) & (chosen != "")
    confidence, correct = said.confidence[routed], (chosen == _desks_of(truth, desks))[routed]
    least = lowest_confidence(confidence, correct, target)
    return float((confidence >= least).sum() / max(1, len(truth)))


def _desks_of(labels: Names, desks: Mapping[str, str]) -> Names:
    known = {OUT_OF_SCOPE: NO_DESK, **desks}
    names, places = np.unique(labels, return_inverse=True)
    return np.array([known.get(str(name), "") for name in names], dtype=np.str_)[places]


def _by_desk(right: Names, champion: Names, challenger: Names) -> dict[str, Rights]:
    """Of the inquiries of each desk, which reached it."""
    own = ((str(desk), right == desk) for desk in np.unique(right) if desk)
    return {desk: (champion[rows] == desk, challenger[rows] == desk) for desk, rows in own}


def _strays(right: Names, champion: Names, challenger: Names) -> dict[str, Rights]:
    """Of the inquiries of other desks, which were not sent to each desk."""
    chosen = np.unique(np.concatenate([right, champion, challenger]))
    others = ((str(desk), (right != desk) & (right != "")) for desk in chosen if desk and desk != NO_DESK)
    return {desk: (champion[rows] != desk, challenger[rows] != desk) for desk, rows in others}


def _by_group(groups: Names, rights: Rights) -> dict[str, Rights]:
    own = ((str(group), groups == group) for group in np.unique(groups))
    return {group: (rights[0][rows], rights[1][rows]) for group, rows in own}


def _told_of_strays(one: Difference) -> str:
    before, after = (round((1 - share) * one.n) for share in (one.champion, one.challenger))
    return f"desk {one.group} is sent inquiries of other desks: {before} -> {after} of {one.n} ({one.chance})"


def _places(classifier: InquiryClassifier, keys: Sequence[Hashable]) -> dict[Hashable, int]:
    """Where each key is found first."""
    if len(keys) != len(classifier.held_out_truth_):
        raise ValueError(f"{len(keys)} keys of {len(classifier.held_out_truth_)} inquiries")
    return {key: place for place, key in reversed(list(enumerate(keys)))}


def _labels(classifier: InquiryClassifier) -> Names:
    """The label that each inquiry was learned with."""
    return np.append(classifier.classes_, OUT_OF_SCOPE)[classifier.held_out_truth_]


def _held_out(classifier: InquiryClassifier) -> _Said:
    """What was said of each inquiry in training order, from its translation where there was one."""
    n = len(classifier.held_out_truth_)
    predicted, confidence = np.full(n, OUT_OF_SCOPE, dtype=object), np.zeros(n)
    for situation in reversed(_SITUATIONS):  # a translated inquiry is met untranslated too: the first one stays
        held = classifier.held_out_[situation]
        said = _Said.of(classifier.classes_, held.probabilities, held.within_scope)
        predicted[held.rows], confidence[held.rows] = said.predicted, said.confidence
    return _Said(predicted.astype(np.str_), confidence)
