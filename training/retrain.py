"""Train a challenger on what desks labelled and compare it with the champion: `python -m training.retrain`."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from model.configuration import Configuration
from model.configuration import read as read_configuration
from model.errors import ConfigurationInvalid, ModelError
from training.challenger import Categories, Challenger, Retraining
from training.dataset import LabelledInquiry, read_file, seed_files
from training.progress import progress_bar
from training.trainer import Trainer
from training.weights import Weighting

REPORT = "comparison.json"


@click.command("retrain")
@click.option(
    "--labels", "path", required=True, type=click.Path(path_type=Path),
    help="JSON Lines as `loket labels export` writes them.",
)  # fmt: skip
@click.option(
    "--base", multiple=True, type=click.Path(path_type=Path),
    help="What was written for training; repeatable. Without it, what the champion learned from beside labels.",
)  # fmt: skip
@click.option("--name", default="retrained", show_default=True, help="What you call the model.")
@click.option("--config", help="A TOML file; else LOKET_CONFIG, else ./loket.toml.")
@click.option("--json", "as_json", is_flag=True, help="Print how it compares as JSON.")
def main(path: Path, base: tuple[Path, ...], name: str, config: str | None, as_json: bool) -> None:
    """Train a challenger on labelled inquiries and compare it with the champion; nothing is promoted.

    Example: python -m training.retrain --labels labels.jsonl
    """
    try:
        configuration = read_configuration(os.environ, config)
        written = [one for file in base for one in read_file(file).inquiries if not one.is_mixed]
        retraining = make_retraining(configuration, written if base else None)
        found = with_progress(retraining, read_file(path).inquiries, name, datetime.now(UTC))
        configuration.registry().add_report(found.version, REPORT, json.dumps(found.as_json()).encode())
    except (ModelError, ConfigurationInvalid) as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(found.as_json()) if as_json else "\n".join([found.version, *found.falls]))


def make_retraining(configuration: Configuration, base: Sequence[LabelledInquiry] | None = None) -> Retraining:
    """The retraining of a configuration.

    Without a base, and where it is not known what the champion learned from, it starts from those of the seed
    inquiries whose categories there are.
    """
    values = configuration.values
    rules = Categories.configured(values), Weighting.of_configuration(values)
    parts = Trainer.configured(configuration), *rules
    retraining = Retraining(*parts, base)
    if base is not None or retraining.knows_base:
        return retraining
    return Retraining(*parts, [inquiry for file in seed_files() for inquiry in read_file(file).inquiries])


def with_progress(retraining: Retraining, labels: Sequence[LabelledInquiry], name: str, at: datetime) -> Challenger:
    """Run it with progress bars on standard error."""
    with progress_bar("Encoding") as encoding, progress_bar("Fitting ") as fitting:
        return retraining.run(labels, name=name, at=at, encoding=encoding, fitting=fitting)


if __name__ == "__main__":
    main()
