"""Train a classifier on labelled inquiries and lay it into the registry: `python -m training.train`."""

import json
import os
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from model.configuration import Configuration
from model.configuration import read as read_configuration
from model.errors import ConfigurationInvalid, ModelError
from training.dataset import Dataset, read_file, seed_files
from training.progress import progress_bar
from training.trainer import Trainer, readings_and_labels, with_out_of_scope

if TYPE_CHECKING:
    from training.search import SearchResult


@click.command("train")
@click.option(
    "--data", "paths", multiple=True, type=click.Path(path_type=Path),
    help="CSV or JSON Lines with text and label, and optionally language and text_en; repeatable. "
    "Without it, the seed inquiries that come with Loket.",
)  # fmt: skip
@click.option("--name", default="default", show_default=True, help="What you call the model.")
@click.option("--promote", is_flag=True, help="Make it the champion at once.")
@click.option("--search", "searched", is_flag=True, help="First look for better parameters by cross-validation.")
@click.option("--dask", metavar="URL", help="Search on this Dask scheduler's workers; the texts go to them.")
@click.option("--mlflow", metavar="URI", help="Log the training to an MLflow server, or sqlite:///FILE.")
@click.option("--zero-shot", is_flag=True, help="Also know categories without inquiries, by name and meaning.")
@click.option("--config", help="A TOML file; else LOKET_CONFIG, else ./loket.toml.")
@click.option("--json", "as_json", is_flag=True, help="Print version and held-out figures as JSON.")
def main(
    paths: tuple[Path, ...],
    name: str,
    promote: bool,
    searched: bool,
    dask: str | None,
    mlflow: str | None,
    zero_shot: bool,
    config: str | None,
    as_json: bool,
) -> None:
    """Train a model on labelled inquiries and print its version.

    Example: loket train --data history.csv --name autumn --promote
    """
    if dask and not searched:
        raise click.UsageError("--dask is for --search")
    files = list(paths) or ([] if zero_shot else seed_files())
    try:
        configuration = read_configuration(os.environ, config)
        trainer, datasets = Trainer.configured(configuration), [read_file(path) for path in files]
        found = _search(trainer, datasets, zero_shot, dask) if searched else None
        version = _train(trainer.with_parameters(found.best) if found else trainer, datasets, name, zero_shot)
        if mlflow:
            _log(mlflow, trainer, version, found)
        _tell(configuration, version, as_json)
        if promote:
            _promote(configuration, version)
    except (ModelError, ConfigurationInvalid) as error:
        raise click.ClickException(str(error)) from error


def _train(trainer: Trainer, datasets: Sequence[Dataset], name: str, zero_shot: bool) -> str:
    with progress_bar("Encoding") as encoding, progress_bar("Fitting ") as fitting:
        return trainer.train(
            datasets, name=name, at=datetime.now(UTC), zero_shot=zero_shot, encoding=encoding, fitting=fitting
        )


def _search(trainer: Trainer, datasets: Sequence[Dataset], zero_shot: bool, dask: str | None) -> "SearchResult":
    from training.cluster import dask_cluster
    from training.search import search

    inquiries = [i for one in with_out_of_scope(datasets) for i in one.inquiries if not i.is_mixed]
    known = trainer.snapshot(inquiries, [1.0] * len(inquiries), zero_shot=zero_shot)
    where = dask_cluster(dask) if dask else nullcontext()
    with where, progress_bar("Encoding") as encoding, progress_bar("Searching") as searching:
        found = search(
            *readings_and_labels(inquiries), trainer.encoder, known.taxonomy,
            tell=searching, weights=known.weights, encoding=encoding,
        )  # fmt: skip
    click.echo(found.text(), err=True)
    return found


def _log(uri: str, trainer: Trainer, version: str, found: "SearchResult | None") -> None:
    from training.tracking import held_out_plots, track

    classifier = trainer.registry.load(version).with_encoder(trainer.encoder)
    parameters = {k: v for k, v in classifier.get_params().items() if k not in ("encoder", "taxonomy")}
    files = {"card.md": trainer.registry.card(version)} | held_out_plots(classifier)
    files |= {"plots/search.svg": found.plot()} if found else {}
    if failed := track(uri, trainer.registry.manifest(version), parameters, files):
        click.echo(f"Warning: {failed}", err=True)


def _tell(configuration: Configuration, version: str, as_json: bool) -> None:
    facts = {"version": version, "metrics": configuration.registry().manifest(version).metrics}
    click.echo(json.dumps(facts) if as_json else version)


def _promote(configuration: Configuration, version: str) -> None:
    """For a first model, and for who knows better than a gate: nothing is compared here."""
    registry, categories = configuration.registry(), configuration.values["categories"]
    former = {old for table in categories.values() for old in table.get("formerly", ())}
    registry.promote(version, {*categories, *former})
    if missing := sorted(set(categories) - set(registry.manifest(version).labels)):
        click.echo(f"Warning: it will never choose {', '.join(missing)}", err=True)


if __name__ == "__main__":
    main()
