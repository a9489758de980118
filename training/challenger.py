"""A challenger: trained on what desks labelled, and compared with the champion."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from model.classifier import InquiryClassifier
from model.errors import ConfigurationInvalid, ModelError, TrainingDataInvalid
from model.lexical import Progress
from model.registry import Loaded, Registry
from model.taxonomy import OUT_OF_SCOPE
from training.comparison import ALPHA, Comparison, compare, compare_classifiers, compare_held_out
from training.dataset import Given, LabelledInquiry, Source
from training.label_check import LabelCheck, check
from training.progress import silent
from training.snapshot import Snapshot
from training.split import Split, split
from training.trainer import Trainer
from training.weights import Weighting

_ALPHA = ALPHA / 2  # both comparisons together block an equally good challenger this seldom


@dataclass(frozen=True)
class Categories:
    """The categories as they are configured now.

    Attributes:
        desks: The desk of each.
        names: The present name of those that had another one.
    """

    desks: Mapping[str, str]
    names: Mapping[str, str]

    @classmethod
    def configured(cls, values: Mapping[str, Any]) -> "Categories":
        """From the tables ``[categories.…]``."""
        tables = values.get("categories") or {}
        try:
            names = {str(old): str(name) for name, table in tables.items() for old in table.get("formerly", ())}
            desks = {str(name): str(table.get("desk", "")) for name, table in tables.items()}
        except (AttributeError, TypeError) as error:
            raise ConfigurationInvalid("categories: each is a table") from error
        return cls(desks | {old: desks[name] for old, name in names.items()}, names)

    def known(self, inquiries: Sequence[LabelledInquiry]) -> list[LabelledInquiry]:
        """Those whose category there still is, under its present name."""
        present = set(self.desks) - set(self.names) | {OUT_OF_SCOPE}
        renamed = [_renamed(one, self.names) for one in inquiries]
        return [one for one in renamed if set(one.labels or (one.label,)) <= present]


@dataclass(frozen=True)
class Challenger:
    """A model trained on labels, and how it compares with the champion.

    Attributes:
        version: Its, in the registry.
        champion: The version it was compared with; None when none serves.
        learned: How many inquiries it learned from, and how many of them desks or imports labelled.
        held_out: How many labels judged it.
        comparison: On labels that neither model learned from; of none without a champion.
        shared: On what both learned from, held out.
        suspects: Labels that look wrong, the least probable first: the number, the inquiry, what was given, what
            is proposed and how probable the given one is.
        label_check: What looks wrong among the labels.
        unknown: Labels left out because there is no such category any more.
    """

    version: str
    champion: str | None
    learned: tuple[int, int]
    held_out: int
    comparison: Comparison
    shared: Comparison | None
    label_check: LabelCheck
    suspects: list[dict[str, Any]]
    unknown: int

    @property
    def falls(self) -> list[str]:
        """What became worse and cannot be chance, in plain sentences."""
        fresh = self.comparison.falls
        shared = self.shared.falls if self.shared else []
        return [*fresh, *(f"{one}, of the inquiries both learned from" for one in shared)]

    def as_json(self) -> dict[str, Any]:
        """For the registry, without any text of an inquiry."""
        return {
            "model": self.version,
            "champion": self.champion,
            "learned": {"inquiries": self.learned[0], "labels": self.learned[1], "unknown_category": self.unknown},
            "held_out": self.held_out,
            "comparison": self.comparison.as_json(),
            "shared": self.shared.as_json() if self.shared else None,
            "falls": self.falls,
            "label_check": self.label_check.sentences(),
        }


class Retraining:
    """One training on labels.

    Args:
        trainer: With registry and encoder.
        categories: As they are now.
        weighting: How much each label counts.
        base: What was written for training; None for what the champion learned from beside labels.
    """

    def __init__(
        self,
        trainer: Trainer,
        categories: Categories,
        weighting: Weighting,
        base: Sequence[LabelledInquiry] | None = None,
    ) -> None:
        self._trainer, self._registry = trainer, trainer.registry
        self._categories, self._weighting = categories, weighting
        self._serving = _champion_of(self._registry)
        self._champion = self._serving.version if self._serving else None
        self._before = self._snapshot_of(self._champion or self._registry.champion())
        self._base = categories.known(base if base is not None else self._written())

    @property
    def knows_base(self) -> bool:
        """Whether it is known what the champion learned from."""
        return self._before is not None

    def run(
        self,
        labels: Sequence[LabelledInquiry],
        *,
        name: str,
        at: datetime,
        encoding: Progress = silent,
        fitting: Progress = silent,
    ) -> Challenger:
        """Train a challenger on base and labels, lay it into the registry and compare it.

        Raises:
            TrainingDataInvalid: There is nothing to learn from.
            ModelError: The registry cannot be used.
        """
        known = self._categories.known([_dated(one, at) for one in labels])
        parts = split(known, self._seen(), self._base)
        snapshot = self._snapshot([*self._base, *parts.learned], at)
        self._trainer.prepare(snapshot, parts.held_out, encoding)
        checked = snapshot.inquiries
        classifier, snapshot, found = self._checked(snapshot, at, fitting)
        judges = _without_givers(parts.held_out, found)
        comparison, shared = self._compared(classifier, snapshot, judges)
        version = self._store(classifier, snapshot, labels, parts, name, at)
        learned = len(snapshot.inquiries), sum(1 for one in snapshot.inquiries if one.given)
        unknown = len(labels) - len(known)
        suspects = _suspects(found, checked)
        return Challenger(
            version, self._champion, learned, len(judges), comparison, shared, found, suspects, unknown
        )

    def _checked(
        self, snapshot: Snapshot, at: datetime, fitting: Progress
    ) -> tuple[InquiryClassifier, Snapshot, LabelCheck]:
        """Fit; where the label check leaves labels out, fit again without them."""
        classifier = self._trainer.fit(snapshot, fitting)
        found = check(classifier, snapshot.inquiries)
        given = [one for one in found.suspects if snapshot.inquiries[one.place].given]
        found = replace(found, suspects=given)  # what was written for training is not for desks to judge
        if not found.left_out:
            return classifier, snapshot, found
        apart = set(found.left_out)
        kept = [one for place, one in enumerate(snapshot.inquiries) if place not in apart]
        snapshot = self._snapshot(kept, at)
        return self._trainer.fit(snapshot, fitting), snapshot, found

    def _compared(
        self, classifier: InquiryClassifier, snapshot: Snapshot, judges: Sequence[LabelledInquiry]
    ) -> tuple[Comparison, Comparison | None]:
        if self._serving is None:
            return compare([], [], [], [], {}), None
        champion = self._serving.classifier.with_encoder(self._trainer.encoder)
        # Compared under present names; of a champion that serves no more here, nothing else is asked.
        champion.classes_ = np.array([self._categories.names.get(str(one), str(one)) for one in champion.classes_])
        desks = self._categories.desks
        comparison = compare_classifiers(champion, classifier, judges, desks, alpha=_ALPHA)
        if self._before is None:
            return comparison, None
        before, after = _keys(self._before), _keys(snapshot)
        languages = {key: one.language or "und" for key, one in zip(after, snapshot.inquiries, strict=True)}
        return comparison, compare_held_out(
            champion, before, classifier, after, desks, languages=languages, alpha=_ALPHA
        )

    def _store(
        self,
        classifier: InquiryClassifier,
        snapshot: Snapshot,
        labels: Sequence[LabelledInquiry],
        parts: Split,
        name: str,
        at: datetime,
    ) -> str:
        numbers = _numbers(labels)
        apart = _numbers(parts.held_out)
        learned = {*_numbers(snapshot.inquiries), *apart}
        data = [{"name": "snapshot", "rows": len(snapshot.inquiries)}]
        return self._trainer.store(
            classifier, snapshot, name=name, data=data, at=at,
            labels_until=max(numbers, default=0), labels_held_out=sorted(apart),
            labels_left_out=sorted(set(numbers) - learned),
        )  # fmt: skip

    def _snapshot(self, inquiries: Sequence[LabelledInquiry], at: datetime) -> Snapshot:
        if not inquiries:
            raise TrainingDataInvalid("there is no label to learn from")
        weights = [self._weighting.weight(one.given, at) for one in inquiries]
        return self._trainer.snapshot(inquiries, weights)

    def _snapshot_of(self, version: str | None) -> Snapshot | None:
        """None where it is not to be had, as for a champion of an earlier release."""
        try:
            sha256 = self._registry.manifest(version).snapshot if version else None
            return Snapshot.of_content(self._registry.snapshot(sha256)) if sha256 else None
        except ModelError:
            return None

    def _written(self) -> list[LabelledInquiry]:
        return self._before.written if self._before else []

    def _seen(self) -> set[int]:
        """The numbers of the labels that the champion learned from."""
        if self._before is None:
            return set()
        return {one.given.number for one in self._before.inquiries if one.given and one.given.number is not None}


def _champion_of(registry: Registry) -> Loaded | None:
    """What serves; None when nothing can, as after an upgrade of libraries: then nothing is compared."""
    try:
        return registry.load_champion()
    except ModelError:
        return None


def _numbers(inquiries: Sequence[LabelledInquiry]) -> list[int]:
    return [one.given.number for one in inquiries if one.given and one.given.number]


def _renamed(inquiry: LabelledInquiry, names: Mapping[str, str]) -> LabelledInquiry:
    labels = tuple(names.get(label, label) for label in inquiry.labels)
    return replace(inquiry, label=names.get(inquiry.label, inquiry.label), labels=labels)


def _keys(snapshot: Snapshot) -> list[Hashable]:
    return [(one.text, one.language) for one in snapshot.inquiries]


def _dated(inquiry: LabelledInquiry, at: datetime) -> LabelledInquiry:
    """A label of which nobody knows where it comes from is one that was imported just now."""
    return inquiry if inquiry.given else replace(inquiry, given=Given(Source.IMPORT, at))


def _suspects(found: LabelCheck, checked: Sequence[LabelledInquiry]) -> list[dict[str, Any]]:
    rows = ((one, checked[one.place].given) for one in found.suspects)
    return [
        {
            "number": given.number, "inquiry": given.inquiry, "given": one.given, "proposed": one.proposed,
            "quality": round(one.quality, 4),
        }
        for one, given in rows
        if given and given.inquiry
    ]  # fmt: skip


def _without_givers(inquiries: Sequence[LabelledInquiry], found: LabelCheck) -> list[LabelledInquiry]:
    """Labels of those whose labels do not hold judge no model either."""
    names = {giver.name for giver in found.givers} | {flood.name for flood in found.floods}
    return [one for one in inquiries if one.given and not {one.given.by, one.given.desk} & names]
