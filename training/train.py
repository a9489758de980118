"""Train a classifier on labelled inquiries and lay it into the registry: `python -m training.train`."""

import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from model.classifier import InquiryClassifier, Progress
from model.configuration import read as read_configuration
from model.errors import ConfigurationInvalid, ModelError
from model.registry import Registry
from training.card import model_card
from training.dataset import Dataset, read_file, seed_files
from training.evaluate import figures


def train(
    paths: Sequence[Path], registry: Registry, *, name: str, at: datetime, progress: Progress | None = None
) -> str:
    """Train on the files' inquiries and store the result; answers its version.

    Raises:
        TrainingDataInvalid: The files cannot be trained on.
    """
    return train_on([read_file(path) for path in paths], registry, name=name, at=at, progress=progress)


def train_on(
    datasets: Sequence[Dataset],
    registry: Registry,
    *,
    name: str,
    at: datetime,
    progress: Progress | None = None,
) -> str:
    """The same on what was read before."""
    inquiries = [inquiry for dataset in datasets for inquiry in dataset.inquiries]
    labels = [inquiry.label for inquiry in inquiries]
    classifier = InquiryClassifier().fit([inquiry.english() for inquiry in inquiries], labels, progress)
    languages = [inquiry.language or "und" for inquiry in inquiries]
    metrics = figures(classifier.held_out_probabilities_, classifier.classes_, labels, languages)
    data = [dataset.facts() for dataset in datasets]
    return registry.add(classifier, name=name, data=data, metrics=metrics, card=model_card, at=at)


@click.command("train")
@click.option(
    "--data", "paths", multiple=True, type=click.Path(path_type=Path),
    help="CSV or JSON Lines with text and label, and optionally language and text_en; repeatable. "
    "Without it, the seed inquiries that come with Loket.",
)  # fmt: skip
@click.option("--name", default="default", show_default=True, help="What you call the model.")
@click.option("--promote", is_flag=True, help="Make it the champion at once.")
@click.option("--config", help="A TOML file; else LOKET_CONFIG, else ./loket.toml.")
@click.option("--json", "as_json", is_flag=True, help="Print version and held-out figures as JSON.")
def main(paths: tuple[Path, ...], name: str, promote: bool, config: str | None, as_json: bool) -> None:
    """Train a model on labelled inquiries and print its version.

    Example: loket train --data history.csv --name autumn --promote
    """
    try:
        _train_and_tell(list(paths) or seed_files(), name, promote, config, as_json)
    except (ModelError, ConfigurationInvalid) as error:
        raise click.ClickException(str(error)) from error


def _train_and_tell(paths: list[Path], name: str, promote: bool, config: str | None, as_json: bool) -> None:
    configuration = read_configuration(os.environ, config)
    registry = configuration.registry()
    datasets = [read_file(path) for path in paths]
    with click.progressbar(length=1, label="Training", file=sys.stderr) as bar:
        version = train_on(datasets, registry, name=name, at=datetime.now(UTC), progress=_show_on(bar))
    facts = {"version": version, "metrics": registry.manifest(version).metrics}
    click.echo(json.dumps(facts) if as_json else version)
    if promote:
        categories = configuration.values["categories"]
        registry.promote(version, categories)
        if missing := registry.never_chosen(version, categories):
            click.echo(f"Warning: it will never choose {', '.join(missing)}", err=True)


def _show_on(bar: Any) -> Progress:
    def show(done: int, of: int) -> None:
        bar.length = of
        bar.update(done - bar.pos)

    return show


if __name__ == "__main__":
    main()
