"""Labels that look wrong, and who gives many of them: by what a classifier says of inquiries held out.

A single label that looks wrong stays: the correction of a confident mistake looks just the same, and must be
learned. Left out are only those of somebody who gives far more of them than others do.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from model.classifier import InquiryClassifier
from model.text import clean
from training.dataset import LabelledInquiry, Source
from training.shares import Compared, Mask, compare, holm
from training.suspects import FEWEST, JudgedLabels, Suspect

# How many times the others' share it must be. A desk has categories of its own, of which some are hard: a desk of
# HWU64 with every third category and no wrong giver had 2.1 times the others' share.
_TIMES = {"agent": 2.0, "desk": 3.0}
_SIGNIFICANT = 0.01  # the chance that one or more are named wrongly, if all are alike
_MOST = 0.5  # of the labels that flood a category: so many are suspects, and no more are of one other category
_CONFIDENCES = (0.5, 0.8, 0.95)  # of the held-out answers; texts between two of them are taken to be equally hard

_Key = TypeVar("_Key", str, tuple[str, int])


@dataclass(frozen=True, slots=True)
class Giver:
    """An agent or a desk of whose labels far more look wrong than of the others'.

    Attributes:
        name: ``user:anna``, or a desk's.
        kind: ``agent`` or ``desk``.
        n: Labels given.
        suspects: How many of them look wrong.
        rate: Their share.
        others_rate: The share expected by what others give to texts that are as hard.
        p: The chance of so many or more, if the giver were like the others; corrected for the number of givers.
        left_out: How many of the suspects are left out.
    """

    name: str
    kind: str
    n: int
    suspects: int
    rate: float
    others_rate: float
    p: float
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Flood:
    """An agent or a desk that gives one category to texts of all kinds, unlike the others and the model.

    Attributes:
        name: ``user:anna``, or a desk's.
        kind: ``agent`` or ``desk``.
        category: The flooded one.
        n: Labels given, of all categories.
        given: Labels of that category.
        by_model: Of how many of the same texts the model says so while they are held out.
        p: The chance of so many or more that the model gives others, if the giver were like the other givers;
            corrected for all that were compared.
        left_out: How many of them are left out.
    """

    name: str
    kind: str
    category: str
    n: int
    given: int
    by_model: int
    p: float
    left_out: int = 0


@dataclass(frozen=True)
class LabelCheck:
    """What looks wrong among the labels.

    Attributes:
        suspects: The least probable first.
        givers: Those that stand out, the surest first.
        floods: The same.
        left_out: Places of the inquiries that training leaves out until somebody has looked, ascending.
    """

    suspects: list[Suspect]
    givers: list[Giver]
    floods: list[Flood]
    left_out: list[int]

    def sentences(self) -> list[str]:
        """What was found, for people to read."""
        told = [
            f"{one.name}: {one.suspects} of {one.n} labels look wrong ({one.rate:.0%}), "
            f"of others {one.others_rate:.0%}; {_waiting(one.left_out)}"
            for one in self.givers
        ]
        told += [
            f"{one.name}: {one.given} of {one.n} labels are {one.category}, "
            f"the model says so of {one.by_model}; {_waiting(one.left_out)}"
            for one in self.floods
        ]
        return [*told, self._of_single_ones()]

    def _of_single_ones(self) -> str:
        staying = len(self.suspects) - len(self.left_out)
        if not staying:
            return "no other label looks wrong" if self.left_out else "no label looks wrong"
        looks = "1 label looks" if staying == 1 else f"{staying} labels look"
        return f"{looks} wrong and may be right: learned from, and worth a look"


def check(classifier: InquiryClassifier, inquiries: Sequence[LabelledInquiry]) -> LabelCheck:
    """Find suspected labels by confident learning, and who gives far more of them than others.

    Mixed inquiries and those out of scope are not judged.

    Args:
        classifier: Just fitted on these inquiries, in this order.
        inquiries: With ``given`` where somebody gave the label; others help to judge, and have no giver.

    Raises:
        ValueError: The classifier was fitted on another number of inquiries.
    """
    if len(inquiries) != len(classifier.held_out_truth_):
        raise ValueError(f"{len(inquiries)} inquiries, fitted on {len(classifier.held_out_truth_)}")
    labels = JudgedLabels.held_out(classifier, inquiries)
    suspects = labels.suspects()
    return _Judgement(labels, suspects).check()


class _Judgement:
    """Floods are looked for first, and no flooded label counts against its giver a second time.

    A desk is judged by the labels of those agents that do not stand out, without the worst of them.
    """

    def __init__(self, labels: JudgedLabels, suspects: list[Suspect]) -> None:
        given = [one.given for one in labels.inquiries]
        self._labels, self._suspects = labels, suspects
        self._names: dict[str, NDArray[np.object_]] = {
            "agent": np.array([one.by if one else "" for one in given], dtype=object),
            "desk": np.array([(one.desk or "") if one else "" for one in given], dtype=object),
        }
        self._judged = np.array([one is not None for one in given], dtype=bool)
        # Hard texts look wrong more often, whoever labels them; a corrected one is one that a model found hard.
        corrected = [one is not None and one.source is Source.CORRECTION for one in given]
        doubt = np.searchsorted(_CONFIDENCES, labels.probabilities.max(axis=1))
        self._difficulty = np.asarray(doubt + (len(_CONFIDENCES) + 1) * np.array(corrected), dtype=np.intp)
        self._suspected = np.isin(labels.places, [one.place for one in suspects])
        self._movable = self._suspected & ~_given_twice(labels.inquiries)
        self._left_out = np.zeros(len(given), dtype=bool)

    def check(self) -> LabelCheck:
        floods = [*self._floods("agent"), *self._floods("desk")]
        givers = [*self._unreliable("agent"), *self._unreliable("desk")]
        places = self._labels.places[self._left_out]
        return LabelCheck(self._suspects, givers, floods, [int(place) for place in places])

    def _floods(self, kind: str) -> list[Flood]:
        compared = {
            (name, category): self._against_the_model(theirs, category)
            for name, theirs in self._givers(kind)
            for category in self._given_against_the_model(theirs)
        }
        return [
            self._flood(kind, name, category, p)
            for (name, category), _, p in _standing_out(compared, _TIMES[kind])
            if self._is_flood(self._of(kind, name), category)
        ]

    def _given_against_the_model(self, theirs: Mask) -> list[int]:
        """The categories that a giver gives often where the model gives another."""
        given = self._labels.truth[theirs & (self._labels.predicted != self._labels.truth)]
        return [int(category) for category in np.flatnonzero(np.bincount(given, minlength=1) >= FEWEST)]

    def _against_the_model(self, theirs: Mask, category: int) -> Compared:
        """How often they give a category to texts that the model gives another, beside others to the same ones."""
        rows = self._judged & (self._labels.predicted != category)
        return compare((self._labels.truth == category)[rows], theirs[rows], self._labels.predicted[rows])

    def _is_flood(self, theirs: Mask, category: int) -> bool:
        """A hard category of one desk's own has fewer suspects; texts of one kind are one mistake, or its cure."""
        given = theirs & (self._labels.truth == category)
        kinds = np.bincount(self._labels.predicted[given & (self._labels.predicted != category)], minlength=1)
        return bool(self._suspected[given].mean() >= _MOST and kinds.max() <= _MOST * kinds.sum())

    def _flood(self, kind: str, name: str, category: int, p: float) -> Flood:
        theirs = self._of(kind, name)
        flooded = theirs & (self._labels.truth == category)
        n, given, left_out = int(theirs.sum()), int(flooded.sum()), self._leave_out(flooded)
        by_model = int((self._labels.predicted[theirs] == category).sum())
        self._judged &= ~flooded
        return Flood(name, kind, str(self._labels.classes[category]), n, given, by_model, p, left_out)

    def _unreliable(self, kind: str) -> list[Giver]:
        compared = {name: self._suspected_beside_others(theirs) for name, theirs in self._givers(kind)}
        return [self._giver(kind, name, found, p) for name, found, p in _standing_out(compared, _TIMES[kind])]

    def _giver(self, kind: str, name: str, found: Compared, p: float) -> Giver:
        theirs = self._of(kind, name)
        n, suspects, left_out = int(theirs.sum()), int(self._suspected[theirs].sum()), self._leave_out(theirs)
        self._judged &= ~theirs
        return Giver(name, kind, n, suspects, suspects / n, found.expected / found.n, p, left_out)

    def _givers(self, kind: str) -> Iterator[tuple[str, Mask]]:
        for name in sorted(set(self._names[kind][self._judged]) - {""}):
            theirs = self._of(kind, name)
            if kind == "desk":
                theirs &= ~self._worst_agent(theirs)
            if theirs.sum() >= FEWEST:
                yield name, theirs

    def _worst_agent(self, theirs: Mask) -> Mask:
        """The labels of whom most suspects on a desk are: one person is not the desk."""
        agents = self._names["agent"]
        ((worst, _),) = Counter(agents[theirs & self._suspected & (agents != "")]).most_common(1) or [("", 0)]
        return np.asarray((agents == worst) & (agents != ""))

    def _of(self, kind: str, name: str) -> Mask:
        return np.asarray(self._judged & (self._names[kind] == name))

    def _suspected_beside_others(self, theirs: Mask) -> Compared:
        rows = self._judged
        return compare(self._suspected[rows], theirs[rows], self._difficulty[rows])

    def _leave_out(self, theirs: Mask) -> int:
        out = theirs & self._movable
        self._left_out |= out
        return int(out.sum())


def _standing_out(compared: Mapping[_Key, Compared], times: float) -> list[tuple[_Key, Compared, float]]:
    chances = holm([one.p for one in compared.values()])
    found = [(name, one, p) for (name, one), p in zip(compared.items(), chances, strict=True)]
    far = [row for row in found if row[2] < _SIGNIFICANT and row[1].found >= times * row[1].expected]
    return sorted(far, key=lambda row: (row[2], row[0]))


def _given_twice(inquiries: Sequence[LabelledInquiry]) -> Mask:
    """Which labels a second person gave too: to the same inquiry, or to another with the same text."""
    people: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for one in inquiries:
        for key in _keys(one):
            people[key].add(one.given.by if one.given else "")
    twice = [any(len(people[key] - {""}) > 1 for key in _keys(one)) for one in inquiries]
    return np.array([seen or _is_seconded(one) for seen, one in zip(twice, inquiries, strict=True)], dtype=bool)


def _is_seconded(inquiry: LabelledInquiry) -> bool:
    """What is exported has each text once, and says whether a second person agreed."""
    return inquiry.given is not None and inquiry.given.seconded


def _keys(inquiry: LabelledInquiry) -> list[tuple[str, str]]:
    keys = [(inquiry.label, clean(inquiry.text).casefold())]
    if inquiry.given and inquiry.given.inquiry:
        keys.append((inquiry.label, f"id {inquiry.given.inquiry}"))
    return keys


def _waiting(labels: int) -> str:
    if not labels:
        return "none is left out: others gave them too"
    return f"{labels} label{' is' if labels == 1 else 's are'} left out until somebody has looked"
