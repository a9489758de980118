"""Train a classifier on labelled inquiries and lay it into the registry: `python -m training.train`."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from model.classifier import InquiryClassifier
from model.configuration import Configuration
from model.configuration import read as read_configuration
from model.encoder import open_or_none
from model.errors import ConfigurationInvalid, ModelError
from model.lexical import Progress
from model.registry import Registry
from model.taxonomy import OUT_OF_SCOPE, Category, from_configuration
from training.card import model_card
from training.dataset import Dataset, out_of_scope_file, read_file, seed_files
from training.embeddings import PreparedEncoder
from training.evaluate import held_out_figures
from training.progress import progress_bar


def _silent(_done: int, _of: int) -> None:
    """Tell nobody."""


def train(paths: Sequence[Path], registry: Registry, *, name: str, at: datetime) -> str:
    """Train on files with the lexical view alone, and store the result; answers its version. See `Trainer`."""
    return Trainer(registry).train([read_file(path) for path in paths], name=name, at=at)


class Trainer:
    """What trainings share: the registry, the encoder, the categories as configured.

    Args:
        registry: Gets the trained models.
        encoder: Of the semantic view; None for the lexical view alone.
        taxonomy: The configured categories.
    """

    def __init__(
        self, registry: Registry, encoder: PreparedEncoder | None = None, taxonomy: Sequence[Category] = ()
    ) -> None:
        self._registry = registry
        self._encoder = encoder
        self._taxonomy = taxonomy

    @classmethod
    def configured(cls, configuration: Configuration) -> "Trainer":
        """The trainer of a configuration; warns when its encoder is not to be had."""
        encoder, missing = open_or_none(configuration.encoder_name)
        if missing:
            click.echo(f"Warning: the lexical view is trained alone: {missing}", err=True)
        file = configuration.data_dir / "embeddings.npz"
        prepared = PreparedEncoder(configuration.encoder_name, encoder, file) if encoder else None
        return cls(configuration.registry(), prepared, from_configuration(configuration.values))

    def train(
        self,
        datasets: Sequence[Dataset],
        *,
        name: str,
        at: datetime,
        zero_shot: bool = False,
        encoding: Progress = _silent,
        fitting: Progress = _silent,
    ) -> str:
        """Train on the inquiries and store the result; answers its version.

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
        datasets = _with_out_of_scope(datasets)
        inquiries = [inquiry for dataset in datasets for inquiry in dataset.inquiries if not inquiry.is_mixed]
        readings, labels = [i.reading() for i in inquiries], [i.label for i in inquiries]
        classifier = InquiryClassifier(self._encoder, self._categories(labels, zero_shot))
        if self._encoder:
            self._encoder.prepare(classifier.texts_to_encode(readings, labels), encoding)
        classifier.fit(readings, labels, fitting)
        languages = [inquiry.language or "und" for inquiry in inquiries]
        data = [dataset.facts() for dataset in datasets]
        metrics = held_out_figures(classifier, languages)
        return self._registry.add(classifier, name=name, data=data, metrics=metrics, card=model_card, at=at)

    def _categories(self, labels: Sequence[str], zero_shot: bool) -> list[Category]:
        """The configured categories; only those that occur, unless the others are to be known by description."""
        occurring = set(labels)
        return [category for category in self._taxonomy if zero_shot or category.name in occurring]


def _with_out_of_scope(datasets: Sequence[Dataset]) -> list[Dataset]:
    if any(inquiry.label == OUT_OF_SCOPE for dataset in datasets for inquiry in dataset.inquiries):
        return list(datasets)
    return [*datasets, read_file(out_of_scope_file())]


@click.command("train")
@click.option(
    "--data", "paths", multiple=True, type=click.Path(path_type=Path),
    help="CSV or JSON Lines with text and label, and optionally language and text_en; repeatable. "
    "Without it, the seed inquiries that come with Loket.",
)  # fmt: skip
@click.option("--name", default="default", show_default=True, help="What you call the model.")
@click.option("--promote", is_flag=True, help="Make it the champion at once.")
@click.option("--zero-shot", is_flag=True, help="Also know categories without inquiries, by name and meaning.")
@click.option("--config", help="A TOML file; else LOKET_CONFIG, else ./loket.toml.")
@click.option("--json", "as_json", is_flag=True, help="Print version and held-out figures as JSON.")
def main(
    paths: tuple[Path, ...], name: str, promote: bool, zero_shot: bool, config: str | None, as_json: bool
) -> None:
    """Train a model on labelled inquiries and print its version.

    Example: loket train --data history.csv --name autumn --promote
    """
    files = list(paths) or ([] if zero_shot else seed_files())
    try:
        configuration = read_configuration(os.environ, config)
        version = _train(configuration, files, name, zero_shot)
        _tell(configuration, version, as_json)
        if promote:
            _promote(configuration, version)
    except (ModelError, ConfigurationInvalid) as error:
        raise click.ClickException(str(error)) from error


def _train(configuration: Configuration, paths: list[Path], name: str, zero_shot: bool) -> str:
    datasets = [read_file(path) for path in paths]
    trainer = Trainer.configured(configuration)
    with progress_bar("Encoding") as encoding, progress_bar("Fitting ") as fitting:
        return trainer.train(
            datasets, name=name, at=datetime.now(UTC), zero_shot=zero_shot, encoding=encoding, fitting=fitting
        )


def _tell(configuration: Configuration, version: str, as_json: bool) -> None:
    facts = {"version": version, "metrics": configuration.registry().manifest(version).metrics}
    click.echo(json.dumps(facts) if as_json else version)


def _promote(configuration: Configuration, version: str) -> None:
    registry, categories = configuration.registry(), configuration.values["categories"]
    registry.promote(version, categories)
    if missing := registry.never_chosen(version, categories):
        click.echo(f"Warning: it will never choose {', '.join(missing)}", err=True)


if __name__ == "__main__":
    main()
