"""Trainings: from labelled inquiries to a model in the registry, with the snapshot that it learned from."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from model.classifier import InquiryClassifier
from model.configuration import Configuration
from model.encoder import open_or_none
from model.errors import ModelError
from model.lexical import Progress
from model.reading import Reading
from model.registry import Registry
from model.taxonomy import OUT_OF_SCOPE, Category, from_configuration
from model.views import texts_of
from training.card import model_card
from training.dataset import Dataset, LabelledInquiry, out_of_scope_file, read_file
from training.embeddings import PreparedEncoder
from training.evaluate import held_out_figures
from training.progress import silent
from training.snapshot import Snapshot


def train(paths: Sequence[Path], registry: Registry, *, name: str, at: datetime) -> str:
    """Train on files with the lexical view alone, and store the result; answers its version. See `Trainer`."""
    return Trainer(registry).train([read_file(path) for path in paths], name=name, at=at)


class Trainer:
    """What trainings share: the registry, the encoder, the categories as configured.

    Args:
        registry: Gets the trained models.
        encoder: Of the semantic view; None for the lexical view alone.
        taxonomy: The configured categories.
        parameters: Of the classifier, where they are not the default.
    """

    def __init__(
        self,
        registry: Registry,
        encoder: PreparedEncoder | None = None,
        taxonomy: Sequence[Category] = (),
        parameters: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self.registry = registry
        self.encoder = encoder
        self._taxonomy = taxonomy
        self._parameters = dict(parameters)

    @classmethod
    def configured(cls, configuration: Configuration) -> "Trainer":
        """The trainer of a configuration; warns when its encoder is not to be had."""
        encoder, missing = open_or_none(configuration.encoder_name)
        if missing:
            click.echo(f"Warning: the lexical view is trained alone: {missing}", err=True)
        file = configuration.data_dir / "embeddings.npz"
        prepared = PreparedEncoder(configuration.encoder_name, encoder, file) if encoder else None
        return cls(configuration.registry(), prepared, from_configuration(configuration.values))

    def with_parameters(self, parameters: Mapping[str, Any]) -> "Trainer":
        """The same with other parameters of the classifier."""
        return Trainer(self.registry, self.encoder, self._taxonomy, parameters)

    def train(
        self,
        datasets: Sequence[Dataset],
        *,
        name: str,
        at: datetime,
        zero_shot: bool = False,
        encoding: Progress = silent,
        fitting: Progress = silent,
    ) -> str:
        """Train on files and store the result; answers its version.

        Args:
            datasets: The labelled inquiries. Without messages out of scope among them, those that come with
                Loket are added.
            name: What a person calls the model.
            at: Now.
            zero_shot: Whether it also knows the configured categories that have no inquiry.
            encoding: Told how much is encoded.
            fitting: Told how much is fitted.

        Raises:
            TrainingDataInvalid: They cannot be trained on.
        """
        datasets = with_out_of_scope(datasets)
        inquiries = [inquiry for dataset in datasets for inquiry in dataset.inquiries if not inquiry.is_mixed]
        snapshot = self.snapshot(inquiries, [1.0] * len(inquiries), zero_shot=zero_shot)
        self.prepare(snapshot, (), encoding)
        classifier = self.fit(snapshot, fitting)
        return self.store(classifier, snapshot, name=name, data=[one.facts() for one in datasets], at=at)

    def snapshot(
        self, inquiries: Sequence[LabelledInquiry], weights: Sequence[float], *, zero_shot: bool = False
    ) -> Snapshot:
        """All that decides what a training on these gives."""
        taxonomy = self._categories([inquiry.label for inquiry in inquiries], zero_shot)
        identity = self.encoder.identity if self.encoder else None
        # As they are kept: what is trained again from the snapshot must weigh the same.
        kept = [round(weight, 6) for weight in weights]
        return Snapshot(inquiries, kept, taxonomy, identity, self._parameters)

    def prepare(self, snapshot: Snapshot, also: Sequence[LabelledInquiry], encoding: Progress = silent) -> None:
        """Have all embeddings ready that a training on the snapshot needs, and those of other inquiries."""
        if self.encoder is None:
            return
        texts = self._unfitted(snapshot).texts_to_encode(*readings_and_labels(snapshot.inquiries))
        others = [text for inquiry in also for text in texts_of(inquiry.reading())]
        self.encoder.prepare([*texts, *others], encoding)

    def fit(self, snapshot: Snapshot, fitting: Progress = silent) -> InquiryClassifier:
        """A classifier that learned from the snapshot."""
        readings, labels = readings_and_labels(snapshot.inquiries)
        origins = [(one.given.inquiry or "import") if one.given else None for one in snapshot.inquiries]
        classifier = self._unfitted(snapshot)
        return classifier.fit(readings, labels, fitting, weights=snapshot.weights, origins=origins)

    def store(
        self,
        classifier: InquiryClassifier,
        snapshot: Snapshot,
        *,
        name: str,
        data: list[dict[str, Any]],
        at: datetime,
        labels_until: int = 0,
        labels_held_out: Sequence[int] = (),
        labels_left_out: Sequence[int] = (),
    ) -> str:
        """Lay classifier and snapshot into the registry; answers the version."""
        languages = [inquiry.language or "und" for inquiry in snapshot.inquiries]
        return self.registry.add(
            classifier,
            name=name,
            data=data,
            metrics=held_out_figures(classifier, languages),
            card=model_card,
            at=at,
            snapshot=self.registry.add_snapshot(snapshot.content()),
            labels_until=labels_until,
            labels_held_out=labels_held_out,
            labels_left_out=labels_left_out,
        )

    def rebuild(
        self, version: str, *, at: datetime, encoding: Progress = silent, fitting: Progress = silent
    ) -> str:
        """Train a version again from its snapshot: with the same libraries it gives the same predictions.

        Raises:
            ModelError: It has no snapshot, or was trained with another encoder than there is.
        """
        manifest = self.registry.manifest(version)
        if manifest.snapshot is None:
            raise ModelError(f"{version} has no snapshot")
        snapshot = Snapshot.of_content(self.registry.snapshot(manifest.snapshot))
        here = self.encoder.identity if self.encoder else None
        if snapshot.encoder != here:
            raise ModelError(
                f"{version} was trained with {snapshot.encoder or 'no encoder'}, here is {here or 'none'}"
            )
        self.prepare(snapshot, (), encoding)
        return self.store(
            self.fit(snapshot, fitting), snapshot, name=manifest.name, data=manifest.data, at=at,
            labels_until=manifest.labels_until, labels_held_out=manifest.labels_held_out,
            labels_left_out=manifest.labels_left_out,
        )  # fmt: skip

    def _unfitted(self, snapshot: Snapshot) -> InquiryClassifier:
        return InquiryClassifier(self.encoder, snapshot.taxonomy, **snapshot.parameters)

    def _categories(self, labels: Sequence[str], zero_shot: bool) -> list[Category]:
        """The configured categories; only those that occur, unless the others are to be known by description."""
        occurring = set(labels)
        return [category for category in self._taxonomy if zero_shot or category.name in occurring]


def readings_and_labels(inquiries: Sequence[LabelledInquiry]) -> tuple[list[Reading], list[str]]:
    """What a classifier learns from."""
    return [inquiry.reading() for inquiry in inquiries], [inquiry.label for inquiry in inquiries]


def with_out_of_scope(datasets: Sequence[Dataset]) -> list[Dataset]:
    """With the messages out of scope that come with Loket, if there are none among them."""
    if any(inquiry.label == OUT_OF_SCOPE for dataset in datasets for inquiry in dataset.inquiries):
        return list(datasets)
    return [*datasets, read_file(out_of_scope_file())]
